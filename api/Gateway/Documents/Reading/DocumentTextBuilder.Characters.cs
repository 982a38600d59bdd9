using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Lethe.Gateway.Documents.Reading;

/// <content>Which characters are kept.</content>
internal sealed partial class DocumentTextBuilder
{
    // Blanks, controls, and the first bytes of U+0080-00BF and of U+E000-FFFF, where the other characters to drop are.
    private static readonly SearchValues<byte> Special = SearchValues.Create([
        .. Enumerable.Range(0, 0x21).Select(b => (byte)b),
        0x7F,
        0xC2,
        0xE2,
        0xEF,
    ]);

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
}
