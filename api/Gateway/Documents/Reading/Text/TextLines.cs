namespace Lethe.Gateway.Documents.Reading.Text;

/// <summary>Takes lines off a text, whichever line ends it has.</summary>
internal ref struct TextLines(ReadOnlySpan<byte> text)
{
    private ReadOnlySpan<byte> rest = text;

    /// <summary>Gets the line without its end.</summary>
    public ReadOnlySpan<byte> Line { get; private set; }

    /// <summary>Goes to the next line.</summary>
    /// <returns>Whether there is one.</returns>
    public bool Next()
    {
        if (rest.IsEmpty)
        {
            Line = [];
            return false;
        }
        int end = rest.IndexOfAny((byte)'\n', (byte)'\r');
        if (end < 0)
        {
            Line = rest;
            rest = [];
            return true;
        }
        Line = rest[..end];
        int size = rest[end..].StartsWith("\r\n"u8) ? 2 : 1;
        rest = rest[(end + size)..];
        return true;
    }

    /// <summary>Looks at the next line and stays.</summary>
    /// <returns>The next line; empty at the end.</returns>
    public readonly ReadOnlySpan<byte> Peek()
    {
        TextLines ahead = this;
        return ahead.Next() ? ahead.Line : [];
    }
}
