using System.Collections.Immutable;

namespace Lethe.Control.Wording;

/// <summary>The languages of pages and mails. This process knows no cultures, so the choice and the texts are our own.</summary>
public static class LanguageCodes
{
    /// <summary>What is spoken to someone who asks for nothing that we have.</summary>
    public const string Default = "en";

    private const int LongestHeader = 256;

    /// <summary>Gets the codes, in the order in which a page offers them.</summary>
    public static ImmutableArray<string> All { get; } = ["de", "en", "fr", "it"];

    /// <summary>Finds a language.</summary>
    /// <param name="text">A code, perhaps with a region: <c>de</c>, <c>de-CH</c>.</param>
    /// <returns>One of <see cref="All"/>; null when it is none of ours.</returns>
    public static string? Find(string? text)
    {
        if (text is null or { Length: 0 or > 35 }) // RFC 5646 §4.4.1
        {
            return null;
        }
        ReadOnlySpan<char> primary = text.AsSpan();
        int dash = primary.IndexOf('-');
        primary = dash < 0 ? primary : primary[..dash];
        foreach (string code in All)
        {
            if (primary.Equals(code, StringComparison.OrdinalIgnoreCase))
            {
                return code;
            }
        }
        return null;
    }

    /// <summary>Finds the language to use.</summary>
    /// <param name="text">What was asked for; may be absent, or anything.</param>
    /// <returns>One of <see cref="All"/>.</returns>
    public static string Of(string? text) => Find(text) ?? Default;

    /// <summary>Chooses by an <c>Accept-Language</c> header (RFC 9110 §12.5.4): the heaviest of ours, the first among equals.</summary>
    /// <param name="header">The header; may be absent, or anything.</param>
    /// <returns>One of <see cref="All"/>.</returns>
    public static string Choose(string? header)
    {
        string best = Default;
        int bestWeight = 0;
        if (header is null or { Length: > LongestHeader })
        {
            return best;
        }
        foreach (string range in header.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = range.Split(';', StringSplitOptions.TrimEntries);
            int weight = parts.Length == 1 ? 1000 : Weight(parts[1]);
            if (weight > bestWeight && Find(parts[0]) is { } code)
            {
                (best, bestWeight) = (code, weight);
            }
        }
        return best;
    }

    private static int Weight(string text) =>
        text.StartsWith("q=", StringComparison.OrdinalIgnoreCase) && decimal.TryParse(text.AsSpan(2), out decimal q) && q is >= 0 and <= 1
            ? (int)(q * 1000)
            : 0;
}
