using System.Text.RegularExpressions;

namespace Lethe.Gateway.Documents.Reading.Pdf;

/// <summary>Recognises numbers, bullets and page numbers by their look.</summary>
internal static partial class PdfLabels
{
    /// <summary>Says whether a text is nothing but a number or a bullet.</summary>
    /// <param name="text">The text.</param>
    /// <returns>Whether it is.</returns>
    public static bool IsLabel(ReadOnlySpan<char> text) => text.Length <= 12 && Label().IsMatch(text);

    /// <summary>Says whether a line begins with a number or bullet of a list.</summary>
    /// <param name="text">The line.</param>
    /// <returns>Whether it does.</returns>
    public static bool BeginsItem(ReadOnlySpan<char> text) => Item().IsMatch(text);

    /// <summary>Says whether a line is a page number.</summary>
    /// <param name="text">The line.</param>
    /// <returns>Whether it is.</returns>
    public static bool IsPageNumber(ReadOnlySpan<char> text) => text.Length <= 40 && PageNumber().IsMatch(text);

    [GeneratedRegex(
        @"^([•▪◦●○■–—*-]|\(?(\d{1,3}|[a-zA-Z]{1,2}|[ivxIVX]{1,6})[.)]|\d{1,3}(\.\d{1,3})*\.?|§+ ?\d+[a-z]?)$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking
    )]
    private static partial Regex Label();

    [GeneratedRegex(
        @"^([•▪◦●○■–—-] |\((\d{1,3}|[a-z]{1,2}|[ivx]{1,6})\) |(\d{1,2}|[a-z]{1,2}|[ivx]{1,5})\) |\d{1,3}(\.\d{1,3})*\. \S|\d{1,3}(\.\d{1,3})+ \S|[a-hA-H]\. \S)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking
    )]
    private static partial Regex Item();

    [GeneratedRegex(
        @"^((Seite|Page|Blatt|S\.|p\.) ?)?[-–— ]*\d{1,4}[-–— ]*((von|of|/) ?\d{1,4})?$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase | RegexOptions.NonBacktracking
    )]
    private static partial Regex PageNumber();
}
