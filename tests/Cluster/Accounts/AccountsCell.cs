using System.Net;
using System.Net.Sockets;
using Lethe.ClusterTests.Cells;
using Lethe.Contracts.Ledger;
using Lethe.Contracts.Tenants;
using Lethe.Control;
using Lethe.Control.Identity;
using Lethe.Control.Identity.Accounts;
using Lethe.Control.Mail;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Xunit;

namespace Lethe.ClusterTests.Accounts;

/// <summary>Somebody with an account, who has accepted the invitation.</summary>
internal sealed record Person(TenantId Tenant, string Email, string Password, string AccountId);

/// <summary>One Control with real HTTPS, a real accounts database, and records silos in memory.</summary>
public abstract class AccountsCell : IAsyncLifetime
{
    public const string PluginRedirect = "https://plugin.example/signed-in";
    public const string IntrospectionSecret = "a secret of the tests, long enough";
    private WebApplication host = null!;
    private Dictionary<string, string?> settings = null!;
    private int people;

    internal TestPki Pki { get; } = new();

    internal RecordsSilo Silo { get; } = new();

    internal Outbox Mail { get; } = new();

    internal FakeLogCollector Logs { get; } = FakeLogCollector.Create(new FakeLogCollectorOptions());

    internal Uri Url { get; private set; } = null!;

    internal IServiceProvider Services => host.Services;

