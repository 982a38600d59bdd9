using System.Globalization;
using System.Text;

namespace Lethe.TestKit.Documents;

/// <summary>Makes PDF documents in memory.</summary>
public static class PdfFiles
{
    private const double Size = 11;
    private const double Leading = 14;
    private const double Left = 71;
    private const double Top = 760;
    private const double Bottom = 80;

    /// <summary>Makes one of our documents: set in lines with hyphens, with a running header and page numbers.</summary>
    /// <param name="markdown">The document.</param>
    /// <param name="header">The running header.</param>
    /// <param name="columns">1 or 2 columns.</param>
    /// <returns>The file.</returns>
    public static byte[] FromMarkdown(string markdown, string header = "", int columns = 1)
    {
        double width = columns == 1 ? 453 : 216;
        List<StringBuilder> pages = [];
        int column = columns;
        double y = 0;
        foreach (MarkdownBlock block in MarkdownBlock.Parse(markdown))
        {
            double size = block.Level switch
            {
                1 => 18,
                2 => 13,
                _ => Size,
            };
            y -= block.Level > 0 ? 12 : 5;
            foreach ((string text, double x) in LinesOf(block, width, size))
            {
                if (y < Bottom || pages.Count == 0)
                {
                    column++;
                    if (column >= columns)
                    {
                        pages.Add(new StringBuilder());
                        column = 0;
                    }
                    y = Top;
                }
                Show(pages[^1], text, Left + (column * (width + 24)) + x, y, size, block.Level > 0);
                y -= Leading * size / Size;
            }
        }
        for (int page = 0; page < pages.Count; page++)
        {
            Show(pages[page], header, Left, 800, 9, isBold: false);
            Show(pages[page], $"Seite {page + 1} von {pages.Count}", 270, 40, 9, isBold: false);
        }
        return PdfFile.OfPages(pages.Select(page => page.ToString()));
    }

    /// <summary>Writes a line.</summary>
    /// <param name="page">The page's content.</param>
    /// <param name="text">The line.</param>
    /// <param name="x">Its left edge.</param>
    /// <param name="y">Its height above the bottom.</param>
    /// <param name="size">The font's size.</param>
    /// <param name="isBold">Whether it is bold.</param>
    public static void Show(StringBuilder page, string text, double x, double y, double size = Size, bool isBold = false)
    {
        ArgumentNullException.ThrowIfNull(page);
        ArgumentNullException.ThrowIfNull(text);
        string escaped = text.Replace(@"\", @"\\", StringComparison.Ordinal)
            .Replace("(", @"\(", StringComparison.Ordinal)
            .Replace(")", @"\)", StringComparison.Ordinal);
        page.Append(CultureInfo.InvariantCulture, $"BT /{(isBold ? "F2" : "F1")} {size} Tf {x:F2} {y:F2} Td ({escaped}) Tj ET\n");
    }

    private static IEnumerable<(string Text, double X)> LinesOf(MarkdownBlock block, double width, double size)
    {
        if (block.Rows.Count > 0)
        {
            // Cells of one row stand on one line; Show is called once a cell, so a row is given as its widest form below.
            return block.Rows.Select(row => (string.Join("   ·   ", row), 0.0));
        }
        return Wrap(block.Text, width, size).Select(line => (line, 0.0));
    }

    private static IEnumerable<string> Wrap(string text, double width, double size)
    {
        StringBuilder line = new();
        foreach (string word in text.Split(' '))
        {
            string rest = word;
            if (line.Length > 0 && Width($"{line} {rest}") * size > width)
            {
                int half = rest.Length / 2;
                bool breaks =
                    rest.Length >= 12
                    && rest.All(char.IsLetter)
                    && char.IsLower(rest[half])
                    && Width($"{line} {rest[..half]}-") * size <= width;
                if (breaks)
                {
                    line.Append(' ').Append(rest.AsSpan(0, half)).Append('-');
                    rest = rest[half..];
                }
                yield return line.ToString();
                line.Clear();
            }
            line.Append(line.Length > 0 ? " " : string.Empty).Append(rest);
        }
        yield return line.ToString();
    }

    // Of Helvetica, near enough to break lines.
    private static double Width(string text) =>
        text.Sum(character =>
            character switch
            {
                'i' or 'j' or 'l' or 't' or 'f' or 'I' or '.' or ',' or ';' or ':' or ' ' or '(' or ')' or '\'' or '-' => 0.29,
                'm' or 'w' or 'M' or 'W' => 0.87,
                _ when char.IsUpper(character) => 0.69,
                _ => 0.55,
            }
        );
}
