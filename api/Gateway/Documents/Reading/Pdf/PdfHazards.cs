using System.Globalization;
using System.Text;

namespace Lethe.Gateway.Documents.Reading.Pdf;

/// <summary>
/// Hides font programs from the parser, which interprets them without a bound: a subroutine that calls itself, or TrueType glyphs made of
/// each other, would overflow the stack and end the process, or would never end. Outlines are not needed to read text.
/// </summary>
internal static class PdfHazards
{
    private static readonly byte[] Name = [.. "FontFile"u8]; // and FontFile2 and FontFile3
    private const int MostDigits = 6; // a million objects in one stream

    private static ReadOnlySpan<byte> Blanks => "\r\n\t\f\0 "u8;

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
            if (Matches(bytes[at..], Name))
            {
                bytes[at] = (byte)'_';
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
            ReadOnlySpan<byte> before = file[..(at - 6)].TrimEnd(Blanks);
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

    /// <summary>
    /// Says whether a stream names more objects than any has. The parser lists as many as an object stream says; those that are packed
    /// are asked when they are unpacked, and this is for those that are not.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <returns>Whether one does.</returns>
    public static bool HasEndlessObjects(ReadOnlySpan<byte> file)
    {
        for (int at = 0; ; )
        {
            int next = file[at..].IndexOf((byte)'/');
            if (next < 0)
            {
                return false;
            }
            at += next + 1;
            if (!Matches(file[at..], "N"u8))
            {
                continue;
            }
            ReadOnlySpan<byte> number = AfterBlanks(file[(at + (file[at] == '#' ? 3 : 1))..]).TrimStart("+0"u8);
            int digits = number.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            digits = digits < 0 ? number.Length : digits;
            if (digits > MostDigits || (digits > 0 && digits < number.Length && number[digits] is (byte)'e' or (byte)'E'))
            {
                return true;
            }
        }
    }

    private static ReadOnlySpan<byte> AfterBlanks(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes.TrimStart(Blanks);
        while (!bytes.IsEmpty && bytes[0] == '%')
        {
            int end = bytes.IndexOfAny((byte)'\r', (byte)'\n');
            bytes = bytes[(end < 0 ? bytes.Length : end)..].TrimStart(Blanks);
        }
        return bytes;
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
