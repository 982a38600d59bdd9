using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Lethe.TestKit.Processes;
using Xunit;

namespace Lethe.SystemTests;

/// <summary>A records silo on a machine that cannot sign: the library is there and cannot be loaded.</summary>
public sealed class SigningStartTests : IDisposable
{
    private const string Sentence = "Blind signing needs OpenSSL 3 on Linux (libcrypto.so.3 and libssl.so.3), which was not found.";
    private readonly string folder = Directory.CreateTempSubdirectory("lethe-signing-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("libcrypto.so.3")]
    [InlineData("libssl.so.3")]
    public async Task RecordsSilo_WithoutOpenSsl_RefusesToStartInOneSentence(string library)
    {
        (int exit, string output) = await StartAsync(library);
        Assert.Equal((1, Sentence), (exit, output.Trim()));
        Assert.False(File.Exists(Path.Combine(folder, "identity.db"))); // and has touched nothing
    }

    private async Task<(int Exit, string Output)> StartAsync(string library)
    {
        await File.WriteAllTextAsync(Path.Combine(folder, library), "no library", Token);
        using TcpListener occupant = new(IPAddress.Loopback, 0); // where no start may come to an end
        occupant.Start();
        int port = ((IPEndPoint)occupant.LocalEndpoint).Port;
        JsonObject settings = new()
        {
            ["Plane"] = "identity",
            ["Region"] = "eu",
            ["Orleans"] = new JsonObject
            {
                ["ClusterId"] = "c",
                ["ServiceId"] = "s",
                ["Clustering"] = "development",
                ["SiloPort"] = port,
                ["GatewayPort"] = port,
            },
            ["Database"] = new JsonObject { ["Provider"] = "sqlite", ["ConnectionString"] = $"Data Source={folder}/identity.db" },
            ["Management"] = new JsonObject { ["Port"] = port },
            ["KeyStore"] = new JsonObject { ["Provider"] = "folder", ["Path"] = folder },
            ["Kek"] = new JsonObject { ["File"] = Path.Combine(folder, "kek") },
        };
        string file = Path.Combine(folder, "silo.json");
        await File.WriteAllTextAsync(file, settings.ToJsonString(), Token);
        ProcessStartInfo start = new("dotnet", [BuildOutput.AssemblyOf("silo", "Lethe.Silo.dll"), "--config", file])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LD_LIBRARY_PATH"] = folder;
        using Process silo = Process.Start(start)!;
        Task<string> errors = silo.StandardError.ReadToEndAsync(Token);
        string output = await silo.StandardOutput.ReadToEndAsync(Token);
        await silo.WaitForExitAsync(Token);
        return (silo.ExitCode, output + await errors);
    }
}
