using Lethe.Local.Cells;
using Lethe.Local.SignIn;
using Lethe.Local.State;
using Lethe.TestKit.Processes;

namespace Lethe.SystemTests.Processes;

/// <summary>One cell on SQLite, as small deployments run it: a process of its own for each of the four kinds.</summary>
internal sealed class SqliteCell : IAsyncDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("lethe-sqlite-").FullName;
    private readonly LocalFolder folder;

    private SqliteCell(string region)
    {
        folder = LocalFolder.OpenExclusive(Path.Combine(root, "state"));
        Accounts = new LocalAccounts(folder);
        (CellPorts eu, CellPorts ch) = CellPorts.Free();
        Dictionary<string, CellPorts> ports = new(StringComparer.Ordinal) { ["eu"] = eu, ["ch"] = ch };
        CellConfiguration configuration = new(folder, new LocalCertificates(folder, TimeProvider.System), Accounts, ports);
        string settings = Directory.CreateDirectory(Path.Combine(root, "settings")).FullName;
        string silo = BuildOutput.AssemblyOf("silo", "Lethe.Silo.dll");
        Content =
        [
            new HostProcess("content silo", silo, settings, configuration.Silo(region, "content")),
            new HostProcess("Gateway", BuildOutput.AssemblyOf("api/Gateway", "Lethe.Gateway.dll"), settings, configuration.Gateway(region)),
        ];
        Identity =
        [
            new HostProcess("records silo", silo, settings, configuration.Silo(region, "identity")),
            new HostProcess("Control", BuildOutput.AssemblyOf("api/Control", "Lethe.Control.dll"), settings, configuration.Control(region)),
        ];
        ContentFolder = folder.Folder($"{region}/content");
        IdentityFolder = folder.Folder($"{region}/identity");
        ControlUrl = new Uri(CellUrls.From(new(region, ports[region])).Control);
    }

    /// <summary>Gets the content plane's processes.</summary>
    public IReadOnlyList<HostProcess> Content { get; }

    /// <summary>Gets the identity plane's processes.</summary>
    public IReadOnlyList<HostProcess> Identity { get; }

    /// <summary>Gets where the content plane keeps its files.</summary>
    public string ContentFolder { get; }

    /// <summary>Gets where the identity plane keeps its files.</summary>
    public string IdentityFolder { get; }

    /// <summary>Gets Control's URL.</summary>
    public Uri ControlUrl { get; }

    /// <summary>Gets the local authority's certificate.</summary>
    public string Authority => folder.PathOf("ca.pem");

    /// <summary>Gets the seeded people's own side.</summary>
    public LocalAccounts Accounts { get; }

    /// <summary>Starts a cell.</summary>
    public static async Task<SqliteCell> StartAsync(string region, CancellationToken cancellationToken)
    {
        SqliteCell cell = new(region);
        try
        {
            HostProcess[] all = [.. cell.Content, .. cell.Identity];
            foreach (HostProcess process in all)
            {
                process.Launch();
            }
            foreach (HostProcess process in all)
            {
                await process.ReadyAsync();
            }
            await cell.Accounts.AcceptAsync(region, cell.ControlUrl, DemoPeople.Of(region), cancellationToken);
            return cell;
        }
        catch
        {
            await cell.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (HostProcess process in Identity.Concat(Content))
        {
            await process.DisposeAsync();
        }
        folder.Dispose();
        Directory.Delete(root, recursive: true);
    }
}
