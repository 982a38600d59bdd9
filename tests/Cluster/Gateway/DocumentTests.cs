using System.Net;
using System.Text;
using System.Text.Json;
using Lethe.TestKit.Documents;
using Xunit;

namespace Lethe.ClusterTests.Gateway;

/// <summary>
/// Our own documents, and those that lie beside the checkout, through upload and summary over real HTTPS; those that cannot be read get
/// their problem, and nothing of them is kept.
/// </summary>
[Collection(GatewaySuite.Name)]
public sealed class DocumentTests(RunningGateway gateway)
{
    private const string Id = "0123456789abcdef0123456789abcdef";

    private static readonly string[] German = ["der", "die", "und", "nicht", "eine", "dem"];
    private static readonly string[] English = ["the", "of", "and", "not", "a", "to"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Readable => [.. RepositoryFolder.AllDocuments().Select(Path.GetFullPath)];

    public static TheoryData<string> Broken => [.. RepositoryFolder.BrokenDocuments().Select(file => Path.GetFileName(file))];

    [Theory]
    [MemberData(nameof(Readable))]
    public async Task Document_OfAnyFormat_IsSummarisedInItsLanguage(string path)
    {
        TestSession session = await gateway.OpenAsync();
        using HttpResponseMessage put = await PutAsync(session, await File.ReadAllBytesAsync(path, Cancel), MediaTypeOf(path));
        JsonElement kept = JsonSerializer.Deserialize<JsonElement>(await put.Content.ReadAsStringAsync(Cancel));
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        Assert.True(kept.GetProperty("coverage").GetProperty("complete").GetBoolean());

        using HttpRequestMessage request = session.Request(
            HttpMethod.Post,
            "v1/session/turns",
            TestSession.Json($"{{\"key\":\"{session.Key}\",\"action\":\"summarise\"}}")
        );
        request.Headers.Accept.ParseAdd("text/event-stream");
        using HttpResponseMessage response = await gateway.Http.SendAsync(request, Cancel);
        (string summary, string ending) = Read(await response.Content.ReadAsStringAsync(Cancel));

        Assert.Equal("complete", ending);
        Assert.InRange(summary.Length, 150, 16 * 1024);
        string[] words = summary.ToLowerInvariant().Split([' ', '\n', ',', '.'], StringSplitOptions.RemoveEmptyEntries);
        int german = words.Count(German.Contains);
        int english = words.Count(English.Contains);
        Assert.True(
            Path.GetFileName(path).StartsWith("de-", StringComparison.Ordinal) ? german > english : english > german,
            $"{german} German and {english} English words"
        );
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task Document_ThatCannotBeRead_IsRefusedByItsCode(string name)
    {
        byte[] file = await File.ReadAllBytesAsync(Path.Combine(RepositoryFolder.Documents, "broken", name), Cancel);
        await AssertRefusedAsync(file, MediaTypeOf(name), name[..name.IndexOf('.', StringComparison.Ordinal)]);
    }

    [Fact]
    public async Task Document_ThatUnpacksToGigabytes_IsTooComplex() =>
        await AssertRefusedAsync(SpecialWordFiles.Bomb(300), MediaTypeOf("bomb.docx"), "document_too_complex");

    private static (string Summary, string Ending) Read(string stream)
    {
        StringBuilder summary = new();
        string ending = "";
        foreach (string frame in stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(frame => frame[0] != ':'))
        {
            string[] lines = frame.Split('\n');
            JsonElement data = JsonSerializer.Deserialize<JsonElement>(lines[1]["data: ".Length..]);
            switch (lines[0])
            {
                case "event: delta":
                    summary.Append(data.GetProperty("text").GetString());
                    break;
                case "event: done":
                    Assert.Empty(ending);
                    ending = data.GetProperty("ending").GetString()!;
                    break;
                default:
                    Assert.NotEqual("event: error", lines[0]);
                    break;
            }
        }
        return (summary.ToString(), ending);
    }

    private static string MediaTypeOf(string file) =>
        Path.GetExtension(file) switch
        {
            ".md" => "text/markdown",
            ".json" => "application/json",
            ".pdf" => "application/pdf",
            ".docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            _ => "text/plain",
        };

    private static Task<HttpResponseMessage> PutAsync(TestSession session, byte[] file, string mediaType) =>
        session.SendAsync(HttpMethod.Put, $"v1/session/documents/{Id}", TestSession.Upload(session.Key, file, mediaType));

    private async Task AssertRefusedAsync(byte[] file, string mediaType, string code)
    {
        TestSession session = await gateway.OpenAsync();
        using HttpResponseMessage put = await PutAsync(session, file, mediaType);
        JsonElement problem = JsonSerializer.Deserialize<JsonElement>(await put.Content.ReadAsStringAsync(Cancel));
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, put.StatusCode);

        using HttpResponseMessage described = await session.SendAsync(HttpMethod.Get, "v1/session");
        JsonElement state = JsonSerializer.Deserialize<JsonElement>(await described.Content.ReadAsStringAsync(Cancel));
        Assert.Equal(0, state.GetProperty("documents").GetInt32());
    }
}
