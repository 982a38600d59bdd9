using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Lethe.SystemTests.Processes;
using Xunit;

namespace Lethe.SystemTests;

/// <summary>The local default as a new user types it, in an empty folder.</summary>
public sealed class LocalCommandTests : IDisposable
{
    private const string Sentence =
        "Der Lizenznehmer zahlt die Vergütung binnen vierzehn Tagen nach Zugang einer ordnungsgemäßen Rechnung.";
    private readonly string folder = Directory.CreateTempSubdirectory("lethe-local-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("eu")]
    [InlineData("ch")]
    public async Task Demo_OnAFile_AnswersForgetsAndLeavesNothing(string region)
    {
        string outside = Directory.CreateTempSubdirectory("lethe-input-").FullName;
        string file = Path.Combine(outside, "vertrag.md");
        await File.WriteAllTextAsync(
            file,
            $"# Lizenzvertrag\n\n{Sentence} Die Lizenz ist nicht übertragbar und endet mit dem Vertrag nach zwei Jahren.\n",
            Token
        );

        (int exit, string output) = await RunAsync("demo", file, "--region", region, "--json");

        Assert.True(exit == 0, output);
        JsonElement result = JsonElement.Parse(output.TrimEnd().Split('\n')[^1]);
        Assert.Equal(region, result.GetProperty("region").GetString());
        Assert.Equal("complete", result.GetProperty("ending").GetString());
        Assert.True(result.GetProperty("forgotten").GetBoolean());
        Assert.Equal(0, result.GetProperty("storedContentBytes").GetInt64());
        Assert.Contains("vierzehn Tagen", output, StringComparison.Ordinal);
        foreach (string left in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            byte[] bytes = await File.ReadAllBytesAsync(left, Token);
            Assert.True(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes("binnen vierzehn Tagen")) < 0, left);
            Assert.True(bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes("binnen vierzehn Tagen")) < 0, left);
        }
        Directory.Delete(outside, recursive: true);
    }

    [Fact]
    public async Task Demo_WithoutAFile_UsesTheContractThatShipsWithIt()
    {
        (int exit, string output) = await RunAsync("demo", "--json");
        Assert.True(exit == 0, output);
        JsonElement result = JsonElement.Parse(output.TrimEnd().Split('\n')[^1]);
        Assert.InRange(result.GetProperty("documentCharacters").GetInt32(), 1000, 100_000);
        Assert.InRange(result.GetProperty("answerCharacters").GetInt32(), 100, 10_000);
    }

    [Theory]
    [InlineData("http://localhost:3000")]
    [InlineData("https://localhost:3000/pane")]
    [InlineData("localhost")]
    public async Task Up_ForAPageThatHasNoOrigin_SaysSo(string origin)
    {
        (int exit, string output) = await RunAsync("up", "--plugin-origin", origin);
        Assert.Equal(1, exit);
        Assert.Contains("--plugin-origin takes an https origin", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Demo_OnAMissingFile_SaysSoInOneSentence()
    {
        (int exit, string output) = await RunAsync("demo", Path.Combine(folder, "missing.md"));
        Assert.Equal(1, exit);
        Assert.Contains("cannot be read", output, StringComparison.Ordinal);
        Assert.Single(output.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task Demo_InADamagedFolder_SaysSoInOneSentence()
    {
        Directory.CreateDirectory(Path.Combine(folder, ".lethe"));
        await File.WriteAllTextAsync(Path.Combine(folder, ".lethe", "something"), "else", Token);
        (int exit, string output) = await RunAsync("demo");
        Assert.Equal(1, exit);
        Assert.Contains("is damaged", output, StringComparison.Ordinal);
        Assert.Single(output.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task Up_OnAnOccupiedPort_SaysSoInOneSentence()
    {
        const int Offset = 20000; // Gateway eu at 27101
        using TcpListener held = new(IPAddress.Loopback, 7101 + Offset);
        held.Start();
        (int exit, string output) = await RunAsync("up", "--port-offset", Offset.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(1, exit);
        Assert.Contains("Port 27101 is in use", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Up_GivesTokensAndSessions_AndStopsCleanly()
    {
        const int Offset = 13000;
        using Process up = Start("up", "--port-offset", Offset.ToString(CultureInfo.InvariantCulture));
        _ = up.StandardError.ReadToEndAsync(Token);
        StringBuilder printed = new();
        while (await up.StandardOutput.ReadLineAsync(Token) is { } line)
        {
            printed.AppendLine(line);
            if (line.Contains("Ctrl-C stops it", StringComparison.Ordinal))
            {
                break;
            }
        }
        Assert.Contains("https://localhost:20101", printed.ToString(), StringComparison.Ordinal);

        (int tokenExit, string accessToken) = await RunAsync("token", "--tenant", "kanzlei-muster");
        Assert.Equal((0, 3), (tokenExit, accessToken.Trim().Split('.').Length));
        (int sessionExit, string session) = await RunAsync("session", "--region", "eu");
        Assert.Equal(0, sessionExit);
        string[] lines = session.TrimEnd().Split('\n');
        Assert.Equal(43, lines[^2].Trim().Length);
        using HttpClient http = Trusting(Path.Combine(folder, ".lethe", "ca.pem"));
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", lines[^1].Trim());
        using HttpResponseMessage answer = await http.GetAsync(new Uri("https://localhost:20101/v1/capabilities"), Token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

        using Process interrupt = Process.Start("kill", ["-INT", up.Id.ToString(CultureInfo.InvariantCulture)]);
        await interrupt.WaitForExitAsync(Token);
        await up.StandardOutput.ReadToEndAsync(Token);
        await up.WaitForExitAsync(Token);
        Assert.Equal(0, up.ExitCode);
        Assert.False(File.Exists(Path.Combine(folder, ".lethe", "running.json")));
    }

    private static HttpClient Trusting(string authority)
    {
        X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(authority);
        SocketsHttpHandler handler = new();
        handler.SslOptions.CertificateChainPolicy = policy;
        return new HttpClient(handler);
    }

    private Process Start(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [RealCells.AssemblyOf("deploy/Local", "Lethe.Local.dll"), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        Process process = Process.Start(start)!;
        return process;
    }

    private async Task<(int Exit, string Output)> RunAsync(params string[] arguments)
    {
        using Process process = Start(arguments);
        Task<string> errors = process.StandardError.ReadToEndAsync(Token);
        string output = await process.StandardOutput.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        return (process.ExitCode, process.ExitCode == 0 ? output : output + await errors);
    }
}
