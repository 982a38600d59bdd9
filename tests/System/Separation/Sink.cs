using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace Lethe.SystemTests.Separation;

/// <summary>Something that a plane leaves behind: a dump, a file, a log, a page of metrics.</summary>
/// <param name="Name">Which, for messages.</param>
/// <param name="Bytes">All of it.</param>
internal sealed record Sink(string Name, byte[] Bytes)
{
    /// <summary>Makes one of text.</summary>
    public static Sink OfText(string name, string text) => new(name, Encoding.UTF8.GetBytes(text));

    /// <summary>Gives this sink with something more in it.</summary>
    public Sink With(byte[] more) => new(Name, [.. Bytes, .. "\n"u8, .. more]);
}

/// <summary>Looks for identifiers in what a plane left behind.</summary>
internal sealed partial class Search
{
    private const int Most = 10; // enough to see what it is
    private readonly Dictionary<string, Identifier> anyCase = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Identifier> exact = new(StringComparer.Ordinal);
    private readonly SearchValues<string> anyCaseForms;
    private readonly SearchValues<string> exactForms;

    public Search(IReadOnlyCollection<Identifier> identifiers)
    {
        foreach (Identifier identifier in identifiers)
        {
            foreach (string form in identifier.AnyCase)
            {
                anyCase.TryAdd(form, identifier);
            }
            foreach (string form in identifier.Exact)
            {
                exact.TryAdd(form, identifier);
            }
        }
        anyCaseForms = SearchValues.Create([.. anyCase.Keys], StringComparison.OrdinalIgnoreCase);
        exactForms = SearchValues.Create([.. exact.Keys], StringComparison.Ordinal);
    }

    /// <summary>Finds the identifiers that a sink holds.</summary>
    /// <returns>Which of them, each with a piece of the place; never more than a few.</returns>
    public IReadOnlyList<string> FindIn(Sink sink) => [.. AllIn(sink).Take(Most)];

    /// <summary>Finds them without a bound.</summary>
    public IEnumerable<string> AllIn(Sink sink)
    {
        string text = Encoding.Latin1.GetString(sink.Bytes);
        return Find(sink, text, anyCaseForms, anyCase).Concat(Find(sink, text, exactForms, exact));
    }

    /// <summary>
    /// Picks what looks like a random identifier out of a sink's text, whatever it may be: GUIDs, long hexadecimal numbers, and long words of
    /// capitals, small letters and digits.
    /// </summary>
    public static HashSet<string> RandomWords(Sink sink) =>
        [
            .. Word()
                .Matches(Encoding.Latin1.GetString(sink.Bytes))
                .Select(match => match.Value)
                .Where(word =>
                    word.Any(char.IsAsciiDigit) && word.Any(char.IsAsciiLetter) && (Hexadecimal().IsMatch(word) || IsMixed(word))
                ),
        ];

    private static IEnumerable<string> Find(Sink sink, string text, SearchValues<string> forms, Dictionary<string, Identifier> identifiers)
    {
        const int Around = 40;
        StringComparison comparison = identifiers.Comparer.Equals("a", "A") ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        for (int at = IndexOf(text, 0, forms); at >= 0; at = IndexOf(text, at + 1, forms))
        {
            (string form, Identifier identifier) = identifiers.First(entry =>
                string.Compare(text, at, entry.Key, 0, entry.Key.Length, comparison) == 0
            );
            string place = text[Math.Max(0, at - Around)..Math.Min(text.Length, at + form.Length + Around)];
            yield return $"{identifier.What} in {sink.Name}: …{Unprintable().Replace(place, ".")}…";
        }
    }

    private static int IndexOf(string text, int from, SearchValues<string> forms)
    {
        int at = text.AsSpan(from).IndexOfAny(forms);
        return at < 0 ? at : from + at;
    }

    private static bool IsMixed(string word) => word.Length >= 20 && word.Any(char.IsAsciiLetterLower) && word.Any(char.IsAsciiLetterUpper);

    [GeneratedRegex("[A-Za-z0-9_-]{16,}", RegexOptions.None, 10_000)]
    private static partial Regex Word();

    [GeneratedRegex("^[0-9a-f-]+$", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Hexadecimal();

    [GeneratedRegex("[^ -~]", RegexOptions.None, 1000)]
    private static partial Regex Unprintable();
}
