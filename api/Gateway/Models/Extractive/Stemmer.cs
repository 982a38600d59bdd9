namespace Lethe.Gateway.Models.Extractive;

/// <summary>
/// Takes the endings off a folded word, lightly: cases and plurals, not parts of speech, so that Miete and Mieter stay two
/// words. English follows Harman's S-stemmer ("How effective is suffixing?", JASIS 42, 1991) with -ed, -ing and -ion.
/// </summary>
internal static class Stemmer
{
    /// <summary>Stems a word in place.</summary>
    /// <param name="word">The folded word.</param>
    /// <param name="language">Its language.</param>
    /// <returns>The stem: the beginning of the same buffer.</returns>
    public static Span<char> Stem(Span<char> word, TextLanguage language) =>
        language switch
        {
            TextLanguage.De => German(word),
            TextLanguage.En => English(word),
            _ => Romance(word),
        };

    private static Span<char> German(Span<char> word)
    {
        if (word.Length > 6 && (word.EndsWith("en") || word.EndsWith("es")))
        {
            return word[..^2];
        }
        if (word.Length > 4 && word[^1] is 'e' or 'n' or 's' && !word.EndsWith("ss"))
        {
            return word[..^1];
        }
        return word;
    }

    private static Span<char> English(Span<char> word)
    {
        if (word.Length > 4 && word.EndsWith("ies"))
        {
            word = word[..^2];
        }
        else if (word.Length > 4 && word.EndsWith("sses"))
        {
            word = word[..^2];
        }
        else if (word.Length > 3 && word[^1] == 's' && word[^2] is not ('s' or 'u' or 'i'))
        {
            word = word[..^1];
        }
        if (word.Length > 6 && word.EndsWith("ing"))
        {
            word = word[..^3];
        }
        else if (word.Length > 5 && word.EndsWith("ed"))
        {
            word = word[..^2];
        }
        else if (word.Length > 6 && (word.EndsWith("tion") || word.EndsWith("sion")))
        {
            word = word[..^3];
        }
        if (word.Length > 4 && word[^1] == 'e')
        {
            word = word[..^1];
        }
        if (word.Length > 3 && word[^1] == 'y')
        {
            word[^1] = 'i';
        }
        return word;
    }

    private static Span<char> Romance(Span<char> word)
    {
        if (word.Length > 4 && word[^1] is 's' or 'x')
        {
            word = word[..^1];
        }
        return word.Length > 4 && word[^1] is 'e' or 'a' or 'i' or 'o' ? word[..^1] : word;
    }
}
