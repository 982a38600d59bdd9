using System.Collections.ObjectModel;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Lethe.Client;
using Lethe.Local.Cells;
using Lethe.Local.Demo;
using Lethe.Local.SignIn;
using Lethe.Local.State;
using Lethe.SystemTests.Processes;
using Lethe.TestKit.Postgres;
using Lethe.TestKit.Processes;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(RealCells))]
[assembly: Parallelization(Mode = ParallelMode.None)] // some tests kill processes that others use

namespace Lethe.SystemTests.Processes;

/// <summary>
/// Both cells as they run in production: PostgreSQL, two silos per plane, a Gateway and a Control in each, every one a process of its
/// own. Only the certificate authority and the mail folder are local.
/// </summary>
public sealed class RealCells : IAsyncLifetime
{
    private readonly string root = Directory.CreateTempSubdirectory("lethe-system-").FullName;
    private readonly Dictionary<string, RealCell> cells = new(StringComparer.Ordinal);
    private LocalFolder? folder;
    private LocalAccounts? accounts;

    /// <summary>Gets the database server.</summary>
    public PostgresServer Postgres { get; private set; } = null!;

    /// <summary>Gets the local authority's certificate.</summary>
    public string Authority => folder!.PathOf("ca.pem");

    /// <summary>Gets the cells by region.</summary>
    public IReadOnlyDictionary<string, RealCell> Cells => new ReadOnlyDictionary<string, RealCell>(cells);

    /// <summary>Gets the seeded people's own side.</summary>
    internal LocalAccounts Accounts => accounts!;

    /// <summary>Makes a client that is signed in as the owner of the cell's seeded firm.</summary>
    /// <param name="region">The cell.</param>
    /// <returns>The client, to be disposed of.</returns>
    public LetheClient SignIn(string region) =>
        DemoRun.Connect(DemoPeople.Tenants.First(tenant => tenant.Region == region), accounts!, Cells[region].ControlUrl, Authority);

    /// <summary>Signs the support staff of a cell in.</summary>
    /// <param name="region">The cell.</param>
    /// <returns>An access token.</returns>
    public Task<string> StaffTokenAsync(string region) => TokenAsync(region, DemoPeople.SupportStaff);

    /// <summary>Signs the owner of the cell's seeded firm in.</summary>
    /// <param name="region">The cell.</param>
    /// <returns>An access token.</returns>
    public Task<string> OwnerTokenAsync(string region) =>
        TokenAsync(region, DemoPeople.Tenants.First(known => known.Region == region).Owner);

    /// <summary>Invites somebody to the cell's seeded firm; who accepts.</summary>
    /// <param name="region">The cell.</param>
    /// <returns>What gives the new member's access tokens.</returns>
    public async Task<Func<CancellationToken, Task<string>>> NewMemberAsync(string region)
    {
        DemoTenant tenant = DemoPeople.Tenants.First(known => known.Region == region);
        string email = $"new-{Guid.NewGuid():N}@{tenant.Domain}";
        using HttpClient http = NewHttp();
        http.DefaultRequestHeaders.Authorization = new("Bearer", await OwnerTokenAsync(region));
        using HttpResponseMessage answer = await http.PostAsJsonAsync(
            new Uri(Cells[region].ControlUrl, "/v1/admin/members"),
            new { email, roles = new[] { "member" } }
        );
        answer.EnsureSuccessStatusCode();
        await accounts!.AcceptAsync(region, Cells[region].ControlUrl, [email], CancellationToken.None);
        return accounts.AccessTokens(region, Cells[region].ControlUrl, email, TimeProvider.System);
    }

    /// <summary>Gets what the owner of the cell's seeded firm signs in with.</summary>
    /// <param name="region">The cell.</param>
    /// <returns>The address and the password.</returns>
    public (string Email, string Password) OwnerOf(string region)
    {
        string email = DemoPeople.Tenants.First(known => known.Region == region).Owner;
        return (email, accounts!.Password(region, email));
    }

