using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Lethe.Control.Hosting;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Lethe.Control.Identity.Accounts.Storage;

/// <summary>
/// Brings the accounts database to this build's schema. PostgreSQL: as the owner of the schema, by the command <c>migrate</c>;
/// the running role can only find out whether it was done. SQLite: at the first start of the embedded default.
/// </summary>
internal static class AccountsSchema
{
    private const string ServerFolder = "accounts/postgres/";
    private const string FileScript = "accounts/sqlite/accounts.sql";
    private const long LockId = 0x4C65746865; // "Lethe", as in the silo's migration
    private const long FileVersion = 3003;

    /// <summary>Applies the scripts that the server does not have yet: all of them or none.</summary>
    /// <param name="owner">The server, as the owner of the schema.</param>
    /// <param name="cancellationToken">Ends the attempt; nothing is changed then.</param>
    /// <returns>How many were applied.</returns>
    /// <exception cref="StartRefusedException">The database is newer, an applied script was edited, or a role is missing.</exception>
    public static async Task<int> MigrateAsync(NpgsqlDataSource owner, CancellationToken cancellationToken)
    {
        try
        {
            await using NpgsqlConnection connection = await owner.OpenConnectionAsync(cancellationToken);
            await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
            await ExecuteAsync(connection, $"SELECT pg_advisory_xact_lock({LockId})", cancellationToken);
            await ExecuteAsync(
                connection,
                """
                CREATE SCHEMA IF NOT EXISTS accounts;
                CREATE TABLE IF NOT EXISTS accounts.schema_version (
                    version integer PRIMARY KEY,
                    script text NOT NULL,
                    sha256 bytea NOT NULL,
                    applied_at timestamptz NOT NULL DEFAULT now()
                )
                """,
                cancellationToken
            );
            int applied = await ApplyAsync(connection, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return applied;
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.UndefinedObject)
        {
            throw new StartRefusedException("A database role is missing: run deploy/postgres/roles.sql as a superuser first.", fault);
        }
        catch (NpgsqlException fault)
        {
            throw Unreachable(fault);
        }
    }

    /// <summary>Checks that the server has exactly this build's schema.</summary>
    /// <param name="server">The server, as the running role.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>When it has.</returns>
    /// <exception cref="StartRefusedException">It has not, or cannot be reached.</exception>
    public static async Task CheckAsync(NpgsqlDataSource server, CancellationToken cancellationToken)
    {
        try
        {
            await using NpgsqlCommand command = server.CreateCommand("SELECT coalesce(max(version), 0) FROM accounts.schema_version");
            int version = (int)(await command.ExecuteScalarAsync(cancellationToken) ?? 0);
            if (version != Scripts().Count)
            {
                throw new StartRefusedException(
                    $"The accounts database has schema version {version}, this build needs {Scripts().Count}: run Control's migrate command as its owner."
                );
            }
        }
        catch (PostgresException fault)
            when (fault.SqlState
                    is PostgresErrorCodes.UndefinedTable
                        or PostgresErrorCodes.InvalidSchemaName
                        or PostgresErrorCodes.InsufficientPrivilege
            )
        {
            throw new StartRefusedException(
                "The accounts database has no schema for this role: run Control's migrate command as its owner.",
                fault
            );
        }
        catch (NpgsqlException fault)
        {
            throw Unreachable(fault);
        }
    }

    /// <summary>Gives a new file its schema, checks the one of an old file.</summary>
    /// <param name="connectionString">The file.</param>
    /// <exception cref="StartRefusedException">The file cannot be used, or is another version's.</exception>
    public static void ApplyToFile(string connectionString)
    {
        try
        {
            MakePrivate(connectionString);
            using SqliteConnection connection = new(connectionString);
            connection.Open();
            long found = Read(connection, "PRAGMA user_version;");
            if (found == 0 && Read(connection, "SELECT count(*) FROM sqlite_master;") == 0)
            {
                Execute(connection, "PRAGMA journal_mode = WAL;");
                string version = FileVersion.ToString(CultureInfo.InvariantCulture);
                Execute(connection, $"BEGIN IMMEDIATE;\n{Text(FileScript)}\nPRAGMA user_version = {version};\nCOMMIT;");
            }
            else if (found != FileVersion)
            {
                throw new StartRefusedException("The accounts file was made by another version of this program.");
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new StartRefusedException("The accounts file cannot be made: its folder is missing or not writable.", fault);
        }
        catch (SqliteException fault)
        {
            throw new StartRefusedException($"The accounts file cannot be used (error {fault.SqliteErrorCode}).", fault);
        }
    }

    /// <summary>Reads a script of this assembly.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Its text.</returns>
    public static string Text(string name)
    {
        using Stream stream =
            typeof(AccountsSchema).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException("There is no such script.");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }

    private static List<string> Scripts() =>
        [
            .. typeof(AccountsSchema)
                .Assembly.GetManifestResourceNames()
                .Where(name => name.StartsWith(ServerFolder, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal),
        ];

    private static async Task<int> ApplyAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        Dictionary<int, byte[]> present = [];
        await using (NpgsqlCommand command = new("SELECT version, sha256 FROM accounts.schema_version", connection))
        await using (NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                present.Add(reader.GetInt32(0), reader.GetFieldValue<byte[]>(1));
            }
        }
        List<string> scripts = Scripts();
        if (present.Count > scripts.Count)
        {
            throw new StartRefusedException("The accounts database's schema is newer than this build.");
        }
        int applied = 0;
        for (int index = 0; index < scripts.Count; index++)
        {
            int version = index + 1;
            string text = Text(scripts[index]);
            byte[] digest = SHA256.HashData(Encoding.UTF8.GetBytes(text));
            if (present.TryGetValue(version, out byte[]? known))
            {
                if (!known.AsSpan().SequenceEqual(digest))
                {
                    throw new StartRefusedException($"Schema version {version} of the accounts database was made by another script.");
                }
                continue;
            }
            await ExecuteAsync(connection, text, cancellationToken);
            await using NpgsqlCommand command = new(
                "INSERT INTO accounts.schema_version (version, script, sha256) VALUES ($1, $2, $3)",
                connection
            );
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = version });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = scripts[index][ServerFolder.Length..] });
            command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = digest });
            await command.ExecuteNonQueryAsync(cancellationToken);
            applied++;
        }
        return applied;
    }

    // The log and the index beside it take their mode from the file.
    private static void MakePrivate(string connectionString)
    {
        string path = new SqliteConnectionStringBuilder(connectionString).DataSource;
        if (path.Length == 0 || path == ":memory:")
        {
            throw new StartRefusedException("Accounts:Database:ConnectionString names no file.");
        }
        if (OperatingSystem.IsWindows() || File.Exists(path))
        {
            return;
        }
        using FileStream file = new(
            path,
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }
        );
    }

    private static long Read(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = Command(connection, sql);
        return (long)command.ExecuteScalar()!;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = Command(connection, sql);
        command.ExecuteNonQuery();
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql)
    {
        SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants and embedded scripts only.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // Constants and embedded scripts only.
        await using NpgsqlCommand command = new(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static StartRefusedException Unreachable(NpgsqlException fault) =>
        new(
            fault is PostgresException { SqlState: string state }
                ? $"The accounts database refused (PostgreSQL error {state})."
                : "The accounts database cannot be reached.",
            fault
        );
}
