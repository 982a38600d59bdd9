using System.Buffers;

namespace Lethe.Gateway.Models.Extractive;

/// <summary>What a sentence looks like, without regard to the others: whether it may be chosen, and how gladly.</summary>
internal struct SentenceTraits
{
    private static readonly SearchValues<byte> TemplateMarks = SearchValues.Create("@{}|\\<"u8);
    private const int FewestWords = 6;
    private const int MostWords = 110;
    private int words;
    private int capitals;
    private int references;
    private int numbers;
    private int cues;
    private int notices;
    private bool measureWord;

    /// <summary>Gets a value indicating whether the sentence leans on the one before it.</summary>
    public bool Leans { get; private set; }

    /// <summary>Gets a value indicating whether it has a word of duty, right, term or amount.</summary>
    public readonly bool HasCue => cues > 0;

    /// <summary>Gets a value indicating whether it tells a time or an amount.</summary>
    public readonly bool Measures => measureWord;

    /// <summary>Tells whether a text ends as a sentence does.</summary>
    /// <param name="text">The text.</param>
    /// <returns>Whether it does.</returns>
    public static bool Ends(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> body = text.TrimEnd(" \t\r\n*_\"')]"u8);
        while (body.EndsWith("“"u8) || body.EndsWith("”"u8))
        {
            body = body[..^3];
        }
        return !body.IsEmpty && body[^1] is (byte)'.' or (byte)'!' or (byte)'?';
    }

    /// <summary>Takes the next word.</summary>
    /// <param name="hash">Its hash.</param>
    /// <param name="word">The word.</param>
    /// <param name="language">The language.</param>
    public void Take(ulong hash, WordReader word, TextLanguage language)
    {
        if (words == 0)
        {
            Leans = WordLists.Leaning.Contains(hash);
        }
        else if (words == 1 && Leans && language == TextLanguage.En && word.IsCapital)
        {
            Leans = false; // "This Agreement"
        }
        words++;
        capitals += word.IsUpper ? 1 : 0;
        numbers += word.HasDigit ? 1 : 0;
        references += WordLists.References.Contains(hash) ? 1 : 0;
        notices += WordLists.Notices.Contains(hash) ? 1 : 0;
        measureWord |= WordLists.Measures.Contains(hash);
        cues += WordLists.IsCue(hash, language) ? 1 : 0;
    }

    /// <summary>Judges the sentence.</summary>
    /// <param name="text">The sentence.</param>
    /// <param name="inSection">How many sentences of its section could be chosen before it.</param>
    /// <param name="inText">How many sentences stand before it.</param>
    /// <returns>0 when it may not be chosen; otherwise about 0.1 to 2.</returns>
    public readonly float Prior(ReadOnlySpan<byte> text, int inSection, int inText)
    {
        if (words < FewestWords || words > MostWords || !Ends(text) || !BeginsWell(text) || IsFilledIn(text))
        {
            return 0;
        }
        float prior = words switch
        {
            < 9 => 0.6f,
            < 12 => 0.85f,
            <= 45 => 1f,
            <= 65 => 0.8f,
            _ => 0.55f,
        };
        float pointing = (float)(references + numbers) / words;
        prior *= pointing switch
        {
            > 0.3f => 0.2f,
            > 0.2f => 0.45f,
            > 0.12f => 0.75f,
            _ => 1f,
        };
        prior *= (float)capitals / words > 0.3f ? 0.4f : 1f;
        prior *= notices > 0 ? 0.15f : 1f;
        prior *= text.StartsWith("“"u8) || text.StartsWith("„"u8) || text.StartsWith("\""u8) ? 0.5f : 1f; // a definition
        prior *= BlanksIn(text) switch
        {
            0 => 1f,
            1 or 2 => 0.6f,
            _ => 0f,
        };
        prior *= Leans ? 0.55f : 1f;
        prior *= 1f + (0.12f * Math.Min(cues, 3));
        prior *= inSection == 0 ? 1.2f : 1f;
        prior *= inText < 4 ? 1.15f : 1f;
        return prior;
    }

    private static bool BeginsWell(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> body = text.TrimStart("\"'(*_["u8);
        return !body.IsEmpty
            && body[0] is not (>= (byte)'a' and <= (byte)'z')
            && body[0] is not ((byte)',' or (byte)';' or (byte)')' or (byte)'.');
    }

    // Dots or underscores in a row, with or without blanks between them: something is to be filled in.
    private static int BlanksIn(ReadOnlySpan<byte> text)
    {
        int blanks = 0;
        for (int at = text.IndexOfAny((byte)'.', (byte)'_'); at >= 0; )
        {
            int run = SentenceWriter.BlankAt(text[at..]);
            blanks += run > 0 ? 1 : 0;
            at += Math.Max(run, 1);
            int next = text[at..].IndexOfAny((byte)'.', (byte)'_');
            at = next < 0 ? -1 : at + next;
        }
        return blanks;
    }

    // Addresses of the web and of mail, template marks, empty boxes.
    private static bool IsFilledIn(ReadOnlySpan<byte> text) =>
        text.IndexOf("http"u8) >= 0
        || text.IndexOf("www."u8) >= 0
        || (text.IndexOfAny(TemplateMarks) >= 0 && text.IndexOf("<span"u8) < 0)
        || text.IndexOf("…"u8) >= 0
        || text.IndexOf("[ "u8) >= 0
        || text.IndexOf("[_"u8) >= 0;
}
