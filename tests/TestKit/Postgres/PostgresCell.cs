namespace Lethe.TestKit.Postgres;

/// <summary>The databases and logins of one cell, empty: <c>migrate</c> gives them their schema.</summary>
/// <param name="Content">The content plane's.</param>
/// <param name="Identity">The identity plane's.</param>
/// <param name="Keys">The key store's.</param>
/// <param name="Accounts">Control's accounts.</param>
public sealed record PostgresCell(ContentDatabase Content, IdentityDatabase Identity, KeysDatabase Keys, AccountsDatabase Accounts)
{
    /// <summary>Makes them as deploy/postgres/roles.sql says: one owner per database, one login per kind of process.</summary>
    public static async Task<PostgresCell> CreateAsync(PostgresServer server, string region)
    {
        using StreamReader roles = new(typeof(PostgresCell).Assembly.GetManifestResourceStream("roles.sql")!);
        await server.RunAsync(await roles.ReadToEndAsync());
        foreach (string database in (string[])[$"content_{region}", $"identity_{region}", $"keys_{region}", $"accounts_{region}"])
        {
            await server.CreateLoginAsync($"{database}_owner");
            await server.CreateDatabaseAsync(database, $"{database}_owner");
        }

        await server.CreateLoginAsync($"session_silo_{region}", "lethe_content_silo");
        await server.CreateLoginAsync($"gateway_{region}", "lethe_content_gateway");
        await server.CreateLoginAsync($"records_silo_{region}", "lethe_identity_silo");
        await server.CreateLoginAsync($"quota_{region}", "lethe_identity_quota");
        await server.CreateLoginAsync($"control_{region}", "lethe_identity_control");
        await server.CreateLoginAsync($"auditor_{region}", "lethe_identity_auditor");
        await server.CreateLoginAsync($"key_store_{region}", "lethe_keys");
        await server.CreateLoginAsync($"accounts_control_{region}", "lethe_identity_accounts");
        string Login(string database, string login) => server.ConnectionString($"{database}_{region}", $"{login}_{region}");
        string Owner(string database) => server.ConnectionString($"{database}_{region}", $"{database}_{region}_owner");
        return new PostgresCell(
            new ContentDatabase(Owner("content"), Login("content", "session_silo"), Login("content", "gateway")),
            new IdentityDatabase(
                Owner("identity"),
                Login("identity", "records_silo"),
                Login("identity", "quota"),
                Login("identity", "control"),
                Login("identity", "auditor")
            ),
            new KeysDatabase(Owner("keys"), Login("keys", "key_store")),
            new AccountsDatabase(Owner("accounts"), Login("accounts", "accounts_control"))
        );
    }
}

/// <summary>Connection strings of the content plane's database.</summary>
public sealed record ContentDatabase(string Owner, string Silo, string Gateway);

/// <summary>Connection strings of the identity plane's database.</summary>
public sealed record IdentityDatabase(string Owner, string Silo, string Quota, string Control, string Auditor);

/// <summary>Connection strings of the key store's database.</summary>
public sealed record KeysDatabase(string Owner, string Store);

/// <summary>Connection strings of Control's accounts.</summary>
public sealed record AccountsDatabase(string Owner, string Control);
