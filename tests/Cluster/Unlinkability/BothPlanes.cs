using System.Data.Common;
using System.Security.Cryptography;
using Lethe.ClusterTests.Cells;
using Lethe.ClusterTests.Silo;
using Lethe.Contracts.Tenants;
using Lethe.Gateway;
using Lethe.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Orleans.TestingHost;
using Xunit;

namespace Lethe.ClusterTests.Unlinkability;

/// <summary>A cell as it is run: Control over records silos, a Gateway over a content silo, HTTPS between all of them and the clients.</summary>
internal sealed class BothPlanes : IAsyncDisposable
{
    private readonly TempFolder folder = new();
    private readonly TwoCells cells = new();
    private readonly List<HttpMessageInvoker> connections = [];
    private RunningSilo content = null!;
    private WebApplication gateway = null!;
    private Uri gatewayUrl = null!;

    public OneCell Cell => cells.Eu;

    public FakeLogCollector GatewayLogs { get; } = FakeLogCollector.Create(new FakeLogCollectorOptions());

    public DbDataSource SpentTokens => content.Database;

    public async Task StartAsync(DateTimeOffset now)
    {
        await cells.InitializeAsync();
        Cell.Silo.Clock.SetUtcNow(now);
        content = await RunningSilo.StartAsync(
            RunningSilo.SettingsIn(folder, "content"),
            services => services.AddSingleton<TimeProvider>(Cell.Silo.Clock).UseTimeProviderForBackgroundAreas(TimeProvider.System)
        );
        int[] ports = RunningSilo.FreePorts(2);
        gatewayUrl = new Uri($"https://localhost:{ports[0]}");
        gateway = GatewayHost.Create(
            new ConfigurationBuilder().AddInMemoryCollection(Settings(ports)).Build(),
            services =>
                services
                    .AddSingleton<TimeProvider>(Cell.Silo.Clock)
                    .UseTimeProviderForBackgroundAreas(TimeProvider.System)
                    .AddLogging(logging =>
                        logging.ClearProviders().AddProvider(new FakeLoggerProvider(GatewayLogs)).SetMinimumLevel(LogLevel.Trace)
                    )
        );
        await gateway.StartAsync();
        connections.Add(new(OneCell.Trusting(cells.Pki)));
        connections.Add(new(OneCell.Trusting(cells.Pki)));
    }

    public async Task<TestTenant> NewTenantAsync(IReadOnlyList<string> subjects)
    {
        TestTenant tenant = await cells.NewTenantAsync();
        Member[] members =
        [
            new(Cell.AccountOf(tenant, tenant.Owner), Role.Owner),
            .. subjects.Select(subject => new Member(Cell.AccountOf(tenant, subject), Role.Member)),
        ];
        ProvisionTenant command = new(RecordsSilo.Class("eu-standard"), [], members, new TokenQuota(200, 20_000));
        Assert.IsType<TenantProvisioned>(await Cell.Silo.Tenant(tenant.Id).ProvisionAsync(command, RecordsSilo.Cancel));
        return tenant;
    }

    /// <summary>Makes a plane's connection of one client. The public names of the cell lead to where its hosts listen.</summary>
    public HttpMessageHandler Connect(Action<HttpRequestMessage> sent) => new Route(this, sent);

    public async ValueTask DisposeAsync()
    {
        connections.ForEach(connection => connection.Dispose());
        await gateway.StopAsync();
        await gateway.DisposeAsync();
        await content.DisposeAsync();
        await cells.DisposeAsync();
        folder.Dispose();
    }

    private Dictionary<string, string?> Settings(int[] ports)
    {
        (string certificate, string key) = cells.Pki.Issue("gateway", "localhost", client: false);
        string keys = Directory.CreateDirectory(folder.File("session-keys")).FullName;
        using var signing = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(Path.Combine(keys, "2026-01.pem"), signing.ExportPkcs8PrivateKeyPem());
        string root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Orleans.sln")))
        {
            root = Path.GetDirectoryName(root.TrimEnd(Path.DirectorySeparatorChar))!;
        }
        string control = $"https://localhost:{Cell.Http.BaseAddress!.Port}";
        return new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Region"] = "eu",
            ["Listen:Port"] = $"{ports[0]}",
            ["Listen:Certificate"] = certificate,
            ["Listen:CertificateKey"] = key,
            ["PublicUrl"] = "https://gateway.eu.example",
            ["ControlUrl"] = control,
            ["Management:Port"] = $"{ports[1]}",
            ["Orleans:ClusterId"] = content.Settings["Orleans:ClusterId"],
            ["Orleans:ServiceId"] = content.Settings["Orleans:ServiceId"],
            ["Orleans:Gateways:0"] = $"127.0.0.1:{content.Settings["Orleans:GatewayPort"]}",
            ["Cells:0:Region"] = "eu",
            ["Cells:0:GatewayUrl"] = "https://gateway.eu.example",
            ["Cells:0:ControlUrl"] = control,
            ["TrustedCa"] = cells.Pki.AuthorityFile,
            ["SessionKeys:Folder"] = keys,
            ["IssuerKeys:FetchEvery"] = "01:00:00",
            ["Routes:File"] = Path.Combine(root, "deploy", "routes", "eu.json"),
            ["Routes:SecretsFolder"] = Directory.CreateDirectory(folder.File("secrets")).FullName,
        };
    }

    private sealed class Route(BothPlanes planes, Action<HttpRequestMessage> sent) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            sent(request);
            bool identity = request.RequestUri!.Host == "eu.example";
            Uri to = identity ? planes.Cell.Http.BaseAddress! : planes.gatewayUrl;
            request.RequestUri = new UriBuilder(request.RequestUri) { Host = to.Host, Port = to.Port }.Uri;
            return planes.connections[identity ? 0 : 1].SendAsync(request, cancellationToken);
        }
    }
}
