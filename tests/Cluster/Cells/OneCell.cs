using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using Lethe.Contracts.Tenants;
using Lethe.Control;
using Lethe.Control.Identity;
using Lethe.Control.Identity.Providers;
using Lethe.Control.Mail;
using Lethe.Control.Moves;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Lethe.ClusterTests.Cells;

/// <summary>One cell.</summary>
internal sealed class OneCell : IAsyncDisposable
{
    private readonly WebApplication host;
    private readonly TestPki pki;

    public OneCell(
        TestPki pki,
        string region,
        int cellPort,
        int otherCellPort,
        Dictionary<string, (string Private, string Public)> keys,
        string domainKey,
        List<TestIssuer> issuers,
        TestIssuer staff
    )
    {
        this.pki = pki;
        string other = region == "eu" ? "ch" : "eu";
        Silo = new(region, silos: 1);
        (string certificate, string key) = pki.Issue($"server-{region}", "localhost", client: false);
        (string clientCertificate, string clientKey) = pki.Issue($"client-{region}", $"control.{region}.lethe", client: true);
        Dictionary<string, string?> settings = new(StringComparer.Ordinal)
        {
            ["Region"] = region,
            ["PublicUrl"] = $"https://{region}.example",
            ["TrustedCa"] = pki.AuthorityFile,
            ["ClientCertificate"] = clientCertificate,
            ["ClientCertificateKey"] = clientKey,
            ["Listen:Port"] = "0",
            ["Listen:CellPort"] = $"{cellPort}",
            ["Listen:Certificate"] = certificate,
            ["Listen:CertificateKey"] = key,
            ["Management:Port"] = "0",
            ["Directory:DomainKeyFile"] = domainKey,
            ["Directory:RecordKeyFile"] = keys[region].Private,
            ["Directory:AnswerAfter"] = "00:00:00",
            ["Kek:File"] = pki.PrivateKey($"kek-{region}"),
            ["Accounts:Database:ConnectionString"] = $"Data Source={pki.PathOf($"accounts-{region}.db")}",
            ["Deployment"] = "local",
            ["Mail:Provider"] = "folder",
            ["Mail:Folder"] = pki.Folder,
            ["Mail:From"] = "lethe@localhost",
            ["Identity:AccountKeyFile"] = pki.SymmetricKey($"accounts-{region}.key"),
            ["Accounts:PasswordIterations"] = "1000",
            ["Accounts:Attempts:MailsPerAddress"] = "8",
            ["Accounts:Clients:0:Id"] = SignedInPerson.Client,
            ["Accounts:Clients:0:RedirectUris:0"] = SignedInPerson.Redirect,
            ["Moves:Interval"] = "00:05:00",
            ["IdentityProviders:AllowLoopback"] = "true",
            ["IdentityProviders:TrustedCa"] = pki.AuthorityFile,
            ["Cells:0:Region"] = region,
            ["Cells:0:GatewayUrl"] = $"https://gateway.{region}.example",
            ["Cells:0:ControlUrl"] = $"https://{region}.example",
            ["Cells:0:CellUrl"] = $"https://localhost:{cellPort}",
            ["Cells:0:RecordKey"] = keys[region].Public,
            ["Cells:1:Region"] = other,
            ["Cells:1:GatewayUrl"] = $"https://gateway.{other}.example",
            ["Cells:1:ControlUrl"] = $"https://{other}.example",
            ["Cells:1:CellUrl"] = $"https://localhost:{otherCellPort}",
            ["Cells:1:RecordKey"] = keys[other].Public,
            ["Provisioning:Tenants:0:Id"] = $"provisioned-{region}",
            ["Provisioning:Tenants:0:Region"] = region,
            ["Provisioning:Tenants:0:PolicyClass"] = $"{region}-standard",
            ["Provisioning:Tenants:0:Domains:0"] = $"provisioned-{region}.example",
            ["Provisioning:Tenants:0:Members:0:Subject"] = "olga",
            ["Provisioning:Tenants:0:Members:0:Roles:0"] = "owner",
            [$"Identity:Issuers:0:Issuer"] = $"https://login.example/provisioned-{region}",
            [$"Identity:Issuers:0:Tenant"] = $"provisioned-{region}",
            [$"Identity:Issuers:0:KeysFile"] = staff.KeysFile,
            [$"Identity:Issuers:1:Issuer"] = staff.Name,
            [$"Identity:Issuers:1:Operator"] = "true",
            [$"Identity:Issuers:1:KeysFile"] = staff.KeysFile,
        };
        settings["Provisioning:Staff:4:Issuer"] = staff.Name;
        settings["Provisioning:Staff:4:Subject"] = "operator-1";
        settings["Provisioning:Staff:4:Roles:0"] = "operator";
        for (int index = 1; index <= 3; index++) // support-2 has signed nothing, support-3 has no role
        {
            settings[$"Provisioning:Staff:{index}:Issuer"] = staff.Name;
            settings[$"Provisioning:Staff:{index}:Subject"] = $"support-{index}";
            if (index < 3)
            {
                settings[$"Provisioning:Staff:{index}:Roles:0"] = "support";
            }
            if (index != 2)
            {
                settings[$"Provisioning:Staff:{index}:Undertaking:SignedOn"] = "2026-01-01";
                settings[$"Provisioning:Staff:{index}:Undertaking:ValidUntil"] = "2027-12-31";
                settings[$"Provisioning:Staff:{index}:Undertaking:Sha256"] = new string('a', 64);
            }
        }
        for (int index = 0; index < issuers.Count; index++)
        {
            settings[$"Identity:Issuers:{index + 2}:Issuer"] = issuers[index].Name;
            settings[$"Identity:Issuers:{index + 2}:Tenant"] = TwoCells.TenantName(index);
            settings[$"Identity:Issuers:{index + 2}:KeysFile"] = issuers[index].KeysFile;
        }
        Configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        host = ControlHost.Create(
            Configuration,
            services =>
            {
                services.AddSingleton<IGrainFactory>(_ => Silo.Grains);
                services.AddSingleton<TimeProvider>(Silo.Clock);
                services.AddSingleton<ILoggerProvider>(new FakeLoggerProvider(Logs));
                services.AddSingleton<IMailTransport>(Mails);
                services.AddSingleton<IDomainRecords>(Dns);
                services.AddSingleton<CellLink>();
                services.AddSingleton<ICellLink>(provider => Link = new(provider.GetRequiredService<CellLink>()));
            }
        );
    }

