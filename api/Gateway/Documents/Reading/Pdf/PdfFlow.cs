namespace Lethe.Gateway.Documents.Reading.Pdf;

/// <summary>Brings line parts into reading order: columns one after the other, rows of tables across.</summary>
internal static class PdfFlow
{
    private const int FewestColumnLines = 4;
    private const double LeastFill = 0.6; // lines of running text fill their column, cells of a table do not

    /// <summary>Orders a page.</summary>
    /// <param name="parts">The parts, from top to bottom and left to right.</param>
    /// <returns>Whole lines in reading order.</returns>
    public static List<PdfLine> Order(List<PdfLine> parts)
    {
        List<List<PdfLine>> rows = Rows(parts);
        List<PdfLine> ordered = [];
        double gutter = Gutter(parts);
        for (int at = 0; at < rows.Count; )
        {
            int end = at;
            while (end < rows.Count && !rows[end].Exists(part => Crosses(part, gutter)))
            {
                end++;
            }
            List<PdfLine> left = [.. rows[at..end].SelectMany(row => row.Where(part => part.Left < gutter))];
            List<PdfLine> right = [.. rows[at..end].SelectMany(row => row.Where(part => part.Left >= gutter))];
            if (IsColumn(left) && IsColumn(right))
            {
                Add(left, ordered);
                Add(right, ordered);
                at = end;
            }
            else
            {
                end = Math.Max(end, at + 1);
                ordered.AddRange(rows[at..end].SelectMany(Join));
                at = end;
            }
            if (at < rows.Count && ordered.Count > 0 && ordered[^1].Baseline < rows[at][0].Baseline)
            {
                rows[at][0].IsAfterJump = true;
            }
        }
        return ordered;
    }

    private static void Add(List<PdfLine> column, List<PdfLine> ordered)
    {
        int first = ordered.Count;
        ordered.AddRange(Rows(column).SelectMany(Join));
        ordered[first].IsAfterJump = true;
    }

    private static bool Crosses(PdfLine part, double gutter) => part.Left < gutter && part.Right > gutter;

    // Where the fewest lines pass, in the middle half of the page; the middle of the widest such strip.
    private static double Gutter(List<PdfLine> parts)
    {
        if (parts.Count < 2 * FewestColumnLines)
        {
            return double.PositiveInfinity;
        }
        double left = parts.Min(part => part.Left);
        double width = parts.Max(part => part.Right) - left;
        const int Steps = 120;
        int[] crossing = [.. Enumerable.Range(0, Steps).Select(step => parts.Count(part => Crosses(part, left + (width * Place(step)))))];
        int fewest = crossing.Min();
        (int start, int length) best = (0, 0);
        for (int from = 0; from < Steps; from++)
        {
            int to = from;
            while (to < Steps && crossing[to] == fewest)
            {
                to++;
            }
            best = to - from > best.length ? (from, to - from) : best;
            from = to;
        }
        return left + (width * Place(best.start + (best.length / 2)));

        static double Place(int step) => 0.25 + (0.5 * step / Steps);
    }

    private static List<List<PdfLine>> Rows(List<PdfLine> parts)
    {
        List<List<PdfLine>> rows = [];
        foreach (PdfLine part in parts)
        {
            if (rows.Count > 0 && rows[^1][0].Baseline == part.Baseline)
            {
                rows[^1].Add(part);
            }
            else
            {
                rows.Add([part]);
            }
        }
        return rows;
    }

    private static bool IsColumn(List<PdfLine> parts)
    {
        if (parts.Count < FewestColumnLines)
        {
            return false;
        }
        double left = parts.Min(part => part.Left);
        double width = parts.Max(part => part.Right) - left;
        return width > 0 && Fill(parts, width) > LeastFill;
    }

    private static double Fill(IEnumerable<PdfLine> parts, double width)
    {
        List<double> fills = [.. parts.Select(part => (part.Right - part.Left) / width).Order()];
        return fills.Count == 0 ? 0 : fills[fills.Count / 2];
    }

    // Parts of one line become a row of a table, unless the first is but a number or a bullet.
    private static IEnumerable<PdfLine> Join(List<PdfLine> row)
    {
        if (row.Count == 1)
        {
            return row;
        }
        bool isLabel = PdfLabels.IsLabel(row[0].Text) && row.Count == 2;
        List<char> text = [];
        foreach (PdfLine part in row)
        {
            text.AddRange(
                text.Count == 0 ? ""
                : isLabel ? " "
                : " | "
            );
            text.AddRange(part.Text);
            Array.Clear(part.Text);
        }
        PdfLine widest = row.MaxBy(part => part.Text.Length)!;
        PdfLine joined = new()
        {
            Text = [.. text],
            Left = row[0].Left,
            Right = row.Max(part => part.Right),
            Baseline = row[0].Baseline,
            Size = widest.Size,
            IsBold = row.TrueForAll(part => part.IsBold),
            IsRow = !isLabel,
        };
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(text).Clear();
        return [joined];
    }
}
