using Lethe.Gateway.Documents.Reading;

namespace Lethe.Gateway.Models.Extractive;

/// <summary>
/// Finds the blocks of a text: from a reader's paragraphs where there are some, otherwise by reading the text as Markdown,
/// which plain text is, too. Front matter, code, rules, tables and definition lists become <see cref="BlockKind.Other"/>.
/// </summary>
internal ref struct BlockScanner(ReadOnlySpan<byte> text, List<TextBlock> blocks)
{
    private const int LongestHeading = 140;
    private readonly ReadOnlySpan<byte> text = text;
    private readonly List<TextBlock> blocks = blocks;
    private int heading = -1;
    private bool marked; // a heading was marked as such
    private int openStart = -1;
    private int openEnd;
    private BlockKind openKind;

    /// <summary>Scans by a reader's paragraphs.</summary>
    /// <param name="paragraphs">The paragraphs.</param>
    public void Scan(IReadOnlyList<ParagraphSpan> paragraphs)
    {
        foreach (ParagraphSpan paragraph in paragraphs)
        {
            openStart = paragraph.Offset;
            openEnd = paragraph.Offset + paragraph.Length;
            openKind = paragraph.Kind switch
            {
                ParagraphKind.Heading => BlockKind.Heading,
                ParagraphKind.ListItem => BlockKind.Item,
                ParagraphKind.TableRow => BlockKind.Other,
                _ => BlockKind.Paragraph,
            };
            Close();
        }
    }

    /// <summary>Scans line by line.</summary>
    public void Scan()
    {
        int position = SkipFrontMatter();
        bool code = false;
        while (position < text.Length)
        {
            int length = text[position..].IndexOf((byte)'\n');
            int next = length < 0 ? text.Length : position + length + 1;
            (int start, int end) = Trim(position, length < 0 ? text.Length : position + length);
            position = next;
            ReadOnlySpan<byte> line = text[start..end];
            if (line.StartsWith("```"u8) || line.StartsWith("~~~"u8))
            {
                Close();
                code = !code;
            }
            else if (code || line.IsEmpty)
            {
                Close();
            }
            else
            {
                Take(line, start, end);
            }
        }
        Close();
    }

    private void Take(ReadOnlySpan<byte> line, int start, int end)
    {
        int marks = line.IndexOfAnyExcept((byte)'#');
        if (marks is > 0 and <= 6 && line[marks] == ' ')
        {
            Close();
            (openStart, openEnd) = Trim(start + marks, end);
            openKind = BlockKind.Heading;
            Close();
        }
        else if (line.Length >= 3 && line.IndexOfAnyExcept("=-*_ "u8) < 0)
        {
            if (openStart >= 0 && line[0] is (byte)'=' or (byte)'-')
            {
                openKind = BlockKind.Heading;
            }
            Close();
        }
        else if (line[0] == '|' || (line[0] == ':' && line.Length > 1 && line[1] == ' ') || line[0] == '[' && line.IndexOf("]:"u8) > 0)
        {
            if (line[0] == ':' && openStart >= 0)
            {
                openKind = BlockKind.Other; // the term of a definition list
            }
            Close();
            (openStart, openEnd, openKind) = (start, end, BlockKind.Other);
            Close();
        }
        else if (openStart < 0 || Interrupts(line))
        {
            Close();
            (openStart, openEnd) = (start, end);
            openKind = IsItem(line) ? BlockKind.Item : BlockKind.Paragraph;
        }
        else
        {
            openEnd = end;
        }
    }

    private void Close()
    {
        if (openStart < 0)
        {
            return;
        }
        int start = openStart;
        openStart = -1;
        ReadOnlySpan<byte> block = text[start..openEnd];
        (int numberAt, int numberLength, int behind) = BlockNumber.Of(block);
        if (openKind != BlockKind.Other && block[behind..].Count((byte)'|') >= 2)
        {
            openKind = BlockKind.Other;
        }
        bool guessed = openKind != BlockKind.Heading;
        if (openKind is BlockKind.Paragraph or BlockKind.Item && IsHeading(block, numberLength > 0, behind))
        {
            openKind = BlockKind.Heading;
        }
        if (behind >= block.Length)
        {
            return;
        }
        if (openKind == BlockKind.Heading && (!guessed || !marked || NamesASection(block)))
        {
            heading = blocks.Count;
            marked |= !guessed;
        }
        blocks.Add(new TextBlock(start + behind, openEnd, start + numberAt, numberLength, openKind, heading));
    }

    // A short line of its own that does not end as a sentence does.
    private static bool IsHeading(ReadOnlySpan<byte> block, bool numbered, int behind)
    {
        ReadOnlySpan<byte> words = block[behind..].Trim("*_ "u8);
        if (
            words.Length is < 3 or > LongestHeading
            || words.Contains((byte)'\n')
            || words[^1] is (byte)'.' or (byte)';' or (byte)',' or (byte)':' or (byte)'?' or (byte)'!'
        )
        {
            return false;
        }
        bool lower = words[0] is >= (byte)'a' and <= (byte)'z';
        return NamesASection(block) || (numbered && !lower && words.Length <= 80) || (!lower && words.Length <= 60);
    }

    private static bool NamesASection(ReadOnlySpan<byte> block) =>
        block.StartsWith("§"u8) || block.StartsWith("&sect;"u8) || block.StartsWith("Art"u8) || block.StartsWith("Section"u8);

    // A line of a paragraph may begin with "31. Dezember" or "3)": only a bullet, or a number like the open block's own, begins an item.
    private readonly bool Interrupts(ReadOnlySpan<byte> line)
    {
        if (!IsItem(line))
        {
            return false;
        }
        (int at, int length, _) = BlockNumber.Of(line);
        (int openAt, int openLength, _) = BlockNumber.Of(text[openStart..openEnd]);
        return length == 0 || (openLength > 0 && at == openAt && line[at + length] == text[openStart + openAt + openLength]);
    }

    private static bool IsItem(ReadOnlySpan<byte> line)
    {
        if (line.Length < 3)
        {
            return false;
        }
        if (line[0] is (byte)'-' or (byte)'*' or (byte)'+')
        {
            return line[1] is (byte)' ' or (byte)'\t';
        }
        if (line.StartsWith("•"u8) || line.StartsWith("– "u8) || line.StartsWith("▪"u8))
        {
            return true;
        }
        (_, int length, int behind) = BlockNumber.Of(line);
        return length > 0 && behind < line.Length && line[0] is not (0xC2 or (byte)'&'); // § begins a heading or a sentence, no item
    }

    private readonly (int Start, int End) Trim(int start, int end)
    {
        while (start < end && text[start] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'>')
        {
            start++;
        }
        while (end > start && text[end - 1] is (byte)' ' or (byte)'\t' or (byte)'\r')
        {
            end--;
        }
        return (start, end);
    }

    private readonly int SkipFrontMatter()
    {
        if (!text.StartsWith("---\n"u8) && !text.StartsWith("---\r\n"u8))
        {
            return 0;
        }
        int end = text[4..].IndexOf("\n---"u8);
        return end is < 0 or > 8192 ? 0 : end + 8;
    }
}
