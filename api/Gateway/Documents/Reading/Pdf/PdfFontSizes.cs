using UglyToad.PdfPig;
using UglyToad.PdfPig.Core;
using UglyToad.PdfPig.Filters;
using UglyToad.PdfPig.Parser.Parts;
using UglyToad.PdfPig.Tokenization.Scanner;
using UglyToad.PdfPig.Tokens;

namespace Lethe.Gateway.Documents.Reading.Pdf;

/// <summary>
/// Counts what a font becomes in memory before the parser reads it: from a few bytes that say "glyphs 0 to 2,000,000,000" the parser
/// writes out each of them.
/// </summary>
/// <param name="scanner">Finds objects.</param>
/// <param name="filters">Unpack streams.</param>
/// <param name="budget">Takes the count.</param>
internal sealed class PdfFontSizes(IPdfTokenScanner scanner, ILookupFilterProvider filters, ReadingBudget budget)
{
    private const int BytesOfEntry = 48; // of the parser's dictionaries, about
    private const int LongestCode = 4; // ISO 32000-2, 9.7.6.2
    private const int BytesOfKnownMap = 1024 * 1024; // the largest that the parser brings along, about
    private const int DeepestTokens = 128;

    /// <summary>Counts a font.</summary>
    /// <param name="font">The font's dictionary.</param>
    public void Count(DictionaryToken font)
    {
        CountArray(font, NameToken.Widths);
        CountMap(font, NameToken.ToUnicode);
        CountMap(font, NameToken.Encoding);
        if (Find(font, NameToken.Encoding, out DictionaryToken? encoding))
        {
            CountArray(encoding, NameToken.Differences);
        }
        if (!font.TryGet(NameToken.DescendantFonts, out IToken descendants))
        {
            return;
        }
        IToken first = DirectObjectFinder.TryGet(descendants, scanner, out ArrayToken? array) && array.Length > 0 ? array[0] : descendants;
        if (DirectObjectFinder.TryGet(first, scanner, out DictionaryToken? descendant))
        {
            CountRanges(descendant, NameToken.W, valuesOfRange: 1);
            CountRanges(descendant, NameToken.W2, valuesOfRange: 3);
        }
    }

    private bool Find<T>(DictionaryToken dictionary, NameToken key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out T? token)
        where T : class, IToken
    {
        token = null;
        return dictionary.TryGet(key, out IToken value) && DirectObjectFinder.TryGet(value, scanner, out token);
    }

    private void Add(double entries) => budget.Unpack((long)Math.Min(entries * BytesOfEntry, int.MaxValue));

    private void CountArray(DictionaryToken dictionary, NameToken key)
    {
        if (Find(dictionary, key, out ArrayToken? array))
        {
            Add(array.Length);
        }
    }

    // first [value …] or first last value (ISO 32000-2, 9.7.4.3); where it is neither, the parser gives the font up.
    private void CountRanges(DictionaryToken font, NameToken key, int valuesOfRange)
    {
        if (!Find(font, key, out ArrayToken? widths))
        {
            return;
        }
        for (int at = 0; at + 1 < widths.Length; )
        {
            if (!DirectObjectFinder.TryGet(widths[at], scanner, out NumericToken? first))
            {
                return;
            }
            if (DirectObjectFinder.TryGet(widths[at + 1], scanner, out ArrayToken? values))
            {
                Add(values.Length);
                at += 2;
            }
            else if (DirectObjectFinder.TryGet(widths[at + 1], scanner, out NumericToken? last))
            {
                Add(Math.Max(1, last.Double - first.Double + 1));
                at += 2 + valuesOfRange;
            }
            else
            {
                return;
            }
        }
    }

    // A map of codes to characters or glyphs is a program of its own (Adobe Technical Note 5014).
    private void CountMap(DictionaryToken font, NameToken key)
    {
        if (!Find(font, key, out StreamToken? stream))
        {
            return;
        }
        Memory<byte> program = stream.Decode(filters, scanner);
        budget.Unpack(program.Length);
        CoreTokenScanner tokens = new(
            new MemoryInputBytes(program),
            usePdfDocEncoding: false,
            new StackDepthGuard(DeepestTokens),
            isCMapParser: true
        );
        IToken? before = null;
        while (tokens.MoveNext())
        {
            budget.Check();
            IToken token = tokens.CurrentToken;
            switch ((token as OperatorToken)?.Data)
            {
                case "usecmap":
                    budget.Unpack(BytesOfKnownMap);
                    break;
                case "begincodespacerange":
                    Add((before as NumericToken)?.Double ?? 0);
                    CountCodes(tokens);
                    break;
                case "beginbfrange":
                    CountCharacters(tokens);
                    break;
                default:
                    break;
            }
            before = token;
        }
    }

    private void CountCodes(CoreTokenScanner tokens)
    {
        while (tokens.MoveNext() && tokens.CurrentToken is HexToken code)
        {
            budget.Check();
            if (code.Bytes.Length > LongestCode)
            {
                budget.Refuse(DocumentRefusal.Damaged);
            }
        }
    }

    private void CountCharacters(CoreTokenScanner tokens)
    {
        while (tokens.TryReadToken(out HexToken low) && tokens.TryReadToken(out HexToken high) && tokens.MoveNext())
        {
            double count = 0;
            for (int at = 0; at < Math.Min(low.Bytes.Length, high.Bytes.Length); at++)
            {
                count = (count * 256) + high.Bytes[at] - low.Bytes[at];
            }
            double most = tokens.CurrentToken is ArrayToken array ? array.Length : double.MaxValue;
            Add(Math.Max(1, Math.Min(count + 1, most)));
        }
    }
}
