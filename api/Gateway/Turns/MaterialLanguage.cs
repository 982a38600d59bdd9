using System.Collections.Frozen;

namespace Lethe.Gateway.Turns;

/// <summary>
/// Which of our four languages a text is in, from its commonest function words. Works on bytes: no word becomes a string. Words that
/// two of the languages share say nothing and are not on the lists.
/// </summary>
internal static class MaterialLanguage
{
    private const int BytesRead = 64 * 1024; // of each text
    private const int LongestWord = 8;
    private const int Least = 3;

    private static readonly string[] Names = ["de", "en", "fr", "it"];

    private static readonly FrozenDictionary<ulong, int> Languages = new[]
    {
        "und der das ist nicht von den mit für dem ein eine einer eines werden wird zu auf sich auch bei nach oder durch kann sind wenn sowie",
        "the and of to shall is for that by any this with or be as are not which may from has each such under its will if have these",
        "les et des est une dans pour qui que sur par aux au ou ne pas avec son sa ses être cette ces dont leur sont elle celui lors",
        "il di che è della del per una con nel alla gli delle dei al ha sono questo questa dalla anche ogni sua suo essere può dal nella",
    }
        .SelectMany((words, language) => words.Split(' ').Select(word => (Key: KeyOf(System.Text.Encoding.UTF8.GetBytes(word)), language)))
        .ToFrozenDictionary(word => word.Key, word => word.language);

    /// <summary>Tells the language of a turn's material.</summary>
    /// <param name="turn">Its selection counts when there is one.</param>
    /// <param name="material">Otherwise the documents count.</param>
    /// <returns><c>de</c>, <c>en</c>, <c>fr</c> or <c>it</c>; null when it is none of them or not clear.</returns>
    public static string? Of(TurnRequest turn, TurnMaterial material)
    {
        Span<int> counts = stackalloc int[Names.Length];
        if (!turn.Selection.IsEmpty)
        {
            Count(turn.Selection.Span, counts);
        }
        else
        {
            foreach (Documents.Reading.DocumentText document in material.Documents)
            {
                Count(document.Utf8.Span, counts);
            }
        }
        return Clearest(counts);
    }

    /// <summary>Tells the language of a text.</summary>
    /// <param name="utf8">The text.</param>
    /// <returns><c>de</c>, <c>en</c>, <c>fr</c> or <c>it</c>; null when it is none of them or not clear.</returns>
    public static string? Of(ReadOnlySpan<byte> utf8)
    {
        Span<int> counts = stackalloc int[Names.Length];
        Count(utf8, counts);
        return Clearest(counts);
    }

    private static string? Clearest(ReadOnlySpan<int> counts)
    {
        int best = 0;
        int second = -1;
        for (int language = 1; language < counts.Length; language++)
        {
            if (counts[language] > counts[best])
            {
                (best, second) = (language, best);
            }
            else if (second < 0 || counts[language] > counts[second])
            {
                second = language;
            }
        }
        return counts[best] >= Least && counts[best] >= 2 * counts[second] ? Names[best] : null;
    }

    private static void Count(ReadOnlySpan<byte> utf8, Span<int> counts)
    {
        utf8 = utf8[..Math.Min(utf8.Length, BytesRead)];
        while (!utf8.IsEmpty)
        {
            int length = 0;
            while (length < utf8.Length && IsOfWord(utf8[length]))
            {
                length++;
            }
            if (length is > 0 and <= LongestWord && Languages.TryGetValue(KeyOf(utf8[..length]), out int language))
            {
                counts[language]++;
            }
            utf8 = utf8[Math.Min(length + 1, utf8.Length)..];
        }
    }

    private static bool IsOfWord(byte unit) => unit >= 0x80 || char.IsAsciiLetter((char)unit);

    private static ulong KeyOf(ReadOnlySpan<byte> word)
    {
        ulong key = 0;
        foreach (byte unit in word)
        {
            key = (key << 8) | (unit is >= (byte)'A' and <= (byte)'Z' ? (byte)(unit | 0x20) : unit);
        }
        return key;
    }
}