    /// <summary>Makes a plain HTTP client that trusts the local authority.</summary>
    /// <returns>The client, to be disposed of.</returns>
    public HttpClient NewHttp()
    {
        X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(Authority);
        SocketsHttpHandler handler = new() { AllowAutoRedirect = false };
        handler.SslOptions.CertificateChainPolicy = policy;
        return new HttpClient(handler);
    }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        Postgres = await PostgresServer.StartAsync();
        folder = LocalFolder.OpenExclusive(Path.Combine(root, "state"));
        accounts = new LocalAccounts(folder);
        LocalCertificates certificates = new(folder, TimeProvider.System);
        (CellPorts eu, CellPorts ch) = CellPorts.Free();
        (CellPorts secondEu, CellPorts secondCh) = CellPorts.Free();
        Dictionary<string, CellPorts> ports = new(StringComparer.Ordinal) { ["eu"] = eu, ["ch"] = ch };
        CellConfiguration configuration = new(folder, certificates, accounts, ports);
        string settings = Directory.CreateDirectory(Path.Combine(root, "settings")).FullName;
        foreach ((string region, CellPorts second) in new[] { ("eu", secondEu), ("ch", secondCh) })
        {
            PostgresCell databases = await PostgresCell.CreateAsync(Postgres, region);
            cells[region] = RealCell.Create(region, configuration, databases, ports[region], second, settings);
        }
        foreach (RealCell cell in cells.Values)
        {
            await cell.MigrateAsync();
        }
        foreach (HostProcess process in cells.Values.SelectMany(cell => cell.All))
        {
            process.Launch();
        }
        foreach (HostProcess process in cells.Values.SelectMany(cell => cell.All))
        {
            await process.ReadyAsync();
        }
        foreach ((string region, RealCell cell) in cells)
        {
            await accounts.AcceptAsync(region, cell.ControlUrl, DemoPeople.Of(region), CancellationToken.None);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (HostProcess process in cells.Values.SelectMany(cell => cell.All).Reverse())
        {
            await process.DisposeAsync();
        }
        await Postgres.DisposeAsync();
        folder?.Dispose();
        Directory.Delete(root, recursive: true);
    }

    private async Task<string> TokenAsync(string region, string email) =>
        (await accounts!.SignInAsync(region, Cells[region].ControlUrl, email, CancellationToken.None)).AccessToken;
}

