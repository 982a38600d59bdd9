namespace Lethe.Gateway.Documents.Reading;

/// <summary>How much of a document was read, and why not all.</summary>
/// <param name="Complete">Whether every text of the document's body is in what was read.</param>
/// <param name="Share">
/// 0 to 1: of a PDF the share of its pages that gave text or are blank; of other documents 1, or 0 when all that could hold text is pictures.
/// </param>
/// <param name="Notes">What was left out, changed or assumed, each kind at most once, in the order of <see cref="CoverageNoteKind"/>.</param>
public sealed record Coverage(bool Complete, double Share, IReadOnlyList<CoverageNote> Notes)
{
    /// <summary>Gets the coverage of a document that was read as it is.</summary>
    public static Coverage All { get; } = new(Complete: true, Share: 1, []);
}

/// <summary>One thing that a reader of the coverage should know.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Count">How many: pages, images, objects, comments, changes, headers or characters, by kind.</param>
public sealed record CoverageNote(CoverageNoteKind Kind, int Count);

/// <summary>What was left out, changed or assumed. Those marked "incomplete" make <see cref="Coverage.Complete"/> false.</summary>
public enum CoverageNoteKind
{
    /// <summary>Pages that show something but hold no text, such as scans. Incomplete.</summary>
    PagesWithoutText,

    /// <summary>Pages that could not be read because they are damaged. Incomplete.</summary>
    UnreadablePages,

    /// <summary>Pictures, whose writing is not read. Incomplete only when the document is nothing but pictures.</summary>
    ImagesWithoutText,

    /// <summary>Embedded files, charts and diagrams, which were not read. Incomplete.</summary>
    SkippedEmbeddedObjects,

    /// <summary>Comments, which are never read.</summary>
    SkippedComments,

    /// <summary>Running headers and footers, which were left out.</summary>
    SkippedHeadersAndFooters,

    /// <summary>Text formatted as hidden, which was left out.</summary>
    SkippedHiddenText,

    /// <summary>Tracked changes; the text was read as if all were accepted.</summary>
    TrackedChangesAccepted,

    /// <summary>The text names no encoding and is no UTF-8; Windows-1252 was assumed. Counts the characters outside ASCII.</summary>
    EncodingAssumed,

    /// <summary>Characters that the document's fonts give no meaning to, or that are not allowed in text; they were left out. Incomplete.</summary>
    UnreadableCharacters,
}
