using System.Text;
using Lethe.Gateway.Documents.Reading.Text;

namespace Lethe.Gateway.Documents.Reading.Pdf;

/// <summary>Puts lines together to paragraphs: by distance, size, indent, numbers, and how full the line before is.</summary>
internal sealed class PdfParagraphs
{
    private readonly DocumentTextBuilder text;
    private readonly double body;
    private readonly double leading;
    private PdfLine? before;
    private readonly double width;
    private double right;
    private double left;
    private ParagraphKind kind;

    /// <summary>Initializes a new instance of the <see cref="PdfParagraphs"/> class.</summary>
    /// <param name="pages">All lines, to learn the size and distance of most of them.</param>
    /// <param name="text">Takes the paragraphs.</param>
    public PdfParagraphs(IReadOnlyList<List<PdfLine>> pages, DocumentTextBuilder text)
    {
        this.text = text;
        body = Median(pages.SelectMany(page => page).SelectMany(line => Enumerable.Repeat(line.Size, 1 + (line.Text.Length / 20))), 10);
        leading = Median(
            pages.SelectMany(page =>
                page.Zip(page.Skip(1), (above, below) => above.Baseline - below.Baseline)
                    .Where(distance => distance > 0.5 * body && distance < 2.5 * body)
            ),
            1.2 * body
        );
        width = Percentile(pages.SelectMany(page => page).Select(line => line.Right - line.Left), 0.7, 0);
    }

    /// <summary>Adds a page.</summary>
    /// <param name="page">Its lines in reading order.</param>
    public void Add(List<PdfLine> page)
    {
        if (page.Count == 0)
        {
            return;
        }
        page[0].IsAfterJump = true;
        for (int index = 0; index < page.Count; index++)
        {
            PdfLine line = page[index];
            if (line.IsAfterJump)
            {
                List<PdfLine> column = [line, .. page.Skip(index + 1).TakeWhile(next => !next.IsAfterJump)];
                right = column.Max(part => part.Right);
                left = column.Min(part => part.Left);
            }
            if (before is { } above && Continues(above, line))
            {
                Append(above, line);
            }
            else
            {
                Begin(line);
            }
            before = line;
        }
    }

    private bool Continues(PdfLine above, PdfLine line)
    {
        ReadOnlySpan<char> upper = above.Text;
        ReadOnlySpan<char> lower = line.Text;
        if (above.IsRow || line.IsRow || Math.Abs(above.Size - line.Size) > 0.12 * above.Size)
        {
            return false;
        }
        bool ended = upper[^1] is '.' or ':' or ';' or '!' or '?' or '"' or '“' or '”';
        bool goesOn = char.IsLower(lower[0]) || (IsHyphen(upper[^1]) && char.IsLetter(lower[0]));
        bool full = above.Right - above.Left > 0.8 * width;
        bool flows = !ended && full; // "… bis zum / 31. Dezember", "… gilt der als / Anlage 2 beigefügte": neither item nor heading
        bool item = (!flows || line.IsBold != above.IsBold) && (PdfLabels.BeginsItem(lower) || IsHeadingText(line));
        if (line.IsAfterJump)
        {
            return !item && kind != ParagraphKind.Heading && (goesOn || (!ended && full && char.IsLetterOrDigit(lower[0])));
        }
        double distance = above.Baseline - line.Baseline;
        if (distance > 1.35 * Math.Max(leading, 1.05 * line.Size) || distance <= 0)
        {
            return false;
        }
        if (kind == ParagraphKind.Heading)
        {
            return above.IsBold == line.IsBold && !item && (goesOn || above.Right > right - (0.12 * (right - left)));
        }
        if (item && !(goesOn && !ended))
        {
            return false;
        }
        if (above.IsBold != line.IsBold && (ended || above.Right < right - (0.3 * (right - left))))
        {
            return false;
        }
        // Whoever broke this line without need ended a paragraph: the next line's first word had room.
        int word = lower.IndexOf(' ');
        double wordWidth = (line.Right - line.Left) * (word < 0 ? 1 : (double)(word + 1) / lower.Length);
        bool isShort = right - above.Right > Math.Max(1.15 * wordWidth, 0.08 * (right - left));
        bool indented = line.Left > above.Left + (1.2 * line.Size) && kind != ParagraphKind.ListItem;
        return goesOn || !(isShort && (ended || char.IsUpper(lower[0]) || char.IsDigit(lower[0]))) && !(indented && ended);
    }

    private void Begin(PdfLine line)
    {
        bool large = line.Size > 1.15 * body && line.Text.Length < 200;
        bool heading = !line.IsRow && (large || IsHeadingText(line));
        int level =
            line.Size > 1.6 * body ? 1
            : large ? 2
            : 3;
        kind =
            heading ? ParagraphKind.Heading
            : line.IsRow ? ParagraphKind.TableRow
            : PdfLabels.BeginsItem(line.Text) ? ParagraphKind.ListItem
            : ParagraphKind.Paragraph;
        text.Begin(
            kind,
            heading ? level
                : kind == ParagraphKind.ListItem ? 1
                : 0
        );
        text.Append(line.Text);
    }

    private void Append(PdfLine above, PdfLine line)
    {
        if (!IsHyphen(above.Text[^1]) || above.Text.Length < 2 || !char.IsLetter(above.Text[^2]))
        {
            text.Append(" ");
        }
        else if (char.IsLower(line.Text[0]) && char.IsLower(above.Text[^2]) && !IsConjunction(line.Text))
        {
            text.DropLast();
        }
        else if (IsConjunction(line.Text))
        {
            text.Append(" ");
        }
        text.Append(line.Text);
    }

    private static bool IsHeadingText(PdfLine line)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(line.Text);
        bool numbered = Headings.IsNumbered(utf8);
        Array.Clear(utf8);
        return numbered && (line.IsBold || line.Text[0] == '§' || !PdfLabels.BeginsItem(line.Text)) && line.Text.Length < 90;
    }

    private static bool IsHyphen(char character) => character is '-' or '\u00AD' or '‐';

    // "Miet- und Nebenkosten": the hyphen stands for a word.
    private static bool IsConjunction(ReadOnlySpan<char> line)
    {
        int end = line.IndexOf(' ');
        return (end < 0 ? line : line[..end]) is "und" or "oder" or "bzw." or "and" or "or" or "sowie" or "et" or "ou";
    }

    private static double Median(IEnumerable<double> values, double otherwise) => Percentile(values, 0.5, otherwise);

    private static double Percentile(IEnumerable<double> values, double share, double otherwise)
    {
        List<double> sorted = [.. values.Order()];
        return sorted.Count == 0 ? otherwise : sorted[(int)(share * (sorted.Count - 1))];
    }
}
