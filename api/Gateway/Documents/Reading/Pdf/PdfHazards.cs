using System.Buffers;
using System.Globalization;
using System.Text;

namespace Lethe.Gateway.Documents.Reading.Pdf;

/// <summary>
/// Hides from the parser the font programs that it interprets recursively and without a bound: a Type 1 subroutine that calls itself, or
/// TrueType glyphs made of each other, would overflow the stack and end the process; a compact font's subroutine would never end. Outlines are not needed to read text.
/// </summary>
internal static class PdfHazards
{
    // Without the first a Type 1 program is not parsed; without the others a TrueType program is not found.
    private static readonly byte[][] Names =
    [
        [.. "Length2"u8],
        [.. "FontFile2"u8],
        [.. "OpenType"u8],
    ];

    private const int LongestGlyphNumber = 5; // digits of 65,535
    private static readonly SearchValues<byte> OfOneNumber = SearchValues.Create("0123456789+-.eE"u8);
    private static readonly SearchValues<byte> Between = SearchValues.Create("[] \t\r\n\f\0"u8);

    /// <summary>Renames the keys in place.</summary>
    /// <param name="bytes">The file, or a stream that was unpacked.</param>
    public static void Hide(Span<byte> bytes)
    {
        for (int at = 0; ; )
        {
            int next = bytes[at..].IndexOf((byte)'/');
            if (next < 0)
            {
                return;
            }
            at += next + 1;
            foreach (byte[] name in Names)
            {
                if (Matches(bytes[at..], name))
                {
                    bytes[at] = (byte)'_';
                    break;
                }
            }
        }
    }

    /// <summary>
    /// Says whether an array has three numbers in a row of which the second is beyond any glyph's: as widths of glyphs from one number
    /// to another (ISO 32000-2, 9.7.4.3), the parser would write out each of them, two thousand million if it is told so.
    /// </summary>
    /// <param name="bytes">The file, or a stream that was unpacked.</param>
    /// <returns>Whether one has.</returns>
    public static bool HasEndlessWidths(ReadOnlySpan<byte> bytes)
    {
        for (int at = 0; at < bytes.Length; at++)
        {
            int next = bytes[at..].IndexOf((byte)'[');
            if (next < 0)
            {
                return false;
            }
            at += next;
            ReadOnlySpan<byte> before = bytes[Math.Max(0, at - 16)..at].TrimEnd("\r\n\t\f\0 "u8);
            bool known = before.EndsWith("/ByteRange"u8) || before.EndsWith("/Index"u8) || before.EndsWith("/H"u8);
            int read = 0;
            if (!known && HasEndlessRange(bytes[(at + 1)..], out read))
            {
                return true;
            }
            at += read;
        }
        return false;
    }

    /// <summary>
    /// Says whether an encrypted file may have an object stream that no filter unpacks: the parser would see names in it that
    /// <see cref="Hide"/> has not.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <returns>Whether it may.</returns>
    public static bool MayHideObjects(ReadOnlySpan<byte> file)
    {
        for (int at = 0; ; )
        {
            int next = file[at..].IndexOf("stream"u8);
            if (next < 0)
            {
                return false;
            }
            at += next + 6;
            ReadOnlySpan<byte> before = file[..(at - 6)].TrimEnd("\r\n\t\f\0 "u8);
            if (!before.EndsWith(">>"u8))
            {
                continue;
            }
            int start = before.LastIndexOf("obj"u8);
            ReadOnlySpan<byte> dictionary = before[(start < 0 ? 0 : start)..];
            bool plain = dictionary.IndexOf("/Filter"u8) < 0;
            if (plain && (dictionary.IndexOf("/N"u8) >= 0 || dictionary.Contains((byte)'#')))
            {
                return true;
            }
        }
    }

    // Reads numbers, brackets and comments, as far as there is nothing else.
    private static bool HasEndlessRange(ReadOnlySpan<byte> numbers, out int read)
    {
        int row = 0; // numbers in a row
        bool endless = false;
        for (read = 0; read < numbers.Length; )
        {
            ReadOnlySpan<byte> rest = numbers[read..];
            if (rest[0] == '%')
            {
                int end = rest.IndexOfAny((byte)'\r', (byte)'\n');
                read += end < 0 ? rest.Length : end;
                continue;
            }
            if (Between.Contains(rest[0]))
            {
                row = rest[0] is (byte)'[' or (byte)']' ? 0 : row;
                read++;
                continue;
            }
            int length = rest.IndexOfAnyExcept(OfOneNumber);
            length = length < 0 ? rest.Length : length;
            if (length == 0)
            {
                return false;
            }
            if (endless && row > 1)
            {
                return true;
            }
            ReadOnlySpan<byte> digits = rest[..length].TrimStart("+-0"u8);
            int point = digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            row++;
            endless = row > 1 && (point < 0 ? digits.Length : point) > LongestGlyphNumber;
            read += length;
        }
        return false;
    }

    // A name may have any of its characters as # and two hexadecimal digits (ISO 32000-2, 7.3.5).
    private static bool Matches(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> name)
    {
        foreach (byte expected in name)
        {
            if (bytes.IsEmpty)
            {
                return false;
            }
            if (bytes[0] == expected)
            {
                bytes = bytes[1..];
                continue;
            }
            bool escaped =
                bytes.Length >= 3
                && bytes[0] == '#'
                && byte.TryParse(
                    Encoding.Latin1.GetString(bytes[1..3]),
                    NumberStyles.AllowHexSpecifier,
                    CultureInfo.InvariantCulture,
                    out byte code
                )
                && code == expected;
            if (!escaped)
            {
                return false;
            }
            bytes = bytes[3..];
        }
        return true;
    }
}
