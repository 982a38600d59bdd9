using System.Globalization;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Wordprocessing;

namespace Lethe.Gateway.Documents.Reading.Word;

/// <summary>What paragraph styles say about headings and lists.</summary>
internal sealed class WordStyles
{
    private const int LongestChain = 32; // of styles based on styles; a circle ends here
    private readonly Dictionary<string, Style> styles = new(StringComparer.Ordinal);
    private readonly string? standard;

    /// <summary>Initializes a new instance of the <see cref="WordStyles"/> class.</summary>
    /// <param name="part">The part; null when the document has none.</param>
    public WordStyles(StyleDefinitionsPart? part)
    {
        foreach (Style style in part?.Styles?.Elements<Style>() ?? [])
        {
            string? id = style.StyleId?.Value;
            if (
                id is not null
                && style.Type?.InnerText is null or "paragraph" or "numbering"
                && styles.TryAdd(id, style)
                && IsOn(style.Default)
            )
            {
                standard = style.Type?.InnerText == "numbering" ? standard : id;
            }
        }
    }

    /// <summary>Gets the level of a heading.</summary>
    /// <param name="styleId">The paragraph's style.</param>
    /// <returns>1 to 9, or 0 for other paragraphs.</returns>
    public int HeadingLevel(string? styleId)
    {
        foreach (Style style in Chain(styleId))
        {
            string name = style.StyleName?.Val?.Value ?? string.Empty;
            if (name.Equals("title", StringComparison.OrdinalIgnoreCase))
            {
                return 1;
            }
            if (name.StartsWith("heading ", StringComparison.OrdinalIgnoreCase) && Number(name[8..]) is >= 1 and <= 9 and var level)
            {
                return level;
            }
            if (Number(style.StyleParagraphProperties?.OutlineLevel?.Val?.InnerText) is { } outline)
            {
                return outline is >= 0 and <= 8 ? outline + 1 : 0;
            }
        }
        return 0;
    }

    /// <summary>Gets the list that a style puts its paragraphs into.</summary>
    /// <param name="styleId">The paragraph's style.</param>
    /// <returns>The list's id (0: none) and level, each null when no style says it.</returns>
    public (int? NumberingId, int? Level) ListOf(string? styleId)
    {
        int? id = null;
        int? level = null;
        foreach (Style style in Chain(styleId))
        {
            NumberingProperties? properties = style.StyleParagraphProperties?.NumberingProperties;
            id ??= Number(properties?.NumberingId?.Val?.InnerText);
            level ??= Number(properties?.NumberingLevelReference?.Val?.InnerText);
        }
        return (id, level);
    }

    /// <summary>Parses a number as the SDK found it written.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The number, or null.</returns>
    public static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number : null;

    private static bool IsOn(OnOffValue? value) => value?.InnerText is "1" or "true" or "on";

    private IEnumerable<Style> Chain(string? styleId)
    {
        string? next = styleId ?? standard;
        for (int step = 0; step < LongestChain && next is not null && styles.TryGetValue(next, out Style? style); step++)
        {
            yield return style;
            next = style.BasedOn?.Val?.Value;
        }
    }
}
