namespace Lethe.Gateway.Documents.Reading.Pdf;

/// <summary>Takes out headers, footers and page numbers: lines at the edge of the page that come again on other pages.</summary>
internal static class PdfRunningLines
{
    private const int EdgeLines = 3;

    /// <summary>Takes them out.</summary>
    /// <param name="pages">The lines of each page in reading order.</param>
    /// <returns>How many pages had one.</returns>
    public static int Remove(IReadOnlyList<List<PdfLine>> pages)
    {
        Dictionary<int, int> top = Count(pages, fromTop: true);
        Dictionary<int, int> bottom = Count(pages, fromTop: false);
        int filled = pages.Count(page => page.Count > 0);
        int needed = Math.Max(2, (filled + 1) / 2);
        int touched = 0;
        foreach (List<PdfLine> page in pages)
        {
            int before = page.Count;
            RemoveEdge(page, top, needed, filled == 2, fromTop: true);
            RemoveEdge(page, bottom, needed, filled == 2, fromTop: false);
            touched += page.Count < before ? 1 : 0;
        }
        return touched;
    }

    private static void RemoveEdge(List<PdfLine> page, Dictionary<int, int> counts, int needed, bool onlyApart, bool fromTop)
    {
        for (int step = 0; step < EdgeLines && page.Count > 1; step++)
        {
            int at = fromTop ? 0 : page.Count - 1;
            PdfLine line = page[at];
            bool comesAgain = counts.GetValueOrDefault(Shape(line)) >= needed && (!onlyApart || IsApart(page, fromTop));
            if (!comesAgain && !PdfLabels.IsPageNumber(line.Text))
            {
                return;
            }
            Array.Clear(line.Text);
            page.RemoveAt(at);
        }
    }

    // Two pages may be alike, as two forms are; what runs on both then stands apart from the rest.
    private static bool IsApart(List<PdfLine> page, bool fromTop)
    {
        (PdfLine edge, PdfLine next) = fromTop ? (page[0], page[1]) : (page[^1], page[^2]);
        return Math.Abs(edge.Baseline - next.Baseline) > 2 * Math.Max(edge.Size, next.Size);
    }

    private static Dictionary<int, int> Count(IReadOnlyList<List<PdfLine>> pages, bool fromTop)
    {
        Dictionary<int, int> counts = [];
        foreach (List<PdfLine> page in pages)
        {
            IEnumerable<PdfLine> edge = fromTop ? page.Take(EdgeLines) : page.TakeLast(EdgeLines);
            foreach (int shape in edge.Select(Shape).Distinct())
            {
                counts[shape] = counts.GetValueOrDefault(shape) + 1;
            }
        }
        return counts;
    }

    // The line without its digits, and where it stands.
    private static int Shape(PdfLine line)
    {
        int hash = (int)Math.Round(line.Baseline / 4);
        foreach (char character in line.Text)
        {
            hash = char.IsAsciiDigit(character) ? hash : (hash * 31) + character;
        }
        return hash;
    }
}
