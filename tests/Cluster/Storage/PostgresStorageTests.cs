using System.Data.Common;
using Lethe.ClusterTests.Silo;
using Lethe.Contracts;
using Lethe.Contracts.Ledger;
using Lethe.Records.Keys;
using Lethe.Silo;
using Lethe.Silo.Migration;
using Lethe.TestKit;
using Lethe.TestKit.Postgres;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace Lethe.ClusterTests.Storage;

/// <summary>A server, the databases of one cell, migrated, and an identity silo on them with its key store in a database too.</summary>
public sealed class PostgresSilo : IAsyncLifetime
{
    public TempFolder Folder { get; } = new();

    public PostgresServer Server { get; private set; } = null!;

    public PostgresCell Cell { get; private set; } = null!;

    public RunningSilo Silo { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await PostgresServer.StartAsync();
        Cell = await PostgresCell.CreateAsync(Server, "eu");
        await MigrateAsync(ContentSettings());
        await MigrateAsync(IdentitySettings());
        await MigrateAccountsAsync();
        Silo = await RunningSilo.StartAsync(IdentitySettings());
    }

    public async ValueTask DisposeAsync()
    {
        await Silo.DisposeAsync();
        await Server.DisposeAsync();
        Folder.Dispose();
    }

    public Dictionary<string, string?> IdentitySettings() =>
        With(
            RunningSilo.SettingsIn(Folder, "identity"),
            [
                ("Database:ConnectionString", Cell.Identity.Silo),
                ("Database:QuotaConnectionString", Cell.Identity.Quota),
                ("Database:OwnerConnectionString", Cell.Identity.Owner),
                ("KeyStore:Provider", "database"),
                ("KeyStore:ConnectionString", Cell.Keys.Store),
                ("KeyStore:OwnerConnectionString", Cell.Keys.Owner),
            ]
        );

    public Dictionary<string, string?> ContentSettings() => ContentSettings(Folder, Cell.Content);

    public static Dictionary<string, string?> ContentSettings(TempFolder folder, ContentDatabase content) =>
        With(
            RunningSilo.SettingsIn(folder, "content"),
            [("Database:ConnectionString", content.Silo), ("Database:OwnerConnectionString", content.Owner)]
        );

    public static async Task<string> MigrateAsync(Dictionary<string, string?> settings)
    {
        using StringWriter output = new();
        await MigrateCommand.RunAsync(
            new ConfigurationBuilder().AddInMemoryCollection(settings).Build(),
            output,
            TestContext.Current.CancellationToken
        );
        return output.ToString();
    }

    private Task MigrateAccountsAsync()
    {
        Dictionary<string, string?> settings = new(StringComparer.Ordinal)
        {
            ["Accounts:Database:Provider"] = "postgresql",
            ["Accounts:Database:OwnerConnectionString"] = Cell.Accounts.Owner,
        };
        return new Lethe.Control.CommandLine(
            Migrate: true,
            new ConfigurationBuilder().AddInMemoryCollection(settings).Build()
        ).MigrateAsync(TextWriter.Null, TestContext.Current.CancellationToken);
    }

    private static Dictionary<string, string?> With(Dictionary<string, string?> settings, IEnumerable<(string Name, string Value)> more)
    {
        settings["Database:Provider"] = "postgresql";
        settings["Orleans:Clustering"] = "database";
        foreach ((string name, string value) in more)
        {
            settings[name] = value;
        }

        return settings;
    }
}

/// <summary>One server for all tests that need PostgreSQL in this project.</summary>
[CollectionDefinition(Name)]
public sealed class PostgresSuite : ICollectionFixture<PostgresSilo>
{
    public const string Name = "PostgreSQL";
}

