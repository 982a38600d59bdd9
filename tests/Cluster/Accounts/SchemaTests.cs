using Lethe.Control.Identity.Accounts.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace Lethe.ClusterTests.Accounts;

/// <summary>The scripts make what Entity Framework's model expects: nothing more, nothing less.</summary>
public abstract class SchemaRules(AccountsCell cell)
{
    [Fact]
    public async Task Scripts_MakeWhatTheModelExpects()
    {
        await using AsyncServiceScope scope = cell.Services.CreateAsyncScope();
        AccountsDbContext database = scope.ServiceProvider.GetRequiredService<AccountsDbContext>();
        string[] made = await DescribeAsync(database);
        Assert.NotEmpty(made);
        Assert.Equal(await DescribeModelAsync(database), made);
    }

    private protected abstract Task<string[]> DescribeAsync(AccountsDbContext database);

    private protected abstract Task<string[]> DescribeModelAsync(AccountsDbContext database);

    protected static async Task<string[]> LinesAsync(System.Data.Common.DbConnection connection, string sql)
    {
        List<string> lines = [];
        await using System.Data.Common.DbCommand command = connection.CreateCommand();
        command.CommandText = sql;
        await using System.Data.Common.DbDataReader reader = await command.ExecuteReaderAsync(AccountsCell.Cancel);
        while (await reader.ReadAsync(AccountsCell.Cancel))
        {
            lines.Add(reader.GetString(0));
        }
        return [.. lines];
    }
}

/// <inheritdoc/>
[Collection(SqliteAccountsSuite.Name)]
public sealed class SqliteSchemaTests(SqliteAccounts cell) : SchemaRules(cell)
{
    private const string Everything = """
        SELECT 'column ' || m.name || '.' || c.name || ' ' || c.type || ' ' || c."notnull" || ' ' || c.pk
            FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'
        UNION ALL SELECT 'index ' || m.name || ' ' || i.name || ' ' || i."unique" || ' ' || (SELECT group_concat(x.name) FROM pragma_index_info(i.name) x)
            FROM sqlite_master m JOIN pragma_index_list(m.name) i WHERE m.type = 'table'
        UNION ALL SELECT 'reference ' || m.name || '.' || f."from" || ' ' || f."table" || ' ' || f.on_delete
            FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'
        ORDER BY 1
        """;

    private protected override async Task<string[]> DescribeAsync(AccountsDbContext database)
    {
        await database.Database.OpenConnectionAsync(AccountsCell.Cancel);
        return await LinesAsync(database.Database.GetDbConnection(), Everything);
    }

    private protected override async Task<string[]> DescribeModelAsync(AccountsDbContext database)
    {
        await using SqliteConnection empty = new("Data Source=:memory:");
        await empty.OpenAsync(AccountsCell.Cancel);
        await using SqliteCommand command = empty.CreateCommand();
        command.CommandText = database.Database.GenerateCreateScript();
        await command.ExecuteNonQueryAsync(AccountsCell.Cancel);
        return await LinesAsync(empty, Everything);
    }
}

/// <inheritdoc/>
[Collection(PostgresAccountsSuite.Name)]
public sealed class PostgresSchemaTests(PostgresAccounts cell) : SchemaRules(cell)
{
    private const string Everything = """
        SELECT 'column ' || table_name || '.' || column_name || ' ' || udt_name || ' ' || coalesce(character_maximum_length, 0) || ' ' || is_nullable
            FROM information_schema.columns WHERE table_schema = 'accounts' AND table_name <> 'schema_version'
        UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'accounts' AND tablename <> 'schema_version'
        UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
            FROM pg_constraint WHERE connamespace = 'accounts'::regnamespace AND conrelid::regclass::text <> 'accounts.schema_version'
        ORDER BY 1
        """;

    private protected override async Task<string[]> DescribeAsync(AccountsDbContext database)
    {
        await using NpgsqlConnection owner = new(cell.OwnerConnectionString);
        await owner.OpenAsync(AccountsCell.Cancel);
        return await LinesAsync(owner, Everything);
    }

    private protected override async Task<string[]> DescribeModelAsync(AccountsDbContext database)
    {
        string name = await cell.NewDatabaseAsync();
        await using NpgsqlConnection empty = new(name);
        await empty.OpenAsync(AccountsCell.Cancel);
        await using NpgsqlCommand command = new(database.Database.GenerateCreateScript(), empty);
        await command.ExecuteNonQueryAsync(AccountsCell.Cancel);
        return await LinesAsync(empty, Everything);
    }
}
