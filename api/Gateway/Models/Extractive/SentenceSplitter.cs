using System.Buffers;
using System.Text;

namespace Lethe.Gateway.Models.Extractive;

/// <summary>
/// Finds where sentences end within a block. Knows what in legal German and English has a full stop without ending anything:
/// abbreviations (Abs., Nr., i.V.m., Inc., No.), ordinals and dates (1. Januar), initials, ellipses, brackets.
/// </summary>
internal static class SentenceSplitter
{
    private static readonly SearchValues<byte> BeforeToken = SearchValues.Create(" \t\n\r(["u8);
    private const int LongestBracket = 400;

    private static readonly HashSet<ulong> Abbreviations = TermHash.SetOf(
        "abs abschn abt alt anl anm art artt arg aufl az bd beschl bgbl bspw bsp buchst bzgl bzw ca dipl dr entsch entspr erg etc evtl exkl f ff fn gem geb gez ggf ggu grds halbs hins hrsg hs idf inkl insb insbes jahrg jur kap kl lfd lit max mind min mio mrd mwst nachf nr nrn num okt pos prof rdnr rn rz s sog st std str tel unbest urt usw vers vgl vgl verf vorbem zb ziff zit zzgl bez betr jan feb apr jun jul aug sep sept nov dez "
            + "inc ltd corp co no nos sec secs sect para paras cl cls vs v mr mrs ms messrs sr fig figs approx dept rev al cf vol pp p ch ex exh sched eg ie viz ibid llc plc bros "
            + "al ed mm mme mlle sig dott avv cod civ proc pen lett segg ss artt reg cass trib"
    );

    private static readonly HashSet<ulong> References = TermHash.SetOf(
        "satz absatz nummer artikel paragraph anlage anhang ziffer buchstabe seite section clause article paragraph schedule exhibit annex page version alinea"
    );

    private static readonly HashSet<ulong> Months = TermHash.SetOf(
        "januar februar marz april mai juni juli august september oktober november dezember january february march may june july october december"
    );

    /// <summary>Splits a block.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="block">The block.</param>
    /// <param name="language">The text's language.</param>
    /// <param name="ends">Takes the byte behind each sentence; the last is the block's end.</param>
    public static void Split(ReadOnlySpan<byte> text, TextBlock block, TextLanguage language, List<int> ends)
    {
        int depth = 0;
        int openedAt = 0;
        int sentence = block.Start;
        for (int i = block.Start; i < block.End; i++)
        {
            byte value = text[i];
            if (value is (byte)'(' or (byte)'[')
            {
                openedAt = depth++ == 0 ? i : openedAt;
            }
            else if (value is (byte)')' or (byte)']')
            {
                depth = Math.Max(depth - 1, 0);
            }
            else if (value is (byte)'.' or (byte)'!' or (byte)'?')
            {
                if (
                    depth > 0
                    && i - openedAt < LongestBracket
                    && text[i..block.End].IndexOfAny((byte)')', (byte)']') is >= 0 and < LongestBracket
                )
                {
                    continue;
                }
                int end = BehindClosingMarks(text, i + 1, block.End);
                if (end >= block.End || !IsBlank(text[end]))
                {
                    continue;
                }
                if (value == '.' && !EndsSentence(text[sentence..block.End], i - sentence, end - sentence, language))
                {
                    continue;
                }
                ends.Add(end);
                sentence = end;
                depth = 0;
            }
        }
        ends.Add(block.End);
    }

    private static bool EndsSentence(ReadOnlySpan<byte> text, int dot, int end, TextLanguage language)
    {
        ReadOnlySpan<byte> next = text[end..].TrimStart(" \t\r\n\"'(["u8);
        if (next.IsEmpty)
        {
            return true;
        }
        if (Rune.DecodeFromUtf8(next, out Rune first, out _) != System.Buffers.OperationStatus.Done || Rune.IsLower(first))
        {
            return false;
        }
        ReadOnlySpan<byte> before = text[..dot];
        int tokenAt = before.LastIndexOfAny(BeforeToken) + 1;
        ReadOnlySpan<byte> token = before[tokenAt..];
        if (token.IsEmpty || token[^1] == '.')
        {
            return false; // an ellipsis stands for words that are missing, within a sentence or at its end
        }
        if (token.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0)
        {
            return NumberEnds(before[..tokenAt], token.Length, next, language);
        }
        if (token.Contains((byte)'.') && IsDotted(token))
        {
            return false;
        }
        Span<char> folded = stackalloc char[WordReader.LongestWord];
        WordReader words = new(token, folded);
        ulong last = 0;
        int letters = 0;
        while (words.MoveNext())
        {
            last = TermHash.Of(words.Folded);
            letters = words.Folded.Length;
        }
        folded.Clear();
        bool roman = token.IndexOfAnyExcept("IVX"u8) < 0;
        return letters == 0 || (letters > 1 && !roman && !Abbreviations.Contains(last));
    }

    // "§ 535. Der …" ends; "am 1. Januar", "der 2. Senat" do not.
    private static bool NumberEnds(ReadOnlySpan<byte> before, int digits, ReadOnlySpan<byte> next, TextLanguage language)
    {
        if (digits > 2)
        {
            return true;
        }
        Span<char> folded = stackalloc char[WordReader.LongestWord];
        WordReader following = new(next, folded);
        if (following.MoveNext() && Months.Contains(TermHash.Of(following.Folded)))
        {
            return false;
        }
        before = before.TrimEnd(" \t\r\n"u8);
        int at = before.LastIndexOfAny(" \t\r\n("u8) + 1;
        WordReader preceding = new(before[at..], folded);
        bool reference = before.EndsWith("§"u8) || (preceding.MoveNext() && References.Contains(TermHash.Of(preceding.Folded)));
        folded.Clear();
        return reference || language is not TextLanguage.De;
    }

    // "i.V.m", "z.B", "e.g", "U.S"
    private static bool IsDotted(ReadOnlySpan<byte> token)
    {
        foreach (Range range in token.Split((byte)'.'))
        {
            ReadOnlySpan<byte> part = token[range].Trim("\"'*„“"u8);
            if (part.Length > 3 || part.IndexOfAnyInRange((byte)'0', (byte)'9') >= 0)
            {
                return false;
            }
        }
        return true;
    }

    private static int BehindClosingMarks(ReadOnlySpan<byte> text, int position, int end)
    {
        while (position < end)
        {
            ReadOnlySpan<byte> rest = text[position..end];
            if (rest[0] is (byte)'"' or (byte)'\'' or (byte)')' or (byte)']' or (byte)'*' or (byte)'_')
            {
                position++;
            }
            else if (rest.StartsWith("“"u8) || rest.StartsWith("”"u8) || rest.StartsWith("’"u8))
            {
                position += 3;
            }
            else if (rest.StartsWith("»"u8) || rest.StartsWith("«"u8))
            {
                position += 2;
            }
            else
            {
                break;
            }
        }
        return position;
    }

    private static bool IsBlank(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r';
}
