namespace Lethe.Gateway.Documents.Reading.Pdf;

/// <summary>Brings line parts into reading order: columns one after the other, rows of tables across.</summary>
internal static class PdfFlow
{
    private const int FewestColumnLines = 5;
    private const double LeastFill = 0.6; // lines of running text fill their column, cells of a table do not

    /// <summary>Orders a page.</summary>
    /// <param name="parts">The parts, from top to bottom and left to right.</param>
    /// <returns>Whole lines in reading order.</returns>
    public static List<PdfLine> Order(List<PdfLine> parts)
    {
        List<List<PdfLine>> rows = Rows(parts);
        List<PdfLine> ordered = [];
        int at = 0;
        while (at < rows.Count)
        {
            int end = ColumnsEnd(rows, at, out double gutter);
            if (end > at)
            {
                ordered.AddRange(rows[at..end].SelectMany(row => row.Where(part => part.Left < gutter)).SelectMany(part => Join([part])));
                int jump = ordered.Count;
                ordered.AddRange(Rows([.. rows[at..end].SelectMany(row => row.Where(part => part.Left >= gutter))]).SelectMany(Join));
                ordered[jump].IsAfterJump = true;
                at = end;
            }
            else
            {
                ordered.AddRange(Join(rows[at]));
                at++;
            }
        }
        return ordered;
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

    // Two columns of running text begin here when enough rows in a row leave the same gutter free and fill both of its sides.
    private static int ColumnsEnd(List<List<PdfLine>> rows, int at, out double gutter)
    {
        gutter = 0;
        if (rows[at].Count != 2)
        {
            return at;
        }
        double left = rows[at].Min(part => part.Left);
        (double from, double to) = (rows[at][0].Right, rows[at][1].Left);
        int end = at;
        int both = 0;
        double right = rows[at][1].Right;
        for (; end < rows.Count; end++)
        {
            List<PdfLine> row = rows[end];
            double nextFrom = Math.Max(from, row.Where(part => part.Left < from).Select(part => part.Right).DefaultIfEmpty(from).Max());
            double nextTo = Math.Min(to, row.Where(part => part.Left >= from).Select(part => part.Left).DefaultIfEmpty(to).Min());
            if (row.Count > 2 || nextTo - nextFrom < 0.5 * row[0].Size)
            {
                break;
            }
            (from, to) = (nextFrom, nextTo);
            both += row.Count == 2 ? 1 : 0;
            right = Math.Max(right, row[^1].Right);
        }
        gutter = to - 0.1;
        double leftWidth = from - left;
        double rightWidth = right - to;
        double columnLeft = gutter;
        bool fills =
            both >= FewestColumnLines
            && leftWidth > 0.6 * rightWidth
            && rightWidth > 0.6 * leftWidth
            && Fill(rows[at..end].SelectMany(row => row.Where(part => part.Left < columnLeft)), leftWidth) > LeastFill
            && Fill(rows[at..end].SelectMany(row => row.Where(part => part.Left >= columnLeft)), rightWidth) > LeastFill;
        return fills ? end : at;
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
