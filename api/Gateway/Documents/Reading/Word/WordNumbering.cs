using System.Text;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Wordprocessing;

namespace Lethe.Gateway.Documents.Reading.Word;

/// <summary>Counts lists as Word does and gives each item its number: <c>§ 3</c>, <c>3.1.</c>, <c>(a)</c>, <c>•</c>.</summary>
internal sealed class WordNumbering
{
    private const int Levels = 9;
    private const int LongestLabel = 64;
    private readonly Dictionary<int, AbstractNum> abstracts = [];
    private readonly Dictionary<int, NumberingInstance> instances = [];
    private readonly Dictionary<string, int> abstractsByStyle = new(StringComparer.Ordinal);
    private readonly Dictionary<int, int?[]> counters = []; // of an abstract list, which its instances share
    private readonly HashSet<int> begun = [];

    /// <summary>Initializes a new instance of the <see cref="WordNumbering"/> class.</summary>
    /// <param name="part">The part; null when the document has none.</param>
    public WordNumbering(NumberingDefinitionsPart? part)
    {
        foreach (AbstractNum definition in part?.Numbering?.Elements<AbstractNum>() ?? [])
        {
            if (WordStyles.Number(definition.AbstractNumberId?.InnerText) is { } id && abstracts.TryAdd(id, definition))
            {
                if (definition.StyleLink?.Val?.Value is { } style)
                {
                    abstractsByStyle.TryAdd(style, id);
                }
            }
        }
        foreach (NumberingInstance instance in part?.Numbering?.Elements<NumberingInstance>() ?? [])
        {
            if (WordStyles.Number(instance.NumberID?.InnerText) is { } id)
            {
                instances.TryAdd(id, instance);
            }
        }
    }

    /// <summary>Counts one paragraph on.</summary>
    /// <param name="numberingId">Its list.</param>
    /// <param name="styleId">Its style, which may name the level.</param>
    /// <param name="level">Its level from 0; null when only the style tells.</param>
    /// <returns>Its number or bullet, perhaps empty, and its level; null when there is no such list.</returns>
    public (string Label, int Level)? Next(int numberingId, string? styleId, int? level)
    {
        if (!instances.TryGetValue(numberingId, out NumberingInstance? instance) || AbstractOf(instance) is not { } found)
        {
            return null;
        }
        (int id, AbstractNum definition) = found;
        int at = Math.Clamp(level ?? LevelOfStyle(definition, styleId) ?? 0, 0, Levels - 1);
        if (LevelOf(instance, definition, at) is not { } own)
        {
            return null;
        }
        if (!counters.TryGetValue(id, out int?[]? counts))
        {
            counters[id] = counts = new int?[Levels];
        }
        if (begun.Add(numberingId))
        {
            Restart(instance, counts);
        }
        counts[at] = counts[at] + 1 ?? Start(own);
        for (int below = at + 1; below < Levels; below++)
        {
            int? restart = WordStyles.Number(LevelOf(instance, definition, below)?.LevelRestart?.Val?.InnerText);
            if (restart is null || (restart > 0 && at < restart))
            {
                counts[below] = null;
            }
        }
        return (LabelOf(instance, definition, own, at, counts), at);
    }

    private static void Restart(NumberingInstance instance, int?[] counts)
    {
        foreach (LevelOverride change in instance.Elements<LevelOverride>())
        {
            int? at = WordStyles.Number(change.LevelIndex?.InnerText);
            int? start = WordStyles.Number(change.StartOverrideNumberingValue?.Val?.InnerText);
            if (at is >= 0 and < Levels && start is not null)
            {
                counts[at.Value] = start - 1;
            }
        }
    }

    private static int Start(Level level) => WordStyles.Number(level.StartNumberingValue?.Val?.InnerText) ?? 1;

    private static int? LevelOfStyle(AbstractNum definition, string? styleId) =>
        styleId is null
            ? null
            : WordStyles.Number(
                definition
                    .Elements<Level>()
                    .FirstOrDefault(level => level.ParagraphStyleIdInLevel?.Val?.Value == styleId)
                    ?.LevelIndex?.InnerText
            );

    private static Level? LevelOf(NumberingInstance instance, AbstractNum definition, int at) =>
        instance.Elements<LevelOverride>().FirstOrDefault(change => WordStyles.Number(change.LevelIndex?.InnerText) == at)?.Level
        ?? definition.Elements<Level>().FirstOrDefault(level => WordStyles.Number(level.LevelIndex?.InnerText) == at);

    private (int Id, AbstractNum Definition)? AbstractOf(NumberingInstance instance)
    {
        if (
            WordStyles.Number(instance.AbstractNumId?.Val?.InnerText) is not { } id
            || !abstracts.TryGetValue(id, out AbstractNum? definition)
        )
        {
            return null;
        }
        if (definition.NumberingStyleLink?.Val?.Value is { } style && abstractsByStyle.TryGetValue(style, out int linked))
        {
            return (linked, abstracts[linked]);
        }
        return (id, definition);
    }

    private static string LabelOf(NumberingInstance instance, AbstractNum definition, Level own, int at, int?[] counts)
    {
        string format = own.NumberingFormat?.Val?.InnerText ?? "decimal";
        if (format is "bullet")
        {
            return own.LevelText?.Val?.Value is "-" or "–" or "—" ? "–" : "•";
        }
        string pattern = own.LevelText?.Val?.Value ?? string.Empty;
        bool legal = own.IsLegalNumberingStyle is not null;
        StringBuilder label = new();
        for (int index = 0; index < pattern.Length && label.Length < LongestLabel; index++)
        {
            bool isPlace = pattern[index] == '%' && index + 1 < pattern.Length && pattern[index + 1] is >= '1' and <= '9';
            if (!isPlace)
            {
                label.Append(pattern[index]);
                continue;
            }
            int place = pattern[++index] - '1';
            string placeFormat = place == at ? format : LevelOf(instance, definition, place)?.NumberingFormat?.Val?.InnerText ?? "decimal";
            int number = counts[place] ?? (LevelOf(instance, definition, place) is { } unused ? Start(unused) : 1);
            label.Append(NumberFormats.Format(number, legal && placeFormat != "none" ? "decimal" : placeFormat));
        }
        return label.ToString();
    }
}
