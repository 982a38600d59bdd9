namespace Lethe.Gateway.Documents.Reading.Text;

/// <summary>What a line of Markdown begins. Lines are without blanks at both ends unless said otherwise.</summary>
internal static class MarkdownLine
{
    /// <summary>Counts the blanks before the text; a tab counts four.</summary>
    /// <param name="line">The line with its blanks.</param>
    /// <returns>The indent.</returns>
    public static int Indent(ReadOnlySpan<byte> line)
    {
        int indent = 0;
        foreach (byte value in line)
        {
            if (value is not ((byte)' ' or (byte)'\t'))
            {
                break;
            }
            indent += value == '\t' ? 4 : 1;
        }
        return indent;
    }

    /// <summary>Gets a fence of a code block.</summary>
    /// <param name="line">The line.</param>
    /// <returns>Its mark and length, or nothing.</returns>
    public static (byte Mark, int Count)? Fence(ReadOnlySpan<byte> line)
    {
        if (!line.StartsWith("```"u8) && !line.StartsWith("~~~"u8))
        {
            return null;
        }
        int count = line.IndexOfAnyExcept(line[0]);
        return (line[0], count < 0 ? line.Length : count);
    }

    /// <summary>Gets the level of a heading with number signs.</summary>
    /// <param name="line">The line.</param>
    /// <returns>1 to 6, or 0.</returns>
    public static int HeadingLevel(ReadOnlySpan<byte> line)
    {
        int level = line.IndexOfAnyExcept((byte)'#');
        return level is >= 1 and <= 6 && line[level] is (byte)' ' or (byte)'\t' ? level : 0;
    }

    /// <summary>Gets a heading's text.</summary>
    /// <param name="line">The line.</param>
    /// <param name="level">Its level.</param>
    /// <returns>The text.</returns>
    public static ReadOnlySpan<byte> HeadingText(ReadOnlySpan<byte> line, int level)
    {
        ReadOnlySpan<byte> text = line[level..].Trim(" \t"u8);
        ReadOnlySpan<byte> closed = text.TrimEnd((byte)'#');
        return closed.Length < text.Length && closed.EndsWith(" "u8) ? closed.TrimEnd(" \t"u8) : text;
    }

    /// <summary>Gets the level that a line gives to the text above it.</summary>
    /// <param name="line">The line, with or without blanks.</param>
    /// <returns>1, 2, or 0.</returns>
    public static int Underline(ReadOnlySpan<byte> line)
    {
        line = line.TrimEnd(" \t"u8);
        if (line.Length < 3 || line[0] is not ((byte)'=' or (byte)'-') || line.IndexOfAnyExcept(line[0]) >= 0)
        {
            return 0;
        }
        return line[0] == '=' ? 1 : 2;
    }

    /// <summary>Says whether a line is a thematic break.</summary>
    /// <param name="line">The line.</param>
    /// <returns>Whether it is.</returns>
    public static bool IsRule(ReadOnlySpan<byte> line) =>
        line.Length >= 3 && line[0] is (byte)'-' or (byte)'*' or (byte)'_' && line.IndexOfAnyExcept(line[0], (byte)' ') < 0;

    /// <summary>Says whether a line begins a list item.</summary>
    /// <param name="line">The line.</param>
    /// <returns>Whether it does.</returns>
    public static bool IsListItem(ReadOnlySpan<byte> line)
    {
        if (line.Length < 2 || IsRule(line))
        {
            return false;
        }
        if (line[0] is (byte)'-' or (byte)'*' or (byte)'+')
        {
            return line[1] is (byte)' ' or (byte)'\t';
        }
        int digits = line.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return digits is >= 1 and <= 9
            && digits + 1 < line.Length
            && line[digits] is (byte)'.' or (byte)')'
            && line[digits + 1] is (byte)' ' or (byte)'\t';
    }

    /// <summary>
    /// Says whether a list item may stand within a paragraph: a line that begins with "3)" or "31." goes on with the sentence before it
    /// (CommonMark 0.31, 5.3).
    /// </summary>
    /// <param name="line">A line that begins a list item.</param>
    /// <returns>Whether it may.</returns>
    public static bool BeginsList(ReadOnlySpan<byte> line) =>
        line[0] is not (>= (byte)'0' and <= (byte)'9') || line[..2] is [(byte)'1', not (>= (byte)'0' and <= (byte)'9')];

    /// <summary>Says whether a line is a table's head.</summary>
    /// <param name="line">The line.</param>
    /// <param name="next">The line below.</param>
    /// <returns>Whether it is.</returns>
    public static bool IsTableHead(ReadOnlySpan<byte> line, ReadOnlySpan<byte> next) =>
        line.Contains((byte)'|') && next.Contains((byte)'|') && IsDelimiterRow(next.Trim(" \t"u8));

    /// <summary>Says whether a line is the one under a table's head.</summary>
    /// <param name="line">The line.</param>
    /// <returns>Whether it is.</returns>
    public static bool IsDelimiterRow(ReadOnlySpan<byte> line) =>
        line.Length >= 3 && line.Contains((byte)'-') && line.IndexOfAnyExcept("|-: \t"u8) < 0;
}
