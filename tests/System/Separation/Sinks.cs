using System.Text;
using Lethe.SystemTests.Processes;
using Lethe.TestKit.Postgres;
using Lethe.TestKit.Processes;
using Microsoft.Data.Sqlite;

namespace Lethe.SystemTests.Separation;

/// <summary>Everything that the planes have left behind.</summary>
/// <param name="Content">The content plane: databases, logs, metrics.</param>
/// <param name="Identity">The identity plane: the same.</param>
internal sealed record Sinks(IReadOnlyList<Sink> Content, IReadOnlyList<Sink> Identity)
{
    private static readonly string[] IdentityDatabases = ["identity", "accounts", "keys"];

    /// <summary>Collects from a cell on PostgreSQL.</summary>
    public static async Task<Sinks> CollectAsync(RealCell cell, PostgresServer server, string region) =>
        new(
            [.. await DatabaseAsync(server, $"content_{region}"), .. await ProcessesAsync([.. cell.ContentSilos, cell.Gateway])],
            [
                .. (await Task.WhenAll(IdentityDatabases.Select(name => DatabaseAsync(server, $"{name}_{region}")))).SelectMany(sinks =>
                    sinks
                ),
                .. await ProcessesAsync([.. cell.IdentitySilos, cell.Control]),
            ]
        );

    /// <summary>Collects from a cell on SQLite.</summary>
    public static async Task<Sinks> CollectAsync(SqliteCell cell) =>
        new(
            [.. SqliteIn(cell.ContentFolder), .. await ProcessesAsync(cell.Content)],
            [.. SqliteIn(cell.IdentityFolder), .. await ProcessesAsync(cell.Identity)]
        );

    /// <summary>Makes a table in every database with a mark in it, as a mistake would.</summary>
    public static async Task PlantAsync(PostgresServer server, string region, Identifier mark)
    {
        foreach (string database in IdentityDatabases.Append("content"))
        {
            await server.RunAsync(
                $"CREATE TABLE public.planted AS SELECT '{mark.Value}'::text AS clear, decode('{Convert.ToHexStringLower(mark.Bytes!)}', 'hex') AS bytes",
                $"{database}_{region}"
            );
        }
    }

    /// <summary>Takes it away again.</summary>
    public static async Task UprootAsync(PostgresServer server, string region)
    {
        foreach (string database in IdentityDatabases.Append("content"))
        {
            await server.RunAsync("DROP TABLE IF EXISTS public.planted", $"{database}_{region}");
        }
    }

    /// <summary>Makes a table in every database with a mark in it, as a mistake would.</summary>
    public static void Plant(SqliteCell cell, Identifier mark)
    {
        foreach (string file in DatabasesIn(cell.ContentFolder).Concat(DatabasesIn(cell.IdentityFolder)))
        {
            using SqliteConnection connection = Open(file);
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText =
                $"CREATE TABLE planted AS SELECT '{mark.Value}' AS clear, x'{Convert.ToHexStringLower(mark.Bytes!)}' AS bytes";
            command.ExecuteNonQuery();
        }
    }

    private static async Task<Sink[]> DatabaseAsync(PostgresServer server, string database) =>
        [new($"dump of {database}", await server.DumpAsync(database)), new($"files of {database}", await server.FilesAsync(database))];

    private static async Task<IReadOnlyList<Sink>> ProcessesAsync(IReadOnlyList<HostProcess> processes)
    {
        List<Sink> sinks = [];
        foreach (HostProcess process in processes)
        {
            sinks.Add(Sink.OfText($"log of {process.Name}", process.Output));
            sinks.Add(Sink.OfText($"metrics of {process.Name}", await process.MetricsAsync()));
        }
        return sinks;
    }

    private static IEnumerable<string> DatabasesIn(string folder) => Directory.EnumerateFiles(folder, "*.db").Order(StringComparer.Ordinal);

    // The files as they are, with their journals, and every value of every table: a long one is in pieces in the file.
    private static IEnumerable<Sink> SqliteIn(string folder)
    {
        foreach (string file in DatabasesIn(folder))
        {
            foreach (string part in Directory.EnumerateFiles(folder, Path.GetFileName(file) + "*"))
            {
                using FileStream stream = new(part, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                byte[] bytes = new byte[stream.Length];
                stream.ReadExactly(bytes);
                yield return new($"file {Path.GetFileName(part)}", bytes);
            }
            yield return new($"dump of {Path.GetFileName(file)}", Dump(file));
        }
    }

    private static byte[] Dump(string file)
    {
        using SqliteConnection connection = Open(file);
        using MemoryStream dump = new();
        List<string> tables = [];
        using (SqliteCommand list = connection.CreateCommand())
        {
            list.CommandText = "SELECT name FROM sqlite_master WHERE type = 'table'";
            using SqliteDataReader reader = list.ExecuteReader();
            while (reader.Read())
            {
                tables.Add(reader.GetString(0));
            }
        }
        foreach (string table in tables)
        {
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = $"SELECT * FROM \"{table}\"";
            using SqliteDataReader reader = command.ExecuteReader();
            while (reader.Read())
            {
                for (int column = 0; column < reader.FieldCount; column++)
                {
                    object value = reader.GetValue(column);
                    dump.Write(Encoding.UTF8.GetBytes(value is byte[] bytes ? Convert.ToHexStringLower(bytes) : $"{value}"));
                    dump.WriteByte((byte)'\n');
                }
            }
        }
        return dump.ToArray();
    }

    private static SqliteConnection Open(string file)
    {
        SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ConnectionString);
        connection.Open();
        return connection;
    }
}
