using System.Globalization;
using Lethe.Admission;
using Lethe.Silo.Settings;
using Microsoft.Data.Sqlite;

namespace Lethe.Silo.Storage;

/// <summary>Makes or checks the schema of a SQLite file. Only the embedded default does this at start; PostgreSQL is migrated by its owner.</summary>
internal static class SqliteSchema
{
    private const long Version = 1;

    /// <summary>Applies the plane's schema to a new file, checks the one of an old file.</summary>
    /// <param name="plane">Whose schema.</param>
    /// <param name="connectionString">The file.</param>
    /// <exception cref="StartRefusedException">The file cannot be opened, is damaged, or another plane's or version's.</exception>
    public static void Apply(Plane plane, string connectionString)
    {
        try
        {
            MakePrivate(connectionString);
            using SqliteConnection connection = new(connectionString);
            connection.Open();
            long expected = ((long)plane * 1000) + Version; // stored in the file's header
            long found = Read(connection, "PRAGMA user_version;");
            if (found == 0 && Read(connection, "SELECT count(*) FROM sqlite_master;") == 0)
            {
                Execute(connection, "PRAGMA journal_mode = WAL;");
                string text = plane == Plane.Content ? SpentTokenSchema.Sqlite : SqlTexts.Read("sqlite/identity.sql");
                Execute(
                    connection,
                    $"BEGIN IMMEDIATE;\n{text}\nPRAGMA user_version = {expected.ToString(CultureInfo.InvariantCulture)};\nCOMMIT;"
                );
            }
            else if (found != expected)
            {
                throw new StartRefusedException("The SQLite file was made for another plane or by another version of this program.");
            }
            else if (ReadText(connection, "PRAGMA quick_check(1);") != "ok")
            {
                throw new StartRefusedException("The SQLite file is damaged.");
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new StartRefusedException("The SQLite file cannot be made: its folder is missing or not writable.", exception);
        }
        catch (SqliteException exception)
        {
            throw new StartRefusedException(
                $"The SQLite file cannot be used (error {exception.SqliteErrorCode}): it is damaged, no database, in use, or not writable.",
                exception
            );
        }
    }

    // The log and the index beside it take their mode from the file.
    private static void MakePrivate(string connectionString)
    {
        string path = new SqliteConnectionStringBuilder(connectionString).DataSource;
        if (path.Length == 0 || path == ":memory:")
        {
            throw new StartRefusedException("Database:ConnectionString names no file.");
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

    private static string? ReadText(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = Command(connection, sql);
        return command.ExecuteScalar() as string;
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
}
