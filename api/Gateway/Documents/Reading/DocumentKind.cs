namespace Lethe.Gateway.Documents.Reading;

/// <summary>The formats that can be read. What an upload says it is; the readers check that it is so.</summary>
public enum DocumentKind
{
    /// <summary><c>text/plain</c>.</summary>
    PlainText,

    /// <summary><c>text/markdown</c>.</summary>
    Markdown,

    /// <summary><c>application/json</c>: <c>[{"id": "…", "text": "…"}]</c>, as an add-in reads them from Word.</summary>
    Paragraphs,

    /// <summary><c>.docx</c> (ECMA-376 WordprocessingML).</summary>
    WordDocument,

    /// <summary><c>.pdf</c> (ISO 32000).</summary>
    Pdf,
}

/// <summary>Media types of the formats.</summary>
public static class DocumentKinds
{
    /// <summary>Gets every media type that is accepted.</summary>
    public static IReadOnlyList<string> MediaTypes { get; } =
    [
        "text/plain",
        "text/markdown",
        "application/json",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/pdf",
    ];

    /// <summary>Finds the format of a media type.</summary>
    /// <param name="mediaType">Type and subtype in any case; parameters after a semicolon are ignored.</param>
    /// <param name="format">The format.</param>
    /// <returns>Whether the media type is one of <see cref="MediaTypes"/>.</returns>
    public static bool TryParse(ReadOnlySpan<char> mediaType, out DocumentKind format)
    {
        int semicolon = mediaType.IndexOf(';');
        ReadOnlySpan<char> type = (semicolon < 0 ? mediaType : mediaType[..semicolon]).Trim();
        for (int index = 0; index < MediaTypes.Count; index++)
        {
            if (type.Equals(MediaTypes[index], StringComparison.OrdinalIgnoreCase))
            {
                format = (DocumentKind)index;
                return true;
            }
        }
        format = default;
        return false;
    }
}