/// <summary>One cell's processes.</summary>
/// <param name="ContentSilos">Two session silos.</param>
/// <param name="IdentitySilos">Two records silos.</param>
/// <param name="Control">Its Control.</param>
/// <param name="Gateway">Its Gateway.</param>
/// <param name="Databases">Its databases.</param>
/// <param name="ControlUrl">Control's URL.</param>
/// <param name="GatewayUrl">The Gateway's URL.</param>
/// <param name="MigrationFiles">Configuration files of the owner role.</param>
public sealed record RealCell(
    IReadOnlyList<HostProcess> ContentSilos,
    IReadOnlyList<HostProcess> IdentitySilos,
    HostProcess Control,
    HostProcess Gateway,
    PostgresCell Databases,
    Uri ControlUrl,
    Uri GatewayUrl,
    IReadOnlyList<(string Assembly, string File)> MigrationFiles
)
{
    /// <summary>Gets what the processes wrote, to explain a failure.</summary>
    public string Output => string.Join('\n', All.Select(process => $"== {process.Name}\n{process.Output}"));

    /// <summary>Gets all processes, in the order of their start.</summary>
    public IEnumerable<HostProcess> All => [.. ContentSilos, .. IdentitySilos, Control, Gateway];

    internal static RealCell Create(
        string region,
        CellConfiguration configuration,
        PostgresCell databases,
        CellPorts first,
        CellPorts second,
        string folder
    )
    {
        string silo = BuildOutput.AssemblyOf("silo", "Lethe.Silo.dll");
        List<HostProcess> content = [];
        List<HostProcess> identity = [];
        foreach (
            (string name, SiloPorts contentPorts, SiloPorts identityPorts) in new[]
            {
                ("1", first.Content, first.Identity),
                ("2", second.Content, second.Identity),
            }
        )
        {
            JsonObject session = OnPorts(configuration.Silo(region, "content"), contentPorts);
            session["Database"] = Database(databases.Content.Silo);
            content.Add(new HostProcess($"content-{region}-{name}", silo, folder, session));
            JsonObject records = OnPorts(configuration.Silo(region, "identity"), identityPorts);
            records["Database"] = Database(databases.Identity.Silo);
            records["Database"]!["QuotaConnectionString"] = databases.Identity.Quota;
            records["KeyStore"] = new JsonObject { ["Provider"] = "database", ["ConnectionString"] = databases.Keys.Store };
            identity.Add(new HostProcess($"identity-{region}-{name}", silo, folder, records));
        }
        JsonObject gateway = configuration.Gateway(region);
        gateway["Orleans"]!["Clustering"] = "database";
        gateway["Database"] = Database(databases.Content.Gateway);
        JsonObject control = configuration.Control(region);
        control["Orleans"]!["Clustering"] = "database";
        control["Database"] = Database(databases.Identity.Control);
        control["Accounts"]!["Database"] = Database(databases.Accounts.Control);
        control["Accounts"]!["RefreshReuseLeeway"] = "00:00:02";
        CellUrls urls = CellUrls.From(new(region, first));
        return new RealCell(
            content,
            identity,
            new HostProcess($"control-{region}", BuildOutput.AssemblyOf("api/Control", "Lethe.Control.dll"), folder, control),
            new HostProcess($"gateway-{region}", BuildOutput.AssemblyOf("api/Gateway", "Lethe.Gateway.dll"), folder, gateway),
            databases,
            new Uri(urls.Control),
            new Uri(urls.Gateway),
            Migrations(region, configuration, databases, folder)
        );
    }

    internal async Task MigrateAsync()
    {
        foreach ((string assembly, string file) in MigrationFiles)
        {
            using Process migrate = Process.Start("dotnet", [assembly, "migrate", "--config", file]);
            await migrate.WaitForExitAsync();
            Assert.Equal(0, migrate.ExitCode);
        }
    }

    private static List<(string Assembly, string File)> Migrations(
        string region,
        CellConfiguration configuration,
        PostgresCell databases,
        string folder
    )
    {
        JsonObject content = configuration.Silo(region, "content");
        content["Database"] = Database(databases.Content.Silo);
        content["Database"]!["OwnerConnectionString"] = databases.Content.Owner;
        JsonObject identity = configuration.Silo(region, "identity");
        identity["Database"] = Database(databases.Identity.Silo);
        identity["Database"]!["OwnerConnectionString"] = databases.Identity.Owner;
        identity["Database"]!["QuotaConnectionString"] = databases.Identity.Quota;
        identity["KeyStore"] = new JsonObject
        {
            ["Provider"] = "database",
            ["ConnectionString"] = databases.Keys.Store,
            ["OwnerConnectionString"] = databases.Keys.Owner,
        };
        JsonObject control = configuration.Control(region);
        control["Accounts"]!["Database"] = Database(databases.Accounts.Control);
        control["Accounts"]!["Database"]!["OwnerConnectionString"] = databases.Accounts.Owner;
        string silo = BuildOutput.AssemblyOf("silo", "Lethe.Silo.dll");
        List<(string Assembly, string File)> files = [];
        foreach (
            (string name, string assembly, JsonObject settings) in new[]
            {
                ("content", silo, content),
                ("identity", silo, identity),
                ("accounts", BuildOutput.AssemblyOf("api/Control", "Lethe.Control.dll"), control),
            }
        )
        {
            string file = Path.Combine(folder, $"migrate-{name}-{region}.json");
            File.WriteAllText(file, settings.ToJsonString());
            files.Add((assembly, file));
        }
        return files;
    }

    private static JsonObject OnPorts(JsonObject silo, SiloPorts ports)
    {
        silo["Orleans"]!["Clustering"] = "database";
        silo["Orleans"]!["SiloPort"] = ports.Silo;
        silo["Orleans"]!["GatewayPort"] = ports.OrleansGateway;
        silo["Management"] = new JsonObject { ["Port"] = ports.Management };
        return silo;
    }

    private static JsonObject Database(string connectionString) =>
        new() { ["Provider"] = "postgresql", ["ConnectionString"] = connectionString };
}
