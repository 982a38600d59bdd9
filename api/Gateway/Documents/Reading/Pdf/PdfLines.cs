namespace Lethe.Gateway.Documents.Reading.Pdf;

/// <summary>A line of a page, or its part in one column.</summary>
internal sealed class PdfLine
{
    /// <summary>Gets the text, zeroed at the end.</summary>
    public required char[] Text { get; init; }

    /// <summary>Gets the left edge.</summary>
    public required double Left { get; init; }

    /// <summary>Gets or sets the right edge.</summary>
    public required double Right { get; set; }

    /// <summary>Gets the height above the bottom.</summary>
    public required double Baseline { get; init; }

    /// <summary>Gets the size of most of its glyphs.</summary>
    public required double Size { get; init; }

    /// <summary>Gets a value indicating whether most of it is bold.</summary>
    public required bool IsBold { get; init; }

    /// <summary>Gets a value indicating whether it has cells, separated by <c> | </c>.</summary>
    public bool IsRow { get; init; }

    /// <summary>Gets a value indicating whether the text before it, in reading order, is in another column or page.</summary>
    public bool IsAfterJump { get; set; }
}

/// <summary>Puts glyphs together to lines, line parts and words, wherever the file has them.</summary>
internal static class PdfLines
{
    private const double SameLine = 0.35; // of the size: superscripts are a little higher
    private const double WordGap = 0.17; // fonts have spaces of 0.2 to 0.35
    private const double ColumnGap = 1.4;

    /// <summary>Makes the line parts of a page, from top to bottom and left to right, one turn after the other.</summary>
    /// <param name="page">The page.</param>
    /// <param name="budget">Is asked for each line.</param>
    /// <returns>The parts; parts of one line have the same baseline.</returns>
    public static List<PdfLine> Of(PdfPage page, ReadingBudget budget)
    {
        List<PdfLine> lines = [];
        foreach (
            IGrouping<int, PdfGlyph> turn in page
                .Glyphs.Where(glyph => glyph.Turn >= 0)
                .GroupBy(glyph => glyph.Turn)
                .OrderBy(turn => turn.Key)
        )
        {
            List<PdfGlyph> row = [];
            PdfGlyph reference = default; // the first of the row's larger glyphs
            foreach (PdfGlyph glyph in turn.OrderByDescending(glyph => glyph.Baseline))
            {
                budget.Check();
                if (row.Count > 0 && !IsOfRow(row, reference, glyph))
                {
                    AddRow(row, lines);
                    row.Clear();
                }
                reference = row.Count == 0 || glyph.Size > 1.25 * reference.Size ? glyph : reference;
                row.Add(glyph);
            }
            AddRow(row, lines);
        }
        return lines;
    }

    // A raised mark that begins a line comes before the line: small glyphs let the larger ones below join them.
    private static bool IsOfRow(List<PdfGlyph> row, PdfGlyph reference, PdfGlyph glyph)
    {
        double below = reference.Baseline - glyph.Baseline;
        bool raised = row.Count <= 4 && reference.Size < 0.8 * glyph.Size;
        return below <= (raised ? 0.75 : SameLine) * Math.Max(reference.Size, glyph.Size);
    }

    private static void AddRow(List<PdfGlyph> row, List<PdfLine> lines)
    {
        List<PdfGlyph> sorted = [.. row.OrderBy(glyph => glyph.Left)];
        double baseline = sorted.Count == 0 ? 0 : sorted.GroupBy(glyph => Math.Round(glyph.Baseline, 1)).MaxBy(group => group.Count())!.Key;
        int start = 0;
        double right = double.NegativeInfinity;
        for (int index = 0; index < sorted.Count; index++)
        {
            PdfGlyph glyph = sorted[index];
            if (string.IsNullOrWhiteSpace(glyph.Text))
            {
                continue; // positions tell where blanks are
            }
            if (index > start && glyph.Left - right > ColumnGap * glyph.Size && !double.IsNegativeInfinity(right))
            {
                Add(sorted[start..index], baseline, lines);
                start = index;
                right = double.NegativeInfinity;
            }
            right = Math.Max(right, glyph.Right);
        }
        Add(sorted[start..], baseline, lines);
    }

    private static void Add(List<PdfGlyph> glyphs, double baseline, List<PdfLine> lines)
    {
        List<char> text = [];
        PdfGlyph? before = null;
        bool blank = false;
        foreach (PdfGlyph glyph in glyphs)
        {
            if (string.IsNullOrWhiteSpace(glyph.Text))
            {
                blank = true;
                continue;
            }
            if (before is { } last)
            {
                // The same glyph again, a hair's breadth aside: bold made of two impressions.
                if (last.Text == glyph.Text && Math.Abs(last.Left - glyph.Left) < 0.2 * (glyph.Right - glyph.Left))
                {
                    continue;
                }
                double gap = glyph.Left - last.Right;
                double size = Math.Min(glyph.Size, last.Size);
                if (gap > WordGap * size || (blank && gap > 0.08 * size))
                {
                    text.Add(' ');
                }
            }
            AddText(glyph.Text, text);
            before = glyph;
            blank = false;
        }
        if (before is null)
        {
            return;
        }
        List<PdfGlyph> seen = glyphs.FindAll(glyph => !string.IsNullOrWhiteSpace(glyph.Text));
        lines.Add(
            new PdfLine
            {
                Text = [.. text],
                Left = seen[0].Left,
                Right = seen.Max(glyph => glyph.Right),
                Baseline = baseline,
                Size = seen.GroupBy(glyph => Math.Round(glyph.Size, 1)).MaxBy(group => group.Count())!.Key,
                IsBold = seen.Count(glyph => glyph.IsBold) * 2 > seen.Count,
            }
        );
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(text).Clear();
    }

    private static void AddText(string glyph, List<char> text)
    {
        foreach (char character in glyph)
        {
            switch (character)
            {
                case '\uFB00' or '\uFB01' or '\uFB02' or '\uFB03' or '\uFB04':
                    text.AddRange(((ReadOnlySpan<string>)["ff", "fi", "fl", "ffi", "ffl"])[character - '\uFB00']);
                    break;
                case '\uF0B7' or '\uF0A7' or '\uF02D' or '\uF076':
                    text.Add('•');
                    break;
                case >= '\uE000' and <= '\uF8FF':
                    text.Add('\uFFFD'); // counted and dropped by the builder
                    break;
                default:
                    text.Add(character);
                    break;
            }
        }
    }
}
