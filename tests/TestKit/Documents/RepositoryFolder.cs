namespace Lethe.TestKit.Documents;

/// <summary>Finds the checkout and the documents in and beside it.</summary>
public static class RepositoryFolder
{
    /// <summary>Gets the checkout's root.</summary>
    public static string Root { get; } = Find();

    /// <summary>Gets our own documents.</summary>
    public static string Documents { get; } = Path.Combine(Root, "tests", "Documents");

    /// <summary>Gets our own documents and, where they lie beside the checkout, those that real people wrote.</summary>
    /// <returns>Paths of files in a known format.</returns>
    public static IReadOnlyList<string> AllDocuments()
    {
        string shared = Path.Combine(Root, "..", "shared", "documents");
        IEnumerable<string> beside = Directory.Exists(shared) ? Directory.EnumerateFiles(shared) : [];
        return
        [
            .. Directory
                .EnumerateFiles(Documents)
                .Concat(beside)
                .Where(file =>
                    Path.GetExtension(file) is ".md" or ".txt" or ".json" or ".docx" or ".pdf" && Path.GetFileName(file) != "README.md"
                )
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>Gets our own documents that cannot be read; each is called after the code of the problem that says so.</summary>
    /// <returns>Their paths.</returns>
    public static IReadOnlyList<string> BrokenDocuments() =>
        [.. Directory.EnumerateFiles(Path.Combine(Documents, "broken")).Order(StringComparer.Ordinal)];

    private static string Find()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Orleans.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }
        return folder ?? throw new DirectoryNotFoundException("No checkout above the tests.");
    }
}
