using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Lethe.ClusterTests.Cells;
using Lethe.Contracts.Ledger;
using Lethe.Contracts.Tenants;
using Lethe.Control;
using Lethe.Control.Identity;
using Lethe.Control.Identity.Accounts;
using Lethe.Control.Mail;
using Lethe.TestKit.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using MimeKit;
using Xunit;

namespace Lethe.ClusterTests.Accounts;

/// <summary>Somebody with an account, who has accepted the invitation.</summary>
internal sealed record Person(TenantId Tenant, string Email, string Password, string AccountId);

/// <summary>Keeps the mails instead of sending them.</summary>
internal sealed partial class Outbox : IMailTransport
{
    private readonly ConcurrentQueue<ReceivedMail> sent = new();

    public IReadOnlyList<ReceivedMail> Sent => [.. sent];

    /// <summary>What the server answers.</summary>
    public MailOutcome Answer { get; set; }

    public Task<MailOutcome> SendAsync(MimeMessage message, CancellationToken cancellationToken)
    {
        if (Answer != MailOutcome.Delivered)
        {
            return Task.FromResult(Answer);
        }
        sent.Enqueue(ReceivedMail.Of(message));
        return Task.FromResult(MailOutcome.Delivered);
    }

    public ReceivedMail[] To(string email) => [.. sent.Where(mail => mail.To == email)];

    /// <summary>Waits for the newest code that was mailed to an address.</summary>
    public async Task<string> CodeAsync(string email, string path)
    {
        for (int tried = 0; tried < 100; tried++)
        {
            if (To(email).Select(mail => Code(path).Match(mail.Text)).LastOrDefault(match => match.Success) is { } found)
            {
                return found.Groups["code"].Value;
            }
            await Task.Delay(50, TestContext.Current.CancellationToken); // the queue runs on its own
        }
        throw new Xunit.Sdk.XunitException($"No mail with a link to {path}.");
    }

    /// <summary>Waits until an address has got so many mails.</summary>
    public async Task<ReceivedMail[]> CountAsync(string email, int count)
    {
        for (int tried = 0; tried < 100 && To(email).Length < count; tried++)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
        Assert.Equal(count, To(email).Length);
        return To(email);
    }

    private static Regex Code(string path) =>
        new($"{path}#(?<code>[A-Za-z0-9_-]{{43}})", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
}

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

/// <summary>Accounts in a file.</summary>
public sealed class SqliteAccounts : AccountsCell
{
    internal override async Task<string> DumpAsync()
    {
        StringBuilderOfFiles files = new();
        foreach (string file in Directory.EnumerateFiles(Pki.Folder, "accounts.db*"))
        {
            await using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            await files.AddAsync(stream);
        }
        return files.ToString();
    }

    protected override Task<IEnumerable<(string Name, string Value)>> DatabaseAsync() =>
        Task.FromResult<IEnumerable<(string, string)>>([
            ("Accounts:Database:Provider", "sqlite"),
            ("Accounts:Database:ConnectionString", $"Data Source={Pki.PathOf("accounts.db")}"),
        ]);

    private sealed class StringBuilderOfFiles
    {
        private readonly System.Text.StringBuilder text = new();

        public async Task AddAsync(Stream stream)
        {
            using MemoryStream bytes = new();
            await stream.CopyToAsync(bytes);
            text.Append(System.Text.Encoding.Latin1.GetString(bytes.ToArray()));
        }

        public override string ToString() => text.ToString();
    }
}

/// <summary>Accounts on a server, as the running role.</summary>
public sealed class PostgresAccounts : AccountsCell
{
    private PostgresServer? server;
    private PostgresCell? databases;

    internal string OwnerConnectionString => databases!.Accounts.Owner;

    /// <summary>Makes an empty database of the same owner.</summary>
    internal async Task<string> NewDatabaseAsync()
    {
        string name = $"model_{Guid.NewGuid():N}";
        await server!.CreateDatabaseAsync(name, "accounts_eu_owner");
        return server.ConnectionString(name, "accounts_eu_owner");
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (server is not null)
        {
            await server.DisposeAsync();
        }
    }

    internal override async Task<string> DumpAsync()
    {
        await using Npgsql.NpgsqlDataSource source = Npgsql.NpgsqlDataSource.Create(databases!.Accounts.Owner);
        await using Npgsql.NpgsqlCommand command = source.CreateCommand(
            "SELECT database_to_xml(nulls := true, tableforest := false, targetns := '')::text"
        );
        return (string)(await command.ExecuteScalarAsync(Cancel))!;
    }

    protected override async Task<IEnumerable<(string Name, string Value)>> DatabaseAsync()
    {
        server = await PostgresServer.StartAsync();
        databases = await PostgresCell.CreateAsync(server, "eu");
        Dictionary<string, string?> owner = new(StringComparer.Ordinal)
        {
            ["Accounts:Database:Provider"] = "postgresql",
            ["Accounts:Database:ConnectionString"] = databases.Accounts.Control,
            ["Accounts:Database:OwnerConnectionString"] = databases.Accounts.Owner,
        };
        CommandLine migrate = new(Migrate: true, new ConfigurationBuilder().AddInMemoryCollection(owner).Build());
        using StringWriter told = new();
        await migrate.MigrateAsync(told, CancellationToken.None);
        await migrate.MigrateAsync(told, CancellationToken.None);
        Assert.Matches(@"^accounts: [1-9]\d* applied\naccounts: up to date\n$", told.ToString());
        return [("Accounts:Database:Provider", "postgresql"), ("Accounts:Database:ConnectionString", databases.Accounts.Control)];
    }
}

/// <summary>Tests that move the cell's clock run one at a time.</summary>
[CollectionDefinition(Name)]
public sealed class SqliteAccountsSuite : ICollectionFixture<SqliteAccounts>
{
    public const string Name = "accounts in a file";
}

/// <summary>Tests that move the cell's clock run one at a time.</summary>
[CollectionDefinition(Name)]
public sealed class PostgresAccountsSuite : ICollectionFixture<PostgresAccounts>
{
    public const string Name = "accounts on a server";
}
