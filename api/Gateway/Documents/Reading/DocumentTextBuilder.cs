using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;

namespace Lethe.Gateway.Documents.Reading;

/// <summary>
/// Takes text paragraph by paragraph and keeps it as clean UTF-8: no NUL or other controls, no soft hyphens, no blanks at the ends of a line,
/// no more than one blank or one line feed in a row. Zeroes each buffer that it outgrows.
/// </summary>
internal sealed class DocumentTextBuilder(ReadingBudget budget) : IDisposable
{
    // Blanks, controls, and the first bytes of U+0080-00BF and of U+E000-FFFF, where the other characters to drop are.
    private static readonly SearchValues<byte> Special = SearchValues.Create([
        .. Enumerable.Range(0, 0x21).Select(b => (byte)b),
        0x7F,
        0xC2,
        0xE2,
        0xEF,
    ]);

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

    /// <summary>Adds to the open paragraph.</summary>
    /// <param name="text">UTF-16; a surrogate pair may be split between two calls.</param>
    public void Append(ReadOnlySpan<char> text)
    {
        if (highSurrogate != 0 && !text.IsEmpty)
        {
            ReadOnlySpan<char> pair = [highSurrogate, text[0]];
            highSurrogate = default;
            if (char.IsLowSurrogate(pair[1]))
            {
                Append(scratch.AsSpan(0, Encoding.UTF8.GetBytes(pair, scratch)));
                text = text[1..];
            }
            else
            {
                Unreadable++;
            }
        }
        while (!text.IsEmpty)
        {
            OperationStatus status = Utf8.FromUtf16(
                text,
                scratch,
                out int read,
                out int written,
                replaceInvalidSequences: false,
                isFinalBlock: false
            );
            Append(scratch.AsSpan(0, written));
            text = text[read..];
            if (status == OperationStatus.InvalidData)
            {
                Unreadable++;
                text = text[1..];
            }
            else if (status == OperationStatus.NeedMoreData)
            {
                highSurrogate = text[0];
                return;
            }
        }
    }

    /// <summary>Adds to the open paragraph.</summary>
    /// <param name="utf8">Valid UTF-8, whole characters.</param>
    public void Append(ReadOnlySpan<byte> utf8)
    {
        while (!utf8.IsEmpty)
        {
            int plain = utf8.IndexOfAny(Special);
            ReadOnlySpan<byte> run = plain < 0 ? utf8 : utf8[..plain];
            if (!run.IsEmpty)
            {
                PutBlank();
                Put(run);
            }
            if (plain < 0)
            {
                return;
            }
            utf8 = utf8[(plain + AppendSpecial(utf8[plain..]))..];
        }
    }

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

    // Returns how many bytes were consumed.
    private int AppendSpecial(ReadOnlySpan<byte> utf8)
    {
        switch (utf8[0])
        {
            case (byte)' ' or (byte)'\t':
                blank = HasOpenText && buffer[length - 1] != '\n';
                return 1;
            case (byte)'\n' or (byte)'\v' or (byte)'\f':
                Break();
                return 1;
            case (byte)'\r':
                Break();
                return 1;
            case < 0x20 or 0x7F:
                Unreadable++;
                return 1;
            case 0xC2 when utf8[1] is < 0xA0 or 0xAD: // C1 controls; soft hyphen
                Unreadable += utf8[1] == 0xAD || utf8[1] == 0x85 ? 0 : 1;
                return 2;
            case 0xE2 when utf8[1] == 0x80 && utf8[2] is 0xA8 or 0xA9: // line and paragraph separator
                Break();
                return 3;
            case 0xE2 when utf8[1] == 0x80 && utf8[2] == 0x8B: // zero width space
                return 3;
            case 0xEF when utf8[1] == 0xBB && utf8[2] == 0xBF: // byte order mark
                return 3;
            case 0xEF when utf8[1] == 0xBF && utf8[2] >= 0xBC: // replacement character, noncharacters
                Unreadable++;
                return 3;
            default:
                PutBlank();
                int size = utf8[0] == 0xC2 ? 2 : 3;
                Put(utf8[..size]);
                return size;
        }
    }

    private void PutBlank()
    {
        if (blank)
        {
            blank = false;
            Put(" "u8);
        }
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
