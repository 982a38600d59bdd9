using System.Collections.ObjectModel;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lethe.Control;
using Lethe.Gateway;
using Lethe.Local.SignIn;
using Lethe.Local.State;
using Lethe.Silo;

namespace Lethe.Local.Cells;

/// <summary>
/// Both cells with both planes, eight hosts in one process. It shows what Lethe does; separate processes, networks and
/// databases are what separates in production.
/// </summary>
internal sealed class LocalCells : IAsyncDisposable
{
    private readonly List<WebApplication> hosts = [];

    private LocalCells(
        LocalFolder folder,
        LocalCertificates certificates,
        LocalAccounts accounts,
        ReadOnlyDictionary<string, CellPorts> ports
    ) => (Folder, Certificates, Accounts, Ports) = (folder, certificates, accounts, ports);

    /// <summary>Gets the state folder.</summary>
    public LocalFolder Folder { get; }

    /// <summary>Gets the local certificate authority.</summary>
    public LocalCertificates Certificates { get; }

    /// <summary>Gets the seeded people's own side.</summary>
    public LocalAccounts Accounts { get; }

    /// <summary>Gets the ports of each cell.</summary>
    public IReadOnlyDictionary<string, CellPorts> Ports { get; }

    /// <summary>Starts everything and returns when both cells can serve.</summary>
    /// <param name="folder">The state folder, locked.</param>
    /// <param name="eu">Ports of the EU cell.</param>
    /// <param name="ch">Ports of the Swiss cell.</param>
    /// <param name="pluginOrigins">The origins of web pages that may call.</param>
    /// <param name="progress">Told what is being started.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <returns>The running cells.</returns>
    /// <exception cref="LocalStateException">A port is in use or the folder is damaged.</exception>
    public static async Task<LocalCells> StartAsync(
        LocalFolder folder,
        CellPorts eu,
        CellPorts ch,
        IReadOnlyList<string> pluginOrigins,
        IProgress<string> progress,
        CancellationToken cancellationToken
    )
    {
        eu.Probe();
        ch.Probe();
        TimeProvider clock = TimeProvider.System;
        Dictionary<string, CellPorts> ports = new(StringComparer.Ordinal) { ["eu"] = eu, ["ch"] = ch };
        LocalCells cells = new(folder, new LocalCertificates(folder, clock), new LocalAccounts(folder), ports.AsReadOnly());
        CellConfiguration configuration = new(folder, cells.Certificates, cells.Accounts, ports) { PluginOrigins = pluginOrigins };
        try
        {
            progress.Report("starting the session and records silos of both cells");
            string[] regions = [.. ports.Keys];
            await cells.StartAsync(regions.SelectMany(region => Silos(configuration, region)), cancellationToken);
            progress.Report("starting Control and the Gateway of both cells");
            await cells.StartAsync(
                regions.Select(region => ControlHost.Create(Read(configuration.Control(region)), Quiet)),
                cancellationToken
            );
            await cells.StartAsync(
                regions.Select(region => GatewayHost.Create(Read(configuration.Gateway(region)), Quiet)),
                cancellationToken
            );
            progress.Report("waiting for issuer keys and tenants");
            await Readiness.WaitAsync(ports.Values.SelectMany(Management), cancellationToken);
            progress.Report("accepting the seeded people's invitations");
            foreach (KeyValuePair<string, CellPorts> cell in ports)
            {
                Uri control = new(CellUrls.From(cell).Control);
                await cells.Accounts.AcceptAsync(cell.Key, control, DemoPeople.Of(cell.Key), cancellationToken);
            }
            return cells;
        }
        catch
        {
            await cells.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Edges first: they are the silos' clients.
        for (int i = hosts.Count - 1; i >= 0; i--)
        {
            using CancellationTokenSource limit = new(TimeSpan.FromSeconds(10));
            await hosts[i].StopAsync(limit.Token);
            await hosts[i].DisposeAsync();
        }
        hosts.Clear();
    }

    private static IEnumerable<WebApplication> Silos(CellConfiguration configuration, string region) =>
        [
            SiloHost.Create(Read(configuration.Silo(region, "content")), Quiet),
            SiloHost.Create(Read(configuration.Silo(region, "identity")), Quiet),
        ];

    /// <summary>Warnings only on the terminal, and Ctrl-C for the command instead of for each of eight hosts.</summary>
    private static void Quiet(IServiceCollection services)
    {
        services.PostConfigure<LoggerFilterOptions>(filter =>
        {
            filter.Rules.Clear();
            filter.MinLevel = LogLevel.Error;
        });
        services.AddSingleton<IHostLifetime, NoLifetime>();
    }

    private static IConfiguration Read(JsonObject settings)
    {
        using MemoryStream json = new(JsonSerializer.SerializeToUtf8Bytes(settings));
        return new ConfigurationBuilder().AddJsonStream(json).Build();
    }

    private static IEnumerable<int> Management(CellPorts ports) =>
        [ports.Content.Management, ports.Identity.Management, ports.ControlManagement, ports.GatewayManagement];

    private async Task StartAsync(IEnumerable<WebApplication> created, CancellationToken cancellationToken)
    {
        List<WebApplication> starting = [.. created];
        hosts.AddRange(starting);
        await Task.WhenAll(starting.Select(host => host.StartAsync(cancellationToken)));
    }
}

/// <summary>The lifetime of a host that its command starts and stops.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    /// <inheritdoc/>
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
