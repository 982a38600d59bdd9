using Lethe.Control;
using Lethe.TestKit.Postgres;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Lethe.ClusterTests.Accounts;

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
public sealed class PostgresAccountsSuite : ICollectionFixture<PostgresAccounts>
{
    public const string Name = "accounts on a server";
}
