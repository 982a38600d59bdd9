using System.Text;

namespace Lethe.Gateway.Documents.Reading.Text;

/// <summary>
/// <c>text/plain</c>. Empty lines separate paragraphs; where a block has a line that no one wrapped (over 120 characters),
/// each of its lines is a paragraph, as Word saves them.
/// </summary>
internal sealed class PlainTextReader : IDocumentReader
{
    private const int LongLine = 120;

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
        while (lines.Next())
        {
            if (IsBlank(lines.Line))
            {
                continue;
            }
            TextLines ahead = lines;
            bool single = IsBlank(ahead.Peek());
            bool unwrapped = IsLong(ahead.Line);
            while (!unwrapped && !IsBlank(ahead.Peek()) && ahead.Next())
            {
                unwrapped = IsLong(ahead.Line);
            }
            bool heading = single && Headings.IsNumbered(lines.Line);
            text.Begin(heading ? ParagraphKind.Heading : ParagraphKind.Paragraph, heading ? 1 : 0);
            text.Append(lines.Line);
            while (!IsBlank(lines.Peek()) && lines.Next())
            {
                if (unwrapped)
                {
                    text.Begin(ParagraphKind.Paragraph);
                }
                else
                {
                    text.Break();
                }
                text.Append(lines.Line);
            }
        }
        text.End();
    }

    private static bool IsBlank(ReadOnlySpan<byte> line) => line.Trim(" \t\f\v\x1A"u8).IsEmpty;

    private static bool IsLong(ReadOnlySpan<byte> line) => line.Length > LongLine && Encoding.UTF8.GetCharCount(line) > LongLine;
}