    internal static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await Silo.InitializeAsync();
        Url = new($"https://localhost:{FreePort()}");
        settings = Settings();
        foreach ((string name, string value) in await DatabaseAsync())
        {
            settings[name] = value;
        }
        await StartAsync();
    }

    /// <summary>Ends the Control, with whatever it has in memory, and starts another one.</summary>
    internal async Task RestartAsync()
    {
        await host.StopAsync();
        await host.DisposeAsync();
        await StartAsync();
    }

    private async Task StartAsync()
    {
        host = ControlHost.Create(
            new ConfigurationBuilder().AddInMemoryCollection(settings).Build(),
            services =>
            {
                services.AddSingleton<IGrainFactory>(_ => Silo.Grains);
                services.AddSingleton<TimeProvider>(Silo.Clock);
                services.AddSingleton<ILoggerProvider>(new FakeLoggerProvider(Logs));
                services.AddSingleton<IMailTransport>(Mail);
            }
        );
        await host.StartAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        await host.DisposeAsync();
        await Silo.DisposeAsync();
        Pki.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Everything that the database keeps, as one text.</summary>
    internal abstract Task<string> DumpAsync();

    internal static string NewEmail() => $"person-{Guid.NewGuid():N}@kanzlei.example";

    internal Browser NewBrowser() => new(Pki, Url);

    /// <summary>Calls a service as a request would, in a scope of its own.</summary>
    internal async Task<T> InScopeAsync<TService, T>(Func<TService, Task<T>> call)
        where TService : notnull
    {
        await using AsyncServiceScope scope = host.Services.CreateAsyncScope();
        return await call(scope.ServiceProvider.GetRequiredService<TService>());
    }

    /// <summary>Invites somebody and accepts, in a tenant of its own or the one named.</summary>
    internal async Task<Person> NewPersonAsync(TenantId? inTenant = null)
    {
        string email = NewEmail();
        TenantId tenant = inTenant ?? RecordsSilo.NewTenant();
        InvitationResult result = await InScopeAsync<InvitationService, InvitationResult>(invitations =>
            invitations.CreateAsync(tenant, email, "en", Cancel)
        );
        Person person = new(
            tenant,
            email,
            $"a long password {Interlocked.Increment(ref people)}",
            Assert.IsType<Invited>(result).AccountId
        );
        if (inTenant is null)
        {
            AccountId owner = host.Services.GetRequiredService<Pseudonyms>().Of(TrustedIssuer.OwnName, person.AccountId);
            ProvisionTenant command = new(RecordsSilo.Class("eu-standard"), [], [new(owner, Role.Owner)], Quota: null);
            Assert.IsType<TenantProvisioned>(await Silo.Tenant(tenant).ProvisionAsync(command, Cancel));
        }
        using Browser browser = NewBrowser();
        string code = await Mail.CodeAsync(email, AccountPaths.Invitation);
        string page = await browser.SubmitAsync(AccountPaths.Invitation, ("code", code), ("password", person.Password));
        Assert.Contains("signed in", page, StringComparison.Ordinal);
        return person;
    }

    /// <summary>Gives somebody a passkey.</summary>
    internal async Task<SoftwareAuthenticator> NewPasskeyAsync(Person person)
    {
        SoftwareAuthenticator passkey = new(Url);
        using Browser browser = NewBrowser();
        Assert.True(await browser.SignInAsync(person.Email, person.Password));
        string answer = passkey.Register(await browser.AskAsync("/account/passkeys/creation-options"));
        using HttpResponseMessage added = await browser.PostAsync("/account/passkey", "/account/passkey", ("credential", answer));
        Assert.Equal(HttpStatusCode.Found, added.StatusCode);
        return passkey;
    }

    /// <summary>What the ledger of somebody's tenant says of the account, without what the tenant itself records.</summary>
    internal async Task<LedgerEvent[]> LedgerOfAsync(Person person)
    {
        AccountId id = host.Services.GetRequiredService<Pseudonyms>().Of(TrustedIssuer.OwnName, person.AccountId);
        LedgerPage page = await Silo.Grains.GetGrain<ILedgerGrain>(person.Tenant.GrainKey).ReadAsync(1, 500, Cancel);
        LedgerEntry[] entries = [.. page.Lines.Select(line => line.Entry).Where(entry => entry.Subject == id.Value)];
        Assert.All(entries, entry => Assert.True(entry.Actor == (entry.Event == LedgerEvent.AccountLocked ? null : id)));
        Assert.All(entries, entry => Assert.Equal((null, null, null), (entry.Region, entry.Reason, entry.Roles)));
        return [.. entries.Select(entry => entry.Event)];
    }

    internal async Task<Account> AccountOfAsync(Person person) =>
        await InScopeAsync<AccountAdministration, Account?>(accounts => accounts.FindAsync(person.Tenant, person.AccountId))
        ?? throw new InvalidOperationException("No such account.");

    /// <summary>Asks Control's API with an access token.</summary>
    internal async Task<HttpResponseMessage> AskAsync(string token, string path = "/v1/admin/tenant")
    {
        using HttpClient http = new(OneCell.Trusting(Pki)) { BaseAddress = Url };
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        request.Headers.Authorization = new("Bearer", token);
        return await http.SendAsync(request, Cancel);
    }

    internal async Task<HttpStatusCode> StatusAsync(string token)
    {
        using HttpResponseMessage answer = await AskAsync(token);
        return answer.StatusCode;
    }

    protected abstract Task<IEnumerable<(string Name, string Value)>> DatabaseAsync();

    private static int FreePort()
    {
        using TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private Dictionary<string, string?> Settings()
    {
        (string certificate, string key) = Pki.Issue("server", "localhost", client: false);
        (string recordKey, string recordPublic) = Pki.SigningKey("eu");
        return new(StringComparer.Ordinal)
        {
            ["Region"] = "eu",
            ["PublicUrl"] = Url.AbsoluteUri.TrimEnd('/'),
            ["TrustedCa"] = Pki.AuthorityFile,
            ["Listen:Port"] = $"{Url.Port}",
            ["Listen:Certificate"] = certificate,
            ["Listen:CertificateKey"] = key,
            ["Management:Port"] = "0",
            ["Directory:DomainKeyFile"] = Pki.SymmetricKey("domains.key"),
            ["Directory:RecordKeyFile"] = recordKey,
            ["Identity:AccountKeyFile"] = Pki.SymmetricKey("accounts.key"),
            ["Cells:0:Region"] = "eu",
            ["Cells:0:GatewayUrl"] = "https://gateway.eu.example",
            ["Cells:0:ControlUrl"] = Url.AbsoluteUri,
            ["Cells:0:RecordKey"] = recordPublic,
            ["Kek:File"] = Pki.PrivateKey("kek"),
            ["Mail:From"] = "lethe@kanzlei.example",
            ["Mail:Smtp:Host"] = "localhost", // nothing is sent: the outbox stands in for the server
            ["Accounts:PasswordIterations"] = "1000",
            ["Accounts:Attempts:PerAddress"] = "20",
            ["Accounts:Attempts:PerNetwork"] = "10000",
            ["Accounts:Clients:0:Id"] = "word-plugin",
            ["Accounts:Clients:0:Device"] = "true",
            ["Accounts:Clients:0:RedirectUris:0"] = PluginRedirect,
            ["Accounts:Clients:1:Id"] = "lethe-local",
            ["Accounts:Clients:1:RedirectUris:0"] = "http://127.0.0.1/signed-in",
            ["Accounts:Clients:2:Id"] = "control",
            ["Accounts:Clients:2:SecretFile"] = Pki.Write("introspection.secret", IntrospectionSecret),
        };
    }
}
