using System.ClientModel;
using System.ClientModel.Primitives;
using System.Diagnostics;
using System.Text.Json;
using Lethe.Client;
using Lethe.SystemTests.Processes;
using OpenAI;
using OpenAI.Chat;
using Xunit;

namespace Lethe.SystemTests;

/// <summary>The official OpenAI clients, unchanged, with a session credential as API key.</summary>
public sealed class OpenAiClientTests(RealCells cells)
{
    private const string Contract =
        "Der Mieter zahlt eine monatliche Grundmiete von 950 Euro, die am dritten Werktag eines Monats fällig ist. "
        + "Die Kündigungsfrist beträgt drei Monate zum Ende eines Kalendermonats. Die Kaution beträgt drei Grundmieten.";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task NpmPackage_WorksUnchanged()
    {
        using LetheClient client = cells.SignIn("eu");
        LetheSession session = await client.OpenSessionAsync(Token);
        string folder = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../npm"));
        ProcessStartInfo start = new("node", [Path.Combine(folder, "chat.mjs")]) { UseShellExecute = false, RedirectStandardOutput = true };
        start.Environment["NODE_EXTRA_CA_CERTS"] = cells.Authority;
        start.Environment["LETHE_BASE_URL"] = new Uri(session.GatewayUrl, "/v1").ToString();
        start.Environment["LETHE_CREDENTIAL"] = session.Opened.Credential;

        using Process node = Process.Start(start)!;
        string output = await node.StandardOutput.ReadToEndAsync(Token);
        await node.WaitForExitAsync(Token);

        Assert.Equal(0, node.ExitCode);
        JsonElement result = JsonElement.Parse(output);
        Assert.Equal("extractive", result.GetProperty("models")[0].GetString());
        Assert.Contains("drei Monate", result.GetProperty("whole").GetString(), StringComparison.Ordinal);
        Assert.Equal(result.GetProperty("whole").GetString(), result.GetProperty("streamed").GetString());
        Assert.Equal("stop", result.GetProperty("finish").GetString());
        Assert.True(result.GetProperty("usage").GetProperty("total_tokens").GetInt64() > 0);
        Assert.Equal(400, result.GetProperty("refused").GetProperty("status").GetInt32());
        await session.ForgetAsync(Token);
    }

    [Fact]
    public async Task NuGetPackage_WorksUnchanged()
    {
        using LetheClient client = cells.SignIn("ch");
        LetheSession session = await client.OpenSessionAsync(Token);
        using HttpClient http = cells.NewHttp();
        ChatClient chat = new(
            "extractive",
            new ApiKeyCredential(session.Opened.Credential),
            new OpenAIClientOptions { Endpoint = new Uri(session.GatewayUrl, "/v1"), Transport = new HttpClientPipelineTransport(http) }
        );
        ChatMessage[] messages = [new UserChatMessage(Contract), new UserChatMessage("Wie hoch ist die Grundmiete?")];

        ChatCompletion whole = await chat.CompleteChatAsync(messages, cancellationToken: Token);
        string streamed = "";
        await foreach (StreamingChatCompletionUpdate update in chat.CompleteChatStreamingAsync(messages, cancellationToken: Token))
        {
            streamed += string.Concat(update.ContentUpdate.Select(part => part.Text));
        }

        Assert.Contains("950 Euro", whole.Content[0].Text, StringComparison.Ordinal);
        Assert.Equal(whole.Content[0].Text, streamed);
        await session.ForgetAsync(Token);
        ClientResultException gone = await Assert.ThrowsAsync<ClientResultException>(() =>
            chat.CompleteChatAsync(messages, cancellationToken: Token)
        );
        Assert.Equal(410, gone.Status);
    }
}