[Collection(PostgresSuite.Name)]
public sealed class PostgresStorageTests(PostgresSilo postgres) : StorageTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected override RunningSilo Silo => postgres.Silo;

    [Fact]
    public async Task Ledger_KeepsItsChain()
    {
        ILedgerGrain ledger = Silo.Grains.GetGrain<ILedgerGrain>("t/kanzlei-muster");
        await Task.WhenAll(
            Enumerable
                .Range(0, 10)
                .Select(number => ledger.AppendAsync(new(LedgerEvent.CaseOpened, null, $"case-{number}", Region.Ch), Cancellation))
        );
        LedgerPage page = await ledger.ReadAsync(1, 100, Cancellation);
        Assert.Equal((10, true), (page.Lines.Count, page.ChainHolds));
    }

    [Fact]
    public async Task KeyStore_InItsDatabase_KeepsAndDestroysWrappedKeys()
    {
        IKeyStore keys = Silo.Host.Services.GetRequiredService<IKeyStore>();
        byte[] key = [.. Enumerable.Range(1, 32).Select(number => (byte)number)];
        await keys.PutAsync("share-1", key, Cancellation);
        await Assert.ThrowsAsync<InvalidOperationException>(() => keys.PutAsync("share-1", key, Cancellation));
        Assert.Equal(key, await keys.FindAsync("share-1", Cancellation));
        byte[] wrapped = (byte[])
            (await postgres.Server.RunAsync("SELECT wrapped FROM wrapped_key WHERE handle = 'share-1'", "keys_eu", Cancellation))!;
        Assert.Equal(-1, wrapped.AsSpan().IndexOf(key));
        await keys.DestroyAsync("share-1", Cancellation);
        await keys.DestroyAsync("share-1", Cancellation);
        Assert.Null(await keys.FindAsync("share-1", Cancellation));
        Assert.Equal(
            0L,
            await postgres.Server.RunAsync("SELECT count(*) FROM wrapped_key WHERE handle = 'share-1'", "keys_eu", Cancellation)
        );
    }

    [Fact]
    public async Task Migrate_Again_ChangesNothing()
    {
        string[] before = await CatalogAsync();
        Assert.All(
            (await PostgresSilo.MigrateAsync(postgres.IdentitySettings())).Trim().Split('\n'),
            static line => Assert.EndsWith("up to date", line.Trim(), StringComparison.Ordinal)
        );
        Assert.Equal(before, await CatalogAsync(), StringComparer.Ordinal);
    }

    [Fact]
    public async Task Migrate_ByTwoAtOnce_AppliesEachScriptOnce()
    {
        await postgres.Server.CreateLoginAsync("twice_owner");
        await postgres.Server.CreateDatabaseAsync("twice", "twice_owner");
        Dictionary<string, string?> settings = postgres.ContentSettings();
        settings["Database:OwnerConnectionString"] = postgres.Server.ConnectionString("twice", "twice_owner");
        string[] outputs = await Task.WhenAll(PostgresSilo.MigrateAsync(settings), PostgresSilo.MigrateAsync(settings));
        Assert.Equal(
            ["postgres/content: 1 applied", "postgres/content: up to date"],
            outputs.Select(line => line.Trim()).Order(StringComparer.Ordinal),
            StringComparer.Ordinal
        );
    }

    [Fact]
    public async Task Migrate_WhereEverybodyMayCreate_IsRefusedAndLeavesNothing()
    {
        await postgres.Server.CreateLoginAsync("open_owner");
        await postgres.Server.CreateDatabaseAsync("open", "open_owner");
        await postgres.Server.RunAsync( // as it is on PostgreSQL 13 and 14
            "ALTER SCHEMA public OWNER TO CURRENT_USER; GRANT ALL ON SCHEMA public TO PUBLIC",
            "open",
            Cancellation
        );
        Dictionary<string, string?> settings = postgres.ContentSettings();
        settings["Database:OwnerConnectionString"] = postgres.Server.ConnectionString("open", "open_owner");
        StartRefusedException refusal = await Assert.ThrowsAsync<StartRefusedException>(() => PostgresSilo.MigrateAsync(settings));
        Assert.Contains("ALTER SCHEMA public OWNER", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(
            0L,
            await postgres.Server.RunAsync(
                "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace",
                "open",
                Cancellation
            )
        );
    }

    [Fact]
    public async Task Start_OnADatabaseWithoutSchema_IsRefusedInOneSentence()
    {
        await postgres.Server.CreateLoginAsync("empty_owner");
        await postgres.Server.CreateDatabaseAsync("empty", "empty_owner");
        Dictionary<string, string?> settings = postgres.ContentSettings();
        settings["Database:ConnectionString"] = postgres.Server.ConnectionString("empty", "empty_owner");
        StartRefusedException refusal = await Assert.ThrowsAsync<StartRefusedException>(() => RunningSilo.StartAsync(settings));
        Assert.Contains("migrate", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(postgres.Server.Password, refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithoutADatabase_IsRefusedInOneSentence()
    {
        Dictionary<string, string?> settings = postgres.ContentSettings();
        settings["Database:ConnectionString"] =
            $"Host=127.0.0.1;Port={RunningSilo.FreePorts(1)[0]};Database=d;Username=u;Password=p;Timeout=2";
        StartRefusedException refusal = await Assert.ThrowsAsync<StartRefusedException>(() => RunningSilo.StartAsync(settings));
        Assert.Equal("The database cannot be reached.", refusal.Message);
    }

    [Fact]
    public async Task TwoSilos_SeeEachOtherAndAGoneOneIsMarked()
    {
        await using RunningSilo first = await RunningSilo.StartAsync(postgres.ContentSettings());
        RunningSilo second = await RunningSilo.StartAsync(postgres.ContentSettings());
        IClusterMembershipService members = first.Host.Services.GetRequiredService<IClusterMembershipService>();
        Assert.Equal(2, await ActiveAsync(members, 2));
        await second.DisposeAsync();
        Assert.Equal(1, await ActiveAsync(members, 1));
        Assert.Null(first.Host.Services.GetService<IReminderTable>());
    }

    protected override async Task<long> CountAsync(string provider, GrainId id)
    {
        string table = provider == "quota" ? "quota.OrleansStorage" : "OrleansStorage";
        return (long)
            (
                await postgres.Server.RunAsync(
                    $"SELECT count(*) FROM {table} WHERE GrainIdExtensionString LIKE '%{id.Key}%'",
                    "identity_eu",
                    Cancellation
                )
            )!;
    }

    private static async Task<int> ActiveAsync(IClusterMembershipService members, int wanted)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        await foreach (ClusterMembershipSnapshot snapshot in members.MembershipUpdates.WithCancellation(limit.Token))
        {
            int active = snapshot.Members.Values.Count(member => member.Status == SiloStatus.Active);
            if (active == wanted)
            {
                return active;
            }
        }

        return 0;
    }

    private async Task<string[]> CatalogAsync()
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(postgres.Cell.Identity.Owner);
        await using DbCommand command = source.CreateCommand(
            "SELECT relname || ' ' || relkind::text || ' ' || coalesce(relacl::text, '') FROM pg_class WHERE relnamespace IN ('public'::regnamespace, 'quota'::regnamespace) "
                + "UNION ALL SELECT version || script || applied_at::text FROM schema_version UNION ALL SELECT QueryKey || QueryText FROM OrleansQuery ORDER BY 1"
        );
        List<string> lines = [];
        await using DbDataReader reader = await command.ExecuteReaderAsync(Cancellation);
        while (await reader.ReadAsync(Cancellation))
        {
            lines.Add(reader.GetString(0));
        }

        return [.. lines];
    }
}
