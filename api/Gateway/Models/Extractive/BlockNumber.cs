using System.Buffers;

namespace Lethe.Gateway.Models.Extractive;

/// <summary>Reads the bullet or number at the beginning of a block: <c>-</c>, <c>1.</c>, <c>4.2</c>, <c>(1a)</c>, <c>a)</c>, <c>IV.</c></summary>
internal static class BlockNumber
{
    private static readonly SearchValues<byte> RomanDigits = SearchValues.Create("IVXivx"u8);
    private const int LongestNumber = 12;

    /// <summary>Reads it.</summary>
    /// <param name="block">The block.</param>
    /// <returns>Where the number itself begins, its length (0 without one, also for a bullet), and where the text begins.</returns>
    public static (int Start, int Length, int Behind) Of(ReadOnlySpan<byte> block)
    {
        int position = SkipBullet(block);
        (int start, int length, int behind) = Number(block[position..]);
        return length == 0 ? (0, 0, position) : (position + start, length, position + behind);
    }

    private static int SkipBullet(ReadOnlySpan<byte> block)
    {
        int bullet =
            block.StartsWith("•"u8) || block.StartsWith("▪"u8) || block.StartsWith("– "u8) ? 3
            : block.Length > 1 && block[0] is (byte)'-' or (byte)'*' or (byte)'+' && block[1] is (byte)' ' or (byte)'\t' ? 1
            : 0;
        return bullet == 0 ? 0 : SkipBlanks(block, bullet);
    }

    private static (int Start, int Length, int Behind) Number(ReadOnlySpan<byte> text)
    {
        bool bracket = text.Length > 2 && text[0] == '(';
        int start = bracket ? 1 : 0;
        int end = start;
        while (end < text.Length && end - start <= LongestNumber && (char.IsAsciiLetterOrDigit((char)text[end]) || text[end] == '.'))
        {
            end++;
        }
        ReadOnlySpan<byte> number = text[start..end];
        bool closed = end < text.Length && text[end] == ')';
        bool dotted = number.EndsWith("."u8);
        number = number.TrimEnd((byte)'.');
        int behind = SkipBlanks(text, end + (closed ? 1 : 0));
        bool apart = behind > end + (closed ? 1 : 0) || behind >= text.Length;
        if (number.Length is 0 or > LongestNumber || !apart || (bracket && !closed) || !(closed || dotted || number.Contains((byte)'.')))
        {
            return default;
        }
        return IsNumber(number) ? (start, number.Length, behind) : default;
    }

    // Digits with at most one letter, parts of them with dots, one letter, or a Roman number.
    private static bool IsNumber(ReadOnlySpan<byte> number)
    {
        if (number.Length == 1)
        {
            return char.IsAsciiLetterOrDigit((char)number[0]);
        }
        if (number.IndexOfAnyExcept(RomanDigits) < 0)
        {
            return true;
        }
        if (!char.IsAsciiDigit((char)number[0]))
        {
            return false;
        }
        int letters = 0;
        int digits = 0;
        foreach (byte value in number)
        {
            letters += char.IsAsciiLetter((char)value) ? 1 : 0;
            digits = char.IsAsciiDigit((char)value) ? digits + 1 : 0;
            if (letters > 1 || digits > 3)
            {
                return false;
            }
        }
        return true;
    }

    private static int SkipBlanks(ReadOnlySpan<byte> text, int position)
    {
        while (position < text.Length && text[position] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r')
        {
            position++;
        }
        return Math.Min(position, text.Length);
    }
}