    public RecordsSilo Silo { get; }

    public IConfiguration Configuration { get; }

    public FakeLogCollector Logs { get; } = FakeLogCollector.Create(new FakeLogCollectorOptions());

    public Outbox Mails { get; } = new();

    public FakeDns Dns { get; } = new();

    public FaultyLink Link { get; private set; } = null!;

    public HttpClient Http { get; private set; } = null!;

    public Uri Management { get; private set; } = null!;

    public IServiceProvider Services => host.Services;

    public MoveDriver Driver => host.Services.GetRequiredService<MoveDriver>();

    public CellSignatures Signatures => host.Services.GetRequiredService<CellSignatures>();

    public IReadOnlyList<Endpoint> Routes => host.Services.GetRequiredService<EndpointDataSource>().Endpoints;

    public CellInbox Inbox => host.Services.GetRequiredService<CellInbox>();

    public AccountId AccountOf(TestTenant tenant, string subject) =>
        host.Services.GetRequiredService<Pseudonyms>().Of(tenant.Issuer.Name, subject);

    public Caller Caller(TestTenant tenant) =>
        new(host.Services.GetRequiredService<IssuerRegistry>().Find(tenant.Issuer.Name)!, tenant.Owner, AccountOf(tenant, tenant.Owner));

    public async Task StartAsync()
    {
        await Silo.InitializeAsync();
        await host.StartAsync();
        string[] addresses = [.. host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses];
        string secure = addresses.First(address =>
            address.StartsWith("https://", StringComparison.Ordinal)
            && address != Configuration["Cells:0:CellUrl"]?.Replace("localhost", "127.0.0.1", StringComparison.Ordinal)
        );
        Management = new(addresses.First(address => address.StartsWith("http://", StringComparison.Ordinal)));
        Http = new(Trusting(pki)) { BaseAddress = new(secure), DefaultRequestVersion = HttpVersion.Version20 };
    }

    public HttpRequestMessage Request(HttpMethod method, string path, string? token, HttpContent? content = null)
    {
        HttpRequestMessage request = new(method, path) { Content = content, Version = HttpVersion.Version20 };
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
        return request;
    }

    public string TokenOf(TestTenant tenant, string? subject = null) =>
        tenant.Issuer.Token(subject ?? tenant.Owner, Silo.Clock.GetUtcNow());

    public async Task<bool> ServesAsync(TestTenant tenant) => await Silo.Tenant(tenant.Id).RouteAsync(RecordsSilo.Cancel) is TenantHere;

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await host.StopAsync();
        await host.DisposeAsync();
        await Silo.DisposeAsync();
    }

    internal static SocketsHttpHandler Trusting(TestPki pki, X509Certificate2? own = null)
    {
        SocketsHttpHandler handler = new();
        handler.SslOptions.CertificateChainPolicy = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { pki.Authority },
            RevocationMode = X509RevocationMode.NoCheck,
        };
        if (own is not null)
        {
            handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => own;
        }
        return handler;
    }
}
