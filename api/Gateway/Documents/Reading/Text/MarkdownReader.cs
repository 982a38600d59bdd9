namespace Lethe.Gateway.Documents.Reading.Text;

/// <summary>
/// <c>text/markdown</c> (CommonMark with tables): blocks are recognised and their text kept as it is written, but for the marks of
/// headings, the outer bars of tables and the line under a table's head.
/// </summary>
internal sealed class MarkdownReader : IDocumentReader
{
    /// <inheritdoc/>
    public bool IsHeavy => false;

    /// <inheritdoc/>
    public Coverage Read(ReadOnlyMemory<byte> file, DocumentTextBuilder text, ReadingBudget budget)
    {
        CoverageNotes notes = new();
        TextDecoder.Decode(file.Span, notes, (utf8, _) => ReadBlocks(utf8, text));
        notes.Add(CoverageNoteKind.UnreadableCharacters, text.Unreadable);
        return notes.ToCoverage(hasText: true);
    }

    private static void ReadBlocks(ReadOnlySpan<byte> utf8, DocumentTextBuilder text)
    {
        TextLines lines = new(utf8);
        bool open = false; // a paragraph or list item that the next line may continue
        bool inList = false; // the open paragraph is an item
        while (lines.Next())
        {
            ReadOnlySpan<byte> line = lines.Line.TrimEnd(" \t"u8);
            ReadOnlySpan<byte> content = line.TrimStart(" \t"u8);
            int indent = MarkdownLine.Indent(line);
            if (content.IsEmpty)
            {
                open = false;
            }
            else if (MarkdownLine.Fence(content) is { } fence)
            {
                ReadCode(ref lines, fence, text);
                open = false;
            }
            else if (indent < 4 && MarkdownLine.HeadingLevel(content) is > 0 and var level)
            {
                text.Begin(ParagraphKind.Heading, level);
                text.Append(MarkdownLine.HeadingText(content, level));
                open = false;
            }
            else if (!open && MarkdownLine.Underline(lines.Peek()) is > 0 and var underlined && !MarkdownLine.IsListItem(content))
            {
                text.Begin(ParagraphKind.Heading, underlined);
                text.Append(content);
                lines.Next();
                open = false;
            }
            else if (!open && MarkdownLine.IsRule(content))
            {
                text.Separate();
            }
            else if (content[0] == (byte)'|' || (!open && MarkdownLine.IsTableHead(content, lines.Peek())))
            {
                ReadTable(ref lines, text);
                open = false;
            }
            else if (MarkdownLine.IsListItem(content) && (!open || inList || MarkdownLine.BeginsList(content)))
            {
                text.Begin(ParagraphKind.ListItem, 1 + (indent / 2));
                text.Append(content);
                open = true;
                inList = true;
            }
            else if (open)
            {
                text.Break();
                text.Append(content);
            }
            else
            {
                text.Begin(ParagraphKind.Paragraph);
                text.Append(content);
                open = true;
                inList = false;
            }
        }
        text.End();
    }

    private static void ReadCode(ref TextLines lines, (byte Mark, int Count) fence, DocumentTextBuilder text)
    {
        text.Begin(ParagraphKind.Paragraph);
        while (lines.Next())
        {
            if (MarkdownLine.Fence(lines.Line.Trim(" \t"u8)) is { } end && end.Mark == fence.Mark && end.Count >= fence.Count)
            {
                break;
            }
            text.Append(lines.Line);
            text.Break();
        }
    }

    private static void ReadTable(ref TextLines lines, DocumentTextBuilder text)
    {
        text.Separate();
        do
        {
            ReadOnlySpan<byte> row = lines.Line.Trim(" \t"u8);
            if (MarkdownLine.IsDelimiterRow(row))
            {
                continue;
            }
            row = row.StartsWith("|"u8) ? row[1..] : row;
            row = row.EndsWith("|"u8) && !row.EndsWith(@"\|"u8) ? row[..^1] : row;
            text.Begin(ParagraphKind.TableRow);
            bool first = true;
            foreach (Range cell in row.Split((byte)'|'))
            {
                text.Append(first ? [] : " | "u8);
                text.Append(row[cell].Trim(" \t"u8));
                first = false;
            }
        } while (lines.Peek().Contains((byte)'|') && lines.Next());
        text.Separate();
    }
}
