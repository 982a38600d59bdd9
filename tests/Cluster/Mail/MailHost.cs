using Lethe.Control.Hosting;
using Lethe.Control.Mail;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;

namespace Lethe.ClusterTests.Mail;

/// <summary>Control's mail alone, as the host adds it.</summary>
internal sealed class MailHost : IAsyncDisposable
{
    private readonly IHost host;

    private MailHost(IHost host, FakeLogCollector logs)
    {
        this.host = host;
        Logs = logs;
    }

    public MailQueue Queue => host.Services.GetRequiredService<MailQueue>();

    public FakeLogCollector Logs { get; }

    public static async Task<MailHost> StartAsync(
        Dictionary<string, string?> settings,
        CancellationToken cancellationToken,
        TimeProvider? clock = null
    )
    {
        FakeLogCollector logs = FakeLogCollector.Create(new FakeLogCollectorOptions());
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection(
            new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["Mail:From"] = "lethe@kanzlei.example",
                ["Mail:FirstPause"] = "00:00:00.050",
                ["Mail:LongestPause"] = "00:00:00.100",
            }
        );
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.AddProvider(new FakeLoggerProvider(logs));
        builder.Services.AddSingleton(clock ?? TimeProvider.System);
        string deployment = builder.Configuration["Deployment"] ?? "production";
        builder.Services.AddSingleton(
            Options.Create(new ControlOptions { PublicUrl = "https://control.example", Deployment = deployment })
        );
        builder.Services.AddMail();
        IHost started = builder.Build();
        await started.StartAsync(cancellationToken);
        return new(started, logs);
    }

    /// <summary>Waits until nothing waits any more.</summary>
    public async Task EmptyAsync(CancellationToken cancellationToken)
    {
        while (Queue.Waiting > 0)
        {
            await Task.Delay(20, cancellationToken);
        }
    }

    public IEnumerable<string> Lines() => Logs.GetSnapshot().Select(line => line.Message);

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync(CancellationToken.None);
        host.Dispose();
    }
}
