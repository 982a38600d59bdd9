using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;

namespace Lethe.Gateway.Documents.Reading.Text;

/// <summary>
/// Finds out a text's encoding, as the file does not name it: a byte order mark; else UTF-8, if it is; else Windows-1252, which German
/// Windows has written for decades, if the bytes outside ASCII are what its writers type.
/// </summary>
internal static class TextDecoder
{
    // Windows-1252 for 0x80-0x9F; U+0000 is undefined there.
    private const string Upper = "€\0‚ƒ„…†‡ˆ‰Š‹Œ\0Ž\0\0‘’“”•–—˜™š›œ\0žŸ";

    // Letters, quotes, dashes and the signs of contracts; a file in another code page or of no text has others too.
    private static readonly SearchValues<byte> Usual = SearchValues.Create([
        .. Enumerable.Range(0xC0, 64).Select(value => (byte)value).Where(value => value is not 0xD7 and not 0xF7 and not 0xFF),
        0x80,
        0x82,
        0x84,
        0x85,
        0x8A,
        0x8C,
        0x8E,
        0x91,
        0x92,
        0x93,
        0x94,
        0x95,
        0x96,
        0x97,
        0x99,
        0x9A,
        0x9C,
        0x9E,
        0xA0,
        0xA3,
        0xA7,
        0xA9,
        0xAB,
        0xAD,
        0xAE,
        0xB0,
        0xB2,
        0xB3,
        0xB4,
        0xB7,
        0xB9,
        0xBB,
        0xBC,
        0xBD,
        0xBE,
        0xD7,
    ]);

    /// <summary>Decodes a text file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="notes">Takes <see cref="CoverageNoteKind.EncodingAssumed"/> and <see cref="CoverageNoteKind.UnreadableCharacters"/>.</param>
    /// <param name="use">Gets valid UTF-8 that is zeroed afterwards when it is a copy.</param>
    /// <exception cref="DocumentRefusedException">The file is no text.</exception>
    public static void Decode(ReadOnlySpan<byte> file, CoverageNotes notes, ReadOnlySpanAction<byte, CoverageNotes> use)
    {
        if (file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]))
        {
            Transcode(new UnicodeEncoding(bigEndian: false, byteOrderMark: false, throwOnInvalidBytes: false), file[2..], notes, use);
            return;
        }
        if (file.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
        {
            Transcode(new UnicodeEncoding(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: false), file[2..], notes, use);
            return;
        }
        bool marked = file.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]);
        file = marked ? file[3..] : file;
        RefuseBinary(file);
        if (Utf8.IsValid(file))
        {
            use(file, notes);
        }
        else if (marked || IsMostlyUtf8(file))
        {
            Transcode(new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: false), file, notes, use);
        }
        else
        {
            DecodeWindows1252(file, notes, use);
        }
    }

    // Text has line ends, tabs, form feeds, perhaps an end-of-file mark; more than one other control in 500 bytes is not text.
    private static void RefuseBinary(ReadOnlySpan<byte> file)
    {
        int controls = 0;
        foreach (byte value in file)
        {
            if (value < 0x20 && value is not ((byte)'\t' or (byte)'\n' or (byte)'\v' or (byte)'\f' or (byte)'\r' or 0x1A))
            {
                controls += value == 0 ? file.Length : 1; // a single NUL is enough
                if (controls > 2 + (file.Length / 500))
                {
                    throw new DocumentRefusedException(DocumentRefusal.NotWhatItSays);
                }
            }
        }
    }

    private static bool IsMostlyUtf8(ReadOnlySpan<byte> file)
    {
        int good = 0;
        int bad = 0;
        while (!file.IsEmpty)
        {
            if (file[0] < 0x80)
            {
                int ascii = file.IndexOfAnyExceptInRange((byte)0, (byte)0x7F);
                file = ascii < 0 ? [] : file[ascii..];
                continue;
            }
            bool valid = Rune.DecodeFromUtf8(file, out _, out int consumed) == OperationStatus.Done;
            good += valid ? 1 : 0;
            bad += valid ? 0 : 1;
            file = file[consumed..];
        }
        return good > 3 * bad;
    }

    private static void DecodeWindows1252(ReadOnlySpan<byte> file, CoverageNotes notes, ReadOnlySpanAction<byte, CoverageNotes> use)
    {
        int high = 0;
        int unusual = 0;
        int undefined = 0;
        foreach (byte value in file)
        {
            if (value >= 0x80)
            {
                high++;
                unusual += Usual.Contains(value) ? 0 : 1;
                undefined += value < 0xA0 && Upper[value - 0x80] == 0 ? 1 : 0;
            }
        }
        if (undefined > 0 || high > 1 + (file.Length / 3) || unusual > 1 + (high / 20))
        {
            throw new DocumentRefusedException(DocumentRefusal.NotWhatItSays);
        }
        notes.Add(CoverageNoteKind.EncodingAssumed, high);
        byte[] utf8 = new byte[file.Length + (2 * high)];
        int length = 0;
        Span<char> one = stackalloc char[1];
        foreach (byte value in file)
        {
            one[0] = value is >= 0x80 and < 0xA0 ? Upper[value - 0x80] : (char)value;
            length += Encoding.UTF8.GetBytes(one, utf8.AsSpan(length));
        }
        UseAndClear(utf8, length, notes, use);
    }

    private static void Transcode(
        Encoding encoding,
        ReadOnlySpan<byte> file,
        CoverageNotes notes,
        ReadOnlySpanAction<byte, CoverageNotes> use
    )
    {
        char[] characters = new char[encoding.GetCharCount(file)];
        int count = encoding.GetChars(file, characters);
        byte[] utf8 = new byte[Encoding.UTF8.GetByteCount(characters, 0, count)];
        int length = Encoding.UTF8.GetBytes(characters.AsSpan(0, count), utf8);
        int replaced = characters.AsSpan(0, count).Count('\uFFFD');
        CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(characters.AsSpan()));
        try
        {
            RefuseBinary(utf8.AsSpan(0, length));
            if (replaced > 2 + (count / 100))
            {
                throw new DocumentRefusedException(DocumentRefusal.NotWhatItSays);
            }
        }
        catch (DocumentRefusedException)
        {
            CryptographicOperations.ZeroMemory(utf8);
            throw;
        }
        UseAndClear(utf8, length, notes, use);
    }

    private static void UseAndClear(byte[] utf8, int length, CoverageNotes notes, ReadOnlySpanAction<byte, CoverageNotes> use)
    {
        try
        {
            use(utf8.AsSpan(0, length), notes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(utf8);
        }
    }
}
