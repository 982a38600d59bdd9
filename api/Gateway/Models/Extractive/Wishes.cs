namespace Lethe.Gateway.Models.Extractive;

/// <summary>The little that the model understands of an instruction.</summary>
internal static class Wishes
{
    private static readonly HashSet<ulong> Summaries = TermHash.SetOf(
        "zusammenfassen zusammenfassung fasse fass zusammen uberblick summarise summarize summary summarised summarized overview resume resumer resumez riassumi riassunto riassumere sintesi"
    );

    private static readonly HashSet<ulong> Translations = TermHash.SetOf(
        "ubersetze ubersetzen ubersetzung ubersetz translate translation traduis traduire traduisez traduction traduci tradurre traduzione"
    );

    private static readonly HashSet<ulong> SentenceWords = TermHash.SetOf(
        "satz satze satzen stichpunkt stichpunkte stichpunkten punkte punkten sentence sentences bullet bullets points phrase phrases frase frasi punti"
    );

    private static readonly Dictionary<ulong, int> Numbers = NumbersOf(
        "ein zwei drei vier funf sechs sieben acht neun zehn",
        "one two three four five six seven eight nine ten",
        "une deux trois quatre cinq six sept huit neuf dix",
        "una due tre quattro cinque sei sette otto nove dieci"
    );

    /// <summary>Tells whether an instruction asks about something rather than for a summary.</summary>
    /// <param name="instruction">UTF-8.</param>
    /// <returns>Whether it does.</returns>
    public static bool AsksSomething(ReadOnlySpan<byte> instruction) =>
        !instruction.Trim(" \t\r\n"u8).IsEmpty && !Has(instruction, Summaries);

    /// <summary>Tells whether an instruction asks for a translation, which the model cannot make.</summary>
    /// <param name="instruction">UTF-8.</param>
    /// <returns>Whether it does.</returns>
    public static bool AsksForTranslation(ReadOnlySpan<byte> instruction) =>
        Has(instruction[..Math.Min(instruction.Length, 200)], Translations);

    /// <summary>Gets how many sentences an instruction asks for.</summary>
    /// <param name="instruction">UTF-8.</param>
    /// <returns>1 to 40, or 0 when it does not say.</returns>
    public static int Sentences(ReadOnlySpan<byte> instruction)
    {
        Span<char> folded = stackalloc char[WordReader.LongestWord];
        WordReader words = new(instruction, folded);
        int number = 0;
        int age = 0;
        while (words.MoveNext())
        {
            ulong hash = TermHash.Of(words.Folded);
            if (number > 0 && age <= 2 && SentenceWords.Contains(hash))
            {
                folded.Clear();
                return Math.Min(number, 40);
            }
            age++;
            if (int.TryParse(words.Folded, out int digits) || Numbers.TryGetValue(hash, out digits))
            {
                (number, age) = (digits, 0);
            }
        }
        folded.Clear();
        return 0;
    }

    private static bool Has(ReadOnlySpan<byte> instruction, HashSet<ulong> any)
    {
        Span<char> folded = stackalloc char[WordReader.LongestWord];
        WordReader words = new(instruction, folded);
        bool found = false;
        while (!found && words.MoveNext())
        {
            found = any.Contains(TermHash.Of(words.Folded));
        }
        folded.Clear();
        return found;
    }

    private static Dictionary<ulong, int> NumbersOf(params string[] languages)
    {
        Dictionary<ulong, int> numbers = [];
        foreach (string language in languages)
        {
            int value = 0;
            foreach (string word in language.Split(' '))
            {
                numbers[TermHash.Of(word)] = ++value;
            }
        }
        return numbers;
    }
}
