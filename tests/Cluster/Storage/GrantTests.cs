using Npgsql;
using Xunit;

namespace Lethe.ClusterTests.Storage;

/// <summary>What each role may do, as the catalog of a migrated database tells it: exactly this and no more.</summary>
[Collection(PostgresSuite.Name)]
public sealed class GrantTests(PostgresSilo postgres)
{
    private const string Read = "SELECT";
    private const string All = "DELETE,INSERT,SELECT,UPDATE";

    private static readonly Dictionary<string, string[]> Policy = new(StringComparer.Ordinal)
    {
        ["content_eu"] =
        [
            $"lethe_content_gateway orleansmembershiptable {Read}",
            $"lethe_content_gateway orleansquery {Read}",
            $"lethe_content_silo orleansmembershiptable {All}",
            $"lethe_content_silo orleansmembershipversiontable {All}",
            $"lethe_content_silo orleansquery {Read}",
            $"lethe_content_silo schema_version {Read}",
            "lethe_content_silo spent_token DELETE,INSERT,SELECT",
        ],
        ["identity_eu"] =
        [
            $"lethe_identity_control orleansmembershiptable {Read}",
            $"lethe_identity_control orleansquery {Read}",
            $"lethe_identity_quota quota.orleansquery {Read}",
            $"lethe_identity_quota quota.orleansstorage {All}",
            "lethe_identity_silo ledger INSERT,SELECT",
            $"lethe_identity_silo orleansmembershiptable {All}",
            $"lethe_identity_silo orleansmembershipversiontable {All}",
            $"lethe_identity_silo orleansquery {Read}",
            $"lethe_identity_silo orleansreminderstable {All}",
            $"lethe_identity_silo orleansstorage {All}",
            $"lethe_identity_silo schema_version {Read}",
        ],
        ["accounts_eu"] =
        [
            $"lethe_identity_accounts accounts.account {All}",
            $"lethe_identity_accounts accounts.attempt {All}",
            $"lethe_identity_accounts accounts.data_protection_key {All}",
            $"lethe_identity_accounts accounts.link {All}",
            $"lethe_identity_accounts accounts.oidc_authorization {All}",
            $"lethe_identity_accounts accounts.oidc_client {All}",
            $"lethe_identity_accounts accounts.oidc_scope {All}",
            $"lethe_identity_accounts accounts.oidc_token {All}",
            $"lethe_identity_accounts accounts.passkey {All}",
            $"lethe_identity_accounts accounts.sign_in_settings {All}",
            $"lethe_identity_accounts accounts.token_key {All}",
            $"lethe_identity_accounts accounts.schema_version {Read}",
        ],
        ["keys_eu"] = [$"lethe_keys schema_version {Read}", "lethe_keys wrapped_key DELETE,INSERT,SELECT"],
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("content_eu")]
    [InlineData("identity_eu")]
    [InlineData("keys_eu")]
    [InlineData("accounts_eu")]
    public async Task Tables_GrantWhatThePolicySays(string database)
    {
        string[] found = await LinesAsync(
            database,
            """
            SELECT coalesce(r.rolname, 'PUBLIC') || ' ' || c.oid::regclass::text || ' ' || string_agg(a.privilege_type, ',' ORDER BY a.privilege_type)
            FROM pg_class c
            CROSS JOIN LATERAL aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
            LEFT JOIN pg_roles r ON r.oid = a.grantee
            WHERE c.relkind IN ('r', 'v', 'm', 'S', 'p', 'f')
                AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
                AND c.relnamespace::regnamespace::text NOT LIKE 'pg_toast%' AND a.grantee <> c.relowner
            GROUP BY r.rolname, c.oid ORDER BY 1
            """
        );
        Assert.Equal(Policy[database].Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("content_eu", "lethe_content_gateway,lethe_content_silo")]
    [InlineData("identity_eu", "lethe_identity_control,lethe_identity_quota,lethe_identity_silo")]
    [InlineData("keys_eu", "lethe_keys")]
    [InlineData("accounts_eu", "lethe_identity_accounts")]
    public async Task Database_CanBeConnectedToByItsRolesOnly(string database, string roles)
    {
        string[] found = await LinesAsync(
            database,
            """
            SELECT coalesce(r.rolname, 'PUBLIC') || ' ' || a.privilege_type
            FROM pg_database d
            CROSS JOIN LATERAL aclexplode(d.datacl) a
            LEFT JOIN pg_roles r ON r.oid = a.grantee
            WHERE d.datname = current_database() AND a.grantee <> d.datdba ORDER BY 1
            """
        );
        Assert.Equal(roles.Split(',').Select(role => $"{role} CONNECT"), found, StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("content_eu")]
    [InlineData("identity_eu")]
    [InlineData("keys_eu")]
    [InlineData("accounts_eu")]
    public async Task Schemas_AreUsedButNotCreatedIn(string database)
    {
        string[] found = await LinesAsync(
            database,
            """
            SELECT coalesce(r.rolname, 'PUBLIC') || ' ' || a.privilege_type
            FROM pg_namespace n
            CROSS JOIN LATERAL aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
            LEFT JOIN pg_roles r ON r.oid = a.grantee
            WHERE n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema' AND a.grantee <> n.nspowner ORDER BY 1
            """
        );
        Assert.NotEmpty(found);
        Assert.All(found, static line => Assert.Matches("^lethe_[a-z_]+ USAGE$", line));
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
