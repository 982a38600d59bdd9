using System.Globalization;
using System.Text.Json.Nodes;
using Lethe.Client;
using Lethe.Local.Cells;
using Lethe.Local.Demo;
using Lethe.Local.SignIn;
using Lethe.Local.State;
using Lethe.TestKit.Processes;

namespace Lethe.BenchmarksTests.Processes;

/// <summary>
/// Everything that is measured, each a process of its own: the vendor, YARP, and a whole cell (Gateway, session silo; records silo and
/// Control, which issue the tokens and then idle) on SQLite, with one route in its table, to the vendor.
/// </summary>
internal sealed class MeasuredCell : IAsyncDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("lethe-benchmark-").FullName;
    private readonly List<HostProcess> processes = [];
    private readonly LocalFolder folder;
    private readonly LocalAccounts accounts;
    private readonly Uri control;

    private MeasuredCell()
    {
        folder = LocalFolder.OpenExclusive(Path.Combine(root, "state"));
        accounts = new LocalAccounts(folder);
        LocalCertificates certificates = new(folder, TimeProvider.System);
        (CellPorts eu, CellPorts ch) = CellPorts.Free();
        CellConfiguration configuration = new(
            folder,
            certificates,
            accounts,
            new Dictionary<string, CellPorts>(StringComparer.Ordinal) { ["eu"] = eu, ["ch"] = ch }
        );
        control = new Uri(CellUrls.From(new("eu", eu)).Control);
        // The Swiss cell is not run: its ports are free for the vendor and YARP.
        VendorUrl = Url(ch.Gateway);
        YarpUrl = Url(ch.Control);
        GatewayUrl = Url(eu.Gateway);
        string benchmarks = typeof(MeasuredCell).Assembly.Location;
        _ = Add("vendor", benchmarks, Beside(HostRole.Vendor, ch.Gateway, ch.GatewayManagement, certificates.For("vendor")));
        JsonObject yarp = Beside(HostRole.Yarp, ch.Control, ch.ControlManagement, certificates.For("yarp"));
        yarp["Vendor"] = VendorUrl.AbsoluteUri;
        yarp["TrustedCa"] = Authority;
        Yarp = Add("yarp", benchmarks, yarp);
        string silo = BuildOutput.AssemblyOf("silo", "Lethe.Silo.dll");
        Silo = Add("silo", silo, configuration.Silo("eu", "content"));
        _ = Add("records", silo, configuration.Silo("eu", "identity"));
        _ = Add("control", BuildOutput.AssemblyOf("api/Control", "Lethe.Control.dll"), configuration.Control("eu"));
        JsonObject gateway = configuration.Gateway("eu");
        gateway["Routes"]!["File"] = WriteRoutes();
        gateway["Routes"]!["AllowLoopback"] = true;
        gateway["Routes"]!["TrustedCa"] = Authority;
        Gateway = Add("gateway", BuildOutput.AssemblyOf("api/Gateway", "Lethe.Gateway.dll"), gateway);
    }

    /// <summary>Gets the authority that every certificate here is from.</summary>
    public string Authority => folder.PathOf("ca.pem");

    /// <summary>Gets where the vendor is.</summary>
    public Uri VendorUrl { get; }

    /// <summary>Gets where YARP is.</summary>
    public Uri YarpUrl { get; }

    /// <summary>Gets where the Gateway is.</summary>
    public Uri GatewayUrl { get; }

    /// <summary>Gets YARP.</summary>
    public HostProcess Yarp { get; }

    /// <summary>Gets the Gateway.</summary>
    public HostProcess Gateway { get; }

    /// <summary>Gets the session silo.</summary>
    public HostProcess Silo { get; }

    /// <summary>Starts everything.</summary>
    /// <returns>The running processes.</returns>
    public static async Task<MeasuredCell> StartAsync()
    {
        MeasuredCell cell = new();
        cell.processes.ForEach(process => process.Launch());
        foreach (HostProcess process in cell.processes)
        {
            await process.ReadyAsync();
        }
        await cell.accounts.AcceptAsync("eu", cell.control, DemoPeople.Of("eu"), CancellationToken.None);
        return cell;
    }

    /// <summary>Opens sessions, each with a token of its own.</summary>
    /// <param name="count">How many.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Their credentials.</returns>
    public async Task<IReadOnlyList<string>> OpenAsync(int count, CancellationToken cancellationToken)
    {
        DemoTenant tenant = DemoPeople.Tenants.First(known => known.Region == "eu");
        using LetheClient client = DemoRun.Connect(tenant, accounts, control, Authority);
        List<string> credentials = [];
        for (int i = 0; i < count; i++)
        {
            LetheSession session = await client.OpenSessionAsync(cancellationToken);
            credentials.Add(session.Opened.Credential);
        }
        return credentials;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (HostProcess process in processes)
        {
            await process.DisposeAsync();
        }
        folder.Dispose();
        Directory.Delete(root, recursive: true);
    }

    private static Uri Url(int port) => new(string.Create(CultureInfo.InvariantCulture, $"https://localhost:{port}/"));

    private static JsonObject Beside(HostRole role, int port, int management, CertificateFiles files) =>
        new()
        {
            ["Role"] = role.ToString(),
            ["Port"] = port,
            ["Certificate"] = files.Certificate,
            ["CertificateKey"] = files.Key,
            ["Management"] = new JsonObject { ["Port"] = management },
        };

    private HostProcess Add(string name, string assembly, JsonObject settings)
    {
        HostProcess process = new(name, assembly, root, settings);
        processes.Add(process);
        return process;
    }

    private string WriteRoutes()
    {
        _ = folder.Write("eu/content/secrets/vendor", "benchmark-vendor-key");
        JsonNode table = JsonNode.Parse(File.ReadAllText(Path.Combine(BuildOutput.Repository, "deploy", "routes", "eu.json")))!;
        JsonNode policy = table["classes"]![0]!;
        policy["limits"]!["sessionTokens"] = 1_000_000_000_000; // no run is to end for want of budget
        policy["versions"]![0]!["routes"] = new JsonArray("vendor");
        table["routes"] = new JsonArray(
            new JsonObject
            {
                ["id"] = "vendor",
                ["protocol"] = "openai-chat",
                ["endpoint"] = new Uri(VendorUrl, "v1").AbsoluteUri,
                ["model"] = "vendor",
                ["vendor"] = "Mock",
                ["inferenceCountry"] = "DE",
                ["storageCountry"] = "DE",
                ["retention"] = "none",
                ["training"] = "never",
                ["contract"] = new JsonObject
                {
                    ["title"] = "Benchmark",
                    ["sha256"] = new string('0', 64),
                    ["signedOn"] = "2025-01-01",
                    ["verifiedUntil"] = "2099-12-31",
                },
                ["secret"] = "vendor",
                ["limits"] = new JsonObject { ["contextCharacters"] = 1_000_000, ["maxOutputTokens"] = 8192 },
            }
        );
        return folder.Write("routes.json", table.ToJsonString());
    }
}
