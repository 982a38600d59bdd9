using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using MimeKit;

namespace Lethe.ClusterTests.Mail;

/// <summary>The npm package smtp-server in a process of its own.</summary>
internal sealed class SmtpServer : IAsyncDisposable
{
    private readonly Process process;

    private SmtpServer(Process process, int port)
    {
        this.process = process;
        Port = port;
    }

    public int Port { get; }

    public static async Task<SmtpServer> StartAsync(JsonObject settings, CancellationToken cancellationToken)
    {
        string script = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../npm/smtp.mjs"));
        ProcessStartInfo start = new("node") { UseShellExecute = false, RedirectStandardOutput = true };
        start.ArgumentList.Add(script);
        start.ArgumentList.Add(settings.ToJsonString());
        Process started = Process.Start(start)!;
        JsonElement ready = JsonElement.Parse(await started.StandardOutput.ReadLineAsync(cancellationToken) ?? "{}");
        return new(started, ready.GetProperty("port").GetInt32());
    }

    /// <summary>Waits for the next event of a kind.</summary>
    public async Task<JsonElement> NextAsync(string kind, CancellationToken cancellationToken)
    {
        while (true)
        {
            string line =
                await process.StandardOutput.ReadLineAsync(cancellationToken) ?? throw new EndOfStreamException("The SMTP server ended.");
            JsonElement next = JsonElement.Parse(line);
            if (next.GetProperty("event").GetString() == kind)
            {
                return next;
            }
        }
    }

    /// <summary>Reads the message of an event.</summary>
    public static MimeMessage MessageOf(JsonElement received)
    {
        using MemoryStream bytes = new(received.GetProperty("message").GetBytesFromBase64());
        return MimeMessage.Load(bytes, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
    }
}
