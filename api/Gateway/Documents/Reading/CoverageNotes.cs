namespace Lethe.Gateway.Documents.Reading;

/// <summary>Collects what will be the <see cref="Coverage"/>.</summary>
internal sealed class CoverageNotes
{
    private readonly SortedDictionary<CoverageNoteKind, int> counts = [];

    /// <summary>Counts something.</summary>
    /// <param name="kind">What.</param>
    /// <param name="count">How many.</param>
    public void Add(CoverageNoteKind kind, int count = 1)
    {
        if (count > 0)
        {
            counts[kind] = counts.GetValueOrDefault(kind) + count;
        }
    }

    /// <summary>Says how often something was counted.</summary>
    /// <param name="kind">What.</param>
    /// <returns>0 or more.</returns>
    public int Count(CoverageNoteKind kind) => counts.GetValueOrDefault(kind);

    /// <summary>Makes the coverage of a document without pages.</summary>
    /// <param name="hasText">Whether any text was found.</param>
    /// <returns>The coverage.</returns>
    public Coverage ToCoverage(bool hasText) => ToCoverage(hasText ? 1 : 0, hasText || counts.Count == 0);

    /// <summary>Makes the coverage.</summary>
    /// <param name="share">0 to 1.</param>
    /// <param name="whole">Whether nothing is missing, as far as the counts do not tell.</param>
    /// <returns>The coverage.</returns>
    public Coverage ToCoverage(double share, bool whole) =>
        counts.Count == 0 && whole && share >= 1
            ? Coverage.All
            : new Coverage(whole && !counts.Keys.Any(IsLoss), share, [.. counts.Select(count => new CoverageNote(count.Key, count.Value))]);

    private static bool IsLoss(CoverageNoteKind kind) =>
        kind
            is CoverageNoteKind.PagesWithoutText
                or CoverageNoteKind.UnreadablePages
                or CoverageNoteKind.SkippedEmbeddedObjects
                or CoverageNoteKind.UnreadableCharacters;
}
