using Microsoft.Data.Sqlite;

namespace Lethe.Local.Demo;

/// <summary>Shows what the databases hold after a demo, read from the files themselves.</summary>
internal static class KeptTable
{
    /// <summary>Prints the table.</summary>
    /// <param name="root">The state folder.</param>
    /// <param name="region">The cell of the demo.</param>
    public static void Print(string root, string region)
    {
        Console.Out.WriteLine();
        Console.Out.WriteLine($"  what {region} keeps on disk               rows");
        string cell = Path.Combine(root, region);
        foreach (string file in Directory.EnumerateFiles(cell, "*.db", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            using SqliteConnection database = new($"Data Source={file};Mode=ReadOnly;Pooling=False");
            database.Open();
            string name = Path.GetFileNameWithoutExtension(file);
            foreach (string table in Tables(database))
            {
                using SqliteCommand count = database.CreateCommand();
                count.CommandText = $"SELECT count(*) FROM \"{table.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
                Console.Out.WriteLine($"  {name, -9} {table, -22} {count.ExecuteScalar(), 5}");
            }
        }
        Console.Out.WriteLine();
        Console.Out.WriteLine(
            "  spent_token holds an epoch and a hash, accounts the seeded people (e-mail encrypted); nothing above holds a word of the document or of the answer."
        );
        Console.Out.WriteLine("  Not shown by a demo in one process: separate processes, networks, databases and operators' roles.");
    }

    private static List<string> Tables(SqliteConnection database)
    {
        using SqliteCommand list = database.CreateCommand();
        list.CommandText =
            "SELECT name FROM sqlite_schema WHERE type='table' AND name NOT LIKE 'sqlite_%' AND lower(name) <> 'orleansquery' ORDER BY name";
        using SqliteDataReader reader = list.ExecuteReader();
        List<string> names = [];
        while (reader.Read())
        {
            names.Add(reader.GetString(0));
        }
        return names;
    }
}
