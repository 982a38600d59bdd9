namespace Lethe.Silo.Storage;

/// <summary>The SQL scripts inside this assembly: <c>sqlite/*.sql</c> and <c>postgres/{database}/*.sql</c>.</summary>
internal static class SqlTexts
{
    /// <summary>Reads a script.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Its text.</returns>
    public static string Read(string name)
    {
        using Stream stream =
            typeof(SqlTexts).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException("There is no such script.");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }

    /// <summary>Lists the scripts of a folder in the order of their numbers.</summary>
    /// <param name="folder">The folder, with its last slash.</param>
    /// <returns>Their names.</returns>
    public static IReadOnlyList<string> List(string folder) =>
        [
            .. typeof(SqlTexts)
                .Assembly.GetManifestResourceNames()
                .Where(name => name.StartsWith(folder, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal),
        ];
}
