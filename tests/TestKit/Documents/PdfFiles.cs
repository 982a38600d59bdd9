using System.Globalization;
using System.Text;

namespace Lethe.TestKit.Documents;

/// <summary>Makes PDF documents in memory.</summary>
public static class PdfFiles
{
    private static readonly int[] Upper =
    [
        667,
        667,
        722,
        722,
        667,
        611,
        778,
        722,
        278,
        500,
        667,
        556,
        833,
        722,
        778,
        667,
        778,
        722,
        667,
        611,
        722,
        667,
        944,
        667,
        667,
        611,
    ];
    private static readonly int[] Lower =
    [
        556,
        556,
        500,
        556,
        556,
        278,
        556,
        556,
        222,
        222,
        500,
        222,
        833,
        556,
        556,
        556,
        556,
        333,
        500,
        278,
        556,
        500,
        722,
        500,
        500,
        500,
    ];
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
            foreach (string text in LinesOf(block, width, size))
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
                Show(pages[^1], text, Left + (column * (width + 24)), y, size, block.Level > 0);
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

    private static IEnumerable<string> LinesOf(MarkdownBlock block, double width, double size) =>
        block.Rows.Count > 0 ? block.Rows.SelectMany(row => Wrap(string.Join(" · ", row), width, size)) : Wrap(block.Text, width, size);

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

    // Of Helvetica, for A to Z, a to z; other characters near enough.
    private static double Width(string text) =>
        text.Sum(character =>
            character switch
            {
                >= 'A' and <= 'Z' => Upper[character - 'A'],
                >= 'a' and <= 'z' => Lower[character - 'a'],
                ' ' or '.' or ',' or ':' or ';' or '/' => 278,
                '(' or ')' or '-' or '„' or '“' or '”' => 333,
                '\'' => 191,
                '"' => 355,
                '€' or 'ü' or 'ä' or 'ö' or '–' or 'ß' or >= '0' and <= '9' => 556,
                'Ü' => 722,
                _ => 600,
            }
        ) / 1000.0;
}
