using System.Security.Cryptography;

namespace Lethe.Gateway.Documents.Reading;

/// <summary>
/// Takes text paragraph by paragraph and keeps it as clean UTF-8: no NUL or other controls, no soft hyphens, no blanks at the ends of a line,
/// no more than one blank or one line feed in a row. Zeroes each buffer that it outgrows.
/// </summary>
internal sealed partial class DocumentTextBuilder(ReadingBudget budget) : IDisposable
{
    private readonly List<ParagraphSpan> paragraphs = [];
    private readonly byte[] scratch = new byte[3 * 512];
    private byte[] buffer = new byte[16 * 1024];
    private byte[] ids = [];
    private int length;
    private int idLength;
    private int start = -1;
    private int idStart;
    private ParagraphKind kind;
    private byte level;
    private char highSurrogate;
    private bool blank;
    private bool apart = true;

    /// <summary>Gets the number of characters that were dropped because they mean nothing.</summary>
    public int Unreadable { get; private set; }

    /// <summary>Gets a value indicating whether nothing was kept so far.</summary>
    public bool IsEmpty => paragraphs.Count == 0 && start < 0;

    /// <summary>Gets a value indicating whether the open paragraph has text.</summary>
    public bool HasOpenText => start >= 0 && length > start;

    /// <summary>Gets the paragraphs that were ended.</summary>
    public IReadOnlyList<ParagraphSpan> Paragraphs => paragraphs;

    /// <summary>Begins a paragraph, ending the one before.</summary>
    /// <param name="paragraphKind">What it is.</param>
    /// <param name="paragraphLevel">Level of a heading or list item, 1 to 9.</param>
    /// <param name="id">The sender's id, if any.</param>
    public void Begin(ParagraphKind paragraphKind, int paragraphLevel = 0, ReadOnlySpan<byte> id = default)
    {
        End();
        budget.Check();
        bool joined = !apart && paragraphKind is ParagraphKind.TableRow or ParagraphKind.ListItem && kind == paragraphKind;
        if (paragraphs.Count > 0)
        {
            Put(joined ? "\n"u8 : "\n\n"u8);
        }
        apart = false;
        start = length;
        kind = paragraphKind;
        level = (byte)Math.Clamp(paragraphLevel, 0, 9);
        idStart = idLength;
        PutId(id);
    }

    /// <summary>Changes what the open paragraph is.</summary>
    /// <param name="paragraphKind">What it is.</param>
    /// <param name="paragraphLevel">Level of a heading or list item, 1 to 9.</param>
    public void Turn(ParagraphKind paragraphKind, int paragraphLevel)
    {
        kind = paragraphKind;
        level = (byte)Math.Clamp(paragraphLevel, 0, 9);
    }

    /// <summary>Keeps the next row or item apart from the one before: another table, another list.</summary>
    public void Separate() => apart = true;

    /// <summary>Takes back the last character of the open paragraph, a hyphen at the end of a line; a soft one was never kept.</summary>
    public void DropLast()
    {
        if (HasOpenText && buffer[length - 1] == '-')
        {
            length--;
        }
        else if (HasOpenText && buffer.AsSpan(start, length - start).EndsWith("\u2010"u8))
        {
            length -= 3;
        }
    }

    /// <summary>Ends the line in the open paragraph.</summary>
    public void Break()
    {
        if (HasOpenText && buffer[length - 1] != '\n')
        {
            blank = false;
            Put("\n"u8);
        }
    }

    /// <summary>Ends the open paragraph; one without text leaves no trace.</summary>
    public void End()
    {
        if (start < 0)
        {
            return;
        }
        if (highSurrogate != 0)
        {
            highSurrogate = default;
            Unreadable++;
        }
        blank = false;
        while (length > start && buffer[length - 1] == '\n')
        {
            length--;
        }
        if (length > start)
        {
            if (paragraphs.Count >= budget.Options.MaxParagraphs)
            {
                budget.Refuse(DocumentRefusal.TooLarge);
            }
            paragraphs.Add(new ParagraphSpan(start, length - start, kind, level, idStart, idLength - idStart));
        }
        else
        {
            length = paragraphs.Count == 0 ? 0 : paragraphs[^1].Offset + paragraphs[^1].Length;
            idLength = idStart;
            apart = true;
        }
        start = -1;
    }

    /// <summary>Makes the document's text.</summary>
    /// <returns>The text, owned by the caller.</returns>
    public DocumentText Build()
    {
        End();
        byte[] exact = new byte[length + idLength];
        buffer.AsSpan(0, length).CopyTo(exact);
        ids.AsSpan(0, idLength).CopyTo(exact.AsSpan(length));
        return new DocumentText(exact, length, [.. paragraphs]);
    }

    /// <summary>Compares the ids of two paragraphs.</summary>
    /// <param name="one">A paragraph that was ended.</param>
    /// <param name="other">Another one.</param>
    /// <returns>Their order.</returns>
    public int CompareIds(ParagraphSpan one, ParagraphSpan other) =>
        ids.AsSpan(one.IdOffset, one.IdLength).SequenceCompareTo(ids.AsSpan(other.IdOffset, other.IdLength));

    /// <summary>Overwrites everything with zeros.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(buffer);
        CryptographicOperations.ZeroMemory(ids);
        CryptographicOperations.ZeroMemory(scratch);
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        if (length + bytes.Length > budget.Options.MaxTextBytes)
        {
            budget.Refuse(DocumentRefusal.TooLarge);
        }
        Grow(ref buffer, length, bytes.Length);
        bytes.CopyTo(buffer.AsSpan(length));
        length += bytes.Length;
    }

    private void PutId(ReadOnlySpan<byte> id)
    {
        Grow(ref ids, idLength, id.Length);
        id.CopyTo(ids.AsSpan(idLength));
        idLength += id.Length;
    }

    private static void Grow(ref byte[] array, int used, int more)
    {
        if (used + more <= array.Length)
        {
            return;
        }
        byte[] larger = new byte[Math.Max(used + more, array.Length * 2)];
        array.AsSpan(0, used).CopyTo(larger);
        CryptographicOperations.ZeroMemory(array);
        array = larger;
    }
}
