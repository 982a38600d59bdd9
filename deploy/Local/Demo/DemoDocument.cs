using Lethe.Local.State;

namespace Lethe.Local.Demo;

/// <summary>The document of a demo: a file of the user's, or the contract that ships with it.</summary>
/// <param name="Name">What it is called on the terminal.</param>
/// <param name="MediaType">Its media type.</param>
/// <param name="Bytes">Its bytes.</param>
internal sealed record DemoDocument(string Name, string MediaType, byte[] Bytes)
{
    private const string Word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    private static readonly Dictionary<string, string> MediaTypes = new(StringComparer.OrdinalIgnoreCase)
    {
        [".txt"] = "text/plain",
        [".md"] = "text/markdown",
        [".json"] = "application/json",
        [".docx"] = Word,
        [".pdf"] = "application/pdf",
    };

    /// <summary>Reads the document.</summary>
    /// <param name="path">A file, or null for the contract that ships with the demo.</param>
    /// <returns>The document.</returns>
    /// <exception cref="LocalStateException">The file cannot be read, or is of no known kind.</exception>
    public static DemoDocument Read(string? path)
    {
        if (path is null)
        {
            using Stream shipped = typeof(DemoDocument).Assembly.GetManifestResourceStream("Contract.docx")!;
            using MemoryStream copy = new();
            shipped.CopyTo(copy);
            return new("the contract that ships with the demo", Word, copy.ToArray());
        }
        if (!MediaTypes.TryGetValue(Path.GetExtension(path), out string? mediaType))
        {
            throw new LocalStateException("Lethe reads .docx, .pdf, .md, .txt and .json files; this one has another ending.");
        }
        try
        {
            return new(Path.GetFileName(path), mediaType, File.ReadAllBytes(path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LocalStateException($"The file {path} cannot be read: see that it is there and that you may read it.");
        }
    }
}
