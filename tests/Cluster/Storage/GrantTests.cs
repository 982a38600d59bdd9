using Npgsql;
using Xunit;

namespace Lethe.ClusterTests.Storage;

/// <summary>What each role may do, as the catalog of a migrated database tells it: exactly this and no more.</summary>
[Collection(PostgresSuite.Name)]
public sealed class GrantTests(PostgresSilo postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("content")]
    [InlineData("identity")]
    [InlineData("accounts")]
    [InlineData("keys")]
    public async Task Database_GrantsWhatThePolicySays_AndNothingElse(string database)
    {
        string[] found = await LinesAsync($"{database}_eu", GrantQueries.Grants);
        string[] policy = [.. Policy().Where(line => line.StartsWith(database + " ", StringComparison.Ordinal))];
        Assert.Equal(policy.Order(StringComparer.Ordinal), found.Select(line => $"{database} {line}").Order(StringComparer.Ordinal));

        // PostgreSQL's own list of what names a role, in case a kind of object is missing above.
        string[] named = await LinesAsync($"{database}_eu", GrantQueries.Named);
        Assert.Equal(
            policy
                .Where(line => !line.Contains(" PUBLIC ", StringComparison.Ordinal))
                .Select(line => line.Split(' ')[1])
                .Order(StringComparer.Ordinal),
            named.Order(StringComparer.Ordinal)
        );
        Assert.Empty(await LinesAsync($"{database}_eu", GrantQueries.Owned));
    }

    [Fact]
    public void Policy_KeepsFeaturesApart()
    {
        string[] policy = [.. Policy()];
        Assert.Equal(policy.Distinct(StringComparer.Ordinal), policy);
        Assert.Equal(
            ["identity lethe_identity_auditor table public.ledger SELECT"],
            policy.Where(line => line.Contains(" lethe_identity_auditor table ", StringComparison.Ordinal))
        );
        Assert.All( // issuance reaches the one quota table
            policy.Where(line =>
                line.Contains(" lethe_identity_quota ", StringComparison.Ordinal) && line.Contains("table", StringComparison.Ordinal)
            ),
            line => Assert.Contains(" quota.orleans", line, StringComparison.Ordinal)
        );
        Assert.All( // account managers reach accounts and no ledger
            policy.Where(line => line.Contains(" lethe_identity_accounts table ", StringComparison.Ordinal)),
            line => Assert.StartsWith("accounts lethe_identity_accounts table accounts.", line, StringComparison.Ordinal)
        );
        Assert.All( // nobody rewrites the ledger
            policy.Where(line => line.Contains(" public.ledger ", StringComparison.Ordinal)),
            line => Assert.DoesNotMatch("UPDATE|DELETE|TRUNCATE", line)
        );
    }

    [Fact]
    public async Task Roles_AreAloneAndPowerless_AndEachLoginIsInExactlyOne()
    {
        string[] roles = [.. Policy().Select(line => line.Split(' ')[1]).Where(role => role != "PUBLIC").Distinct(StringComparer.Ordinal)];
        Assert.Equal(
            roles.Order(StringComparer.Ordinal).Select(role => $"{role} f f f f f f"),
            await LinesAsync("identity_eu", GrantQueries.Attributes)
        );
        string[] memberships = await LinesAsync("identity_eu", GrantQueries.Memberships);
        Assert.Equal(
            [
                "accounts_control_eu lethe_identity_accounts f",
                "auditor_eu lethe_identity_auditor f",
                "control_eu lethe_identity_control f",
                "gateway_eu lethe_content_gateway f",
                "key_store_eu lethe_keys f",
                "quota_eu lethe_identity_quota f",
                "records_silo_eu lethe_identity_silo f",
                "session_silo_eu lethe_content_silo f",
            ],
            memberships
        );
    }

    private static IEnumerable<string> Policy()
    {
        using StreamReader file = new(typeof(TestKit.Postgres.PostgresCell).Assembly.GetManifestResourceStream("grants.txt")!);
        foreach (string line in file.ReadToEnd().Split('\n').Where(line => line.Length > 0 && line[0] != '#'))
        {
            yield return string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }
    }

    [Fact]
    public async Task Columns_AreWhatTheyAre_InTheContentPlane() // there is none that could hold anything else
    {
        string[] found = await LinesAsync(
            "content_eu",
            "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'orleans%' ORDER BY 1"
        );
        Assert.Equal(
            [
                "schema_version.applied_at",
                "schema_version.script",
                "schema_version.sha256",
                "schema_version.version",
                "spent_token.epoch",
                "spent_token.nonce_hash",
            ],
            found
        );
    }

    [Theory]
    [InlineData("content_silo", "CREATE TABLE t (i integer)")]
    [InlineData("content_silo", "CREATE TEMP TABLE t (i integer)")]
    [InlineData("content_silo", "UPDATE OrleansQuery SET QueryText = QueryText")]
    [InlineData("content_silo", "UPDATE spent_token SET epoch = 0")]
    [InlineData("content_silo", "TRUNCATE spent_token")]
    [InlineData("gateway", "SELECT * FROM spent_token")]
    [InlineData("gateway", "DELETE FROM OrleansMembershipTable")]
    [InlineData("identity_silo", "ALTER TABLE ledger ADD COLUMN c text")]
    [InlineData("identity_silo", "UPDATE ledger SET event = 1")]
    [InlineData("identity_silo", "DELETE FROM ledger")]
    [InlineData("identity_silo", "SELECT * FROM quota.OrleansStorage")]
    [InlineData("identity_silo", "DROP TABLE OrleansStorage")]
    [InlineData("identity_silo", "UPDATE schema_version SET version = 2")]
    [InlineData("quota", "SELECT * FROM public.OrleansStorage")]
    [InlineData("control", "SELECT * FROM OrleansStorage")]
    [InlineData("keys", "UPDATE wrapped_key SET wrapped = ''")]
    [InlineData("auditor", "SELECT * FROM OrleansStorage")]
    [InlineData("auditor", "SELECT * FROM quota.OrleansStorage")]
    [InlineData("auditor", "INSERT INTO ledger SELECT * FROM ledger")]
    [InlineData("auditor", "UPDATE ledger SET event = 1")]
    [InlineData("quota", "SELECT * FROM public.ledger")]
    [InlineData("accounts", "CREATE TABLE accounts.t (i integer)")]
    [InlineData("accounts", "ALTER TABLE accounts.account ADD COLUMN c text")]
    [InlineData("accounts", "TRUNCATE accounts.account")]
    [InlineData("accounts", "UPDATE accounts.schema_version SET version = 2")]
    public async Task RunningRole_BeyondItsRights_IsDenied(string role, string sql)
    {
        string connection = role switch
        {
            "content_silo" => postgres.Cell.Content.Silo,
            "gateway" => postgres.Cell.Content.Gateway,
            "identity_silo" => postgres.Cell.Identity.Silo,
            "quota" => postgres.Cell.Identity.Quota,
            "control" => postgres.Cell.Identity.Control,
            "accounts" => postgres.Cell.Accounts.Control,
            "auditor" => postgres.Cell.Identity.Auditor,
            _ => postgres.Cell.Keys.Store,
        };
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(connection);
        await using NpgsqlCommand command = source.CreateCommand(sql);
        PostgresException denied = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync(Cancellation));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, denied.SqlState);
    }

    private async Task<string[]> LinesAsync(string database, string sql)
    {
        List<string> lines = [];
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(postgres.Server.ConnectionString(database, $"{database}_owner"));
        await using NpgsqlCommand command = source.CreateCommand(sql);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(Cancellation);
        while (await reader.ReadAsync(Cancellation))
        {
            lines.Add(reader.GetString(0));
        }

        return [.. lines];
    }
}
