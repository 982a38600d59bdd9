using System.Buffers;
using System.Text;

namespace Lethe.Gateway.Models.Extractive;

/// <summary>
/// Reads words out of UTF-8: runs of letters and digits, in lower case and without accents (ß becomes ss). The folded word
/// stands in a buffer of the caller's; letters beyond it are passed over.
/// </summary>
internal ref struct WordReader(ReadOnlySpan<byte> text, Span<char> buffer)
{
    /// <summary>How many characters of a word are told apart.</summary>
    public const int LongestWord = 48;

    private readonly ReadOnlySpan<byte> text = text;
    private readonly Span<char> buffer = buffer;
    private int position;

    /// <summary>Gets the word's first byte.</summary>
    public int Start { get; private set; }

    /// <summary>Gets the byte behind the word.</summary>
    public int End { get; private set; }

    /// <summary>Gets a value indicating whether the word has a digit.</summary>
    public bool HasDigit { get; private set; }

    /// <summary>Gets a value indicating whether the word begins with a capital.</summary>
    public bool IsCapital { get; private set; }

    /// <summary>Gets a value indicating whether the word is two capitals or more and nothing else.</summary>
    public bool IsUpper { get; private set; }

    /// <summary>Gets the folded word; may be changed by a stemmer.</summary>
    public Span<char> Folded { get; private set; }

    /// <summary>Goes to the next word.</summary>
    /// <returns>Whether there is one.</returns>
    public bool MoveNext()
    {
        int length = 0;
        bool inside = false;
        bool upper = true;
        int letters = 0;
        HasDigit = false;
        while (position < text.Length)
        {
            int width = 1;
            Rune rune;
            byte first = text[position];
            if (first < 0x80)
            {
                rune = new Rune(first);
            }
            else if (Rune.DecodeFromUtf8(text[position..], out rune, out width) != OperationStatus.Done)
            {
                rune = Rune.ReplacementChar;
            }
            bool letter = Rune.IsLetter(rune);
            bool digit = !letter && first < 0x80 && char.IsAsciiDigit((char)first);
            if (!letter && !digit)
            {
                if (inside)
                {
                    break;
                }
                position += width;
                continue;
            }
            if (!inside)
            {
                inside = true;
                Start = position;
                IsCapital = letter && Rune.IsUpper(rune);
            }
            HasDigit |= digit;
            letters++;
            upper &= digit || Rune.IsUpper(rune);
            length = Fold(Rune.ToLowerInvariant(rune), length);
            position += width;
        }
        End = position;
        IsUpper = upper && letters > 1;
        Folded = buffer[..length];
        return inside;
    }

    private readonly int Fold(Rune rune, int length)
    {
        if (length + 2 > buffer.Length)
        {
            return length;
        }
        switch (rune.Value)
        {
            case < 0x80:
                buffer[length] = (char)rune.Value;
                return length + 1;
            case 'ß' or 'æ':
                buffer[length] = rune.Value == 'ß' ? 's' : 'a';
                buffer[length + 1] = rune.Value == 'ß' ? 's' : 'e';
                return length + 2;
            case 'ä' or 'à' or 'á' or 'â' or 'ã' or 'å':
                buffer[length] = 'a';
                return length + 1;
            case 'ö' or 'ò' or 'ó' or 'ô' or 'õ':
                buffer[length] = 'o';
                return length + 1;
            case 'ü' or 'ù' or 'ú' or 'û':
                buffer[length] = 'u';
                return length + 1;
            case 'é' or 'è' or 'ê' or 'ë':
                buffer[length] = 'e';
                return length + 1;
            case 'í' or 'ì' or 'î' or 'ï':
                buffer[length] = 'i';
                return length + 1;
            case 'ç':
                buffer[length] = 'c';
                return length + 1;
            case 'ñ':
                buffer[length] = 'n';
                return length + 1;
            case <= char.MaxValue:
                buffer[length] = (char)rune.Value;
                return length + 1;
            default:
                return length;
        }
    }
}
