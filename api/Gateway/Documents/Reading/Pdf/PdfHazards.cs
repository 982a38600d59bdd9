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
