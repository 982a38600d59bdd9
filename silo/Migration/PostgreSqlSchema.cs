using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Lethe.Silo.Storage;
using Npgsql;

namespace Lethe.Silo.Migration;

/// <summary>
/// Brings a PostgreSQL database to this build's schema, as its owner, and checks the version at start, as a running role that
/// could change nothing. A script that was applied is never edited: the next number changes what is there.
/// </summary>
internal static class PostgreSqlSchema
{
    private const long LockId = 0x4C65746865; // "Lethe": two migrations of one database wait for each other

    /// <summary>Applies the scripts that the database does not have yet: all of them or none.</summary>
    /// <param name="owner">The database, as the owner of its schema.</param>
    /// <param name="folder">Which scripts; see <see cref="SchemaFolders"/>.</param>
    /// <param name="cancellationToken">Ends the attempt; nothing is changed then.</param>
    /// <returns>How many were applied; 0 when there was nothing to do.</returns>
    /// <exception cref="StartRefusedException">The database is newer, an applied script was edited, a role is missing, or everybody may create in it.</exception>
    public static async Task<int> MigrateAsync(NpgsqlDataSource owner, string folder, CancellationToken cancellationToken)
    {
        try
        {
            await using NpgsqlConnection connection = await owner.OpenConnectionAsync(cancellationToken);
            await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
            await ExecuteAsync(connection, $"SELECT pg_advisory_xact_lock({LockId})", cancellationToken);
            await ExecuteAsync(
                connection,
                """
                CREATE TABLE IF NOT EXISTS schema_version (
                    version integer PRIMARY KEY,
                    script text NOT NULL,
                    sha256 bytea NOT NULL,
                    applied_at timestamptz NOT NULL DEFAULT now()
                )
                """,
                cancellationToken
            );
            int applied = await ApplyAsync(connection, folder, cancellationToken);
            await ThrowIfOpenToAllAsync(connection, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return applied;
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UndefinedObject)
        {
            throw new StartRefusedException("A database role is missing: run deploy/postgres/roles.sql as a superuser first.", exception);
        }
        catch (NpgsqlException exception)
        {
            throw Unreachable(exception);
        }
    }

    // PostgreSQL 13 and 14 let everybody create in the schema, and it belongs to the superuser: the owner's REVOKE does nothing there.
    private static async Task ThrowIfOpenToAllAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        const string openToAll = """
            SELECT count(*) FROM pg_namespace, aclexplode(nspacl)
            WHERE nspname = 'public' AND grantee = 0 AND privilege_type = 'CREATE'
            """;
        await using NpgsqlCommand command = new(openToAll, connection);
        if ((long)(await command.ExecuteScalarAsync(cancellationToken))! > 0)
        {
            throw new StartRefusedException(
                "Everybody may create tables in the database: run ALTER SCHEMA public OWNER TO its owner as a superuser first (PostgreSQL 13 and 14)."
            );
        }
    }

    /// <summary>Checks that the database has exactly this build's schema.</summary>
    /// <param name="database">The database, as a running role.</param>
    /// <param name="folder">Which scripts it must have.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>When it has.</returns>
    /// <exception cref="StartRefusedException">It has not, or cannot be reached.</exception>
    public static async Task CheckAsync(DbDataSource database, string folder, CancellationToken cancellationToken)
    {
        int wanted = SqlTexts.List(folder).Count;
        object? found;
        try
        {
            await using DbConnection connection = await database.OpenConnectionAsync(cancellationToken);
            await using DbCommand command = connection.CreateCommand();
            command.CommandText = "SELECT coalesce(max(version), 0) FROM schema_version";
            found = await command.ExecuteScalarAsync(cancellationToken);
        }
        catch (PostgresException exception)
            when (exception.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new StartRefusedException("The database has no schema for this role: run the migrate command as its owner.", exception);
        }
        catch (NpgsqlException exception)
        {
            throw Unreachable(exception);
        }

        if (found is not int version || version != wanted)
        {
            throw new StartRefusedException(
                $"The database has schema version {found}, this build needs {wanted}: run the migrate command of the same build as its owner."
            );
        }
    }

    private static async Task<int> ApplyAsync(NpgsqlConnection connection, string folder, CancellationToken cancellationToken)
    {
        Dictionary<int, byte[]> present = await ReadVersionsAsync(connection, cancellationToken);
        IReadOnlyList<string> scripts = SqlTexts.List(folder);
        if (present.Count > scripts.Count)
        {
            throw new StartRefusedException("The database's schema is newer than this build.");
        }

        int applied = 0;
        for (int index = 0; index < scripts.Count; index++)
        {
            int version = index + 1;
            string text = SqlTexts.Read(scripts[index]);
            byte[] digest = SHA256.HashData(Encoding.UTF8.GetBytes(text));
            if (present.TryGetValue(version, out byte[]? known))
            {
                if (!known.AsSpan().SequenceEqual(digest))
                {
                    throw new StartRefusedException(
                        $"Schema version {version} of the database was made by another script than this build's."
                    );
                }

                continue;
            }

            await ExecuteAsync(connection, text, cancellationToken);
            await using NpgsqlCommand command = new("INSERT INTO schema_version (version, script, sha256) VALUES ($1, $2, $3)", connection);
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = version });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = scripts[index][folder.Length..] });
            command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = digest });
            await command.ExecuteNonQueryAsync(cancellationToken);
            applied++;
        }

        return applied;
    }

    private static async Task<Dictionary<int, byte[]>> ReadVersionsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        Dictionary<int, byte[]> versions = [];
        await using NpgsqlCommand command = new("SELECT version, sha256 FROM schema_version", connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            versions.Add(reader.GetInt32(0), reader.GetFieldValue<byte[]>(1));
        }

        return versions;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // Constants and embedded scripts only.
        await using NpgsqlCommand command = new(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static StartRefusedException Unreachable(NpgsqlException exception) =>
        new(
            exception is PostgresException { SqlState: string state }
                ? $"The database refused (PostgreSQL error {state})."
                : "The database cannot be reached.",
            exception
        );
}
