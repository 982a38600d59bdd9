using System.Text.RegularExpressions;

namespace Lethe.TestKit.Documents;

/// <summary>A block of our own documents: a heading, a paragraph, a numbered item or a table.</summary>
/// <param name="Level">1 to 6 of a heading; 0 otherwise.</param>
/// <param name="IsItem">Whether it is an item of a numbered list, its number left out.</param>
/// <param name="Text">Its text; empty for a table.</param>
/// <param name="Rows">A table's rows; empty otherwise.</param>
public sealed partial record MarkdownBlock(int Level, bool IsItem, string Text, IReadOnlyList<string[]> Rows)
{
    /// <summary>Takes a document apart. Knows as much Markdown as our own documents have.</summary>
    /// <param name="markdown">The document.</param>
    /// <returns>Its blocks.</returns>
    public static IReadOnlyList<MarkdownBlock> Parse(string markdown)
    {
        List<MarkdownBlock> blocks = [];
        foreach (string block in Empty().Split(markdown.Trim()))
        {
            string[] lines = block.Split('\n');
            if (lines[0].StartsWith('#'))
            {
                int level = lines[0].IndexOf(' ', StringComparison.Ordinal);
                blocks.Add(new MarkdownBlock(level, IsItem: false, lines[0][level..].Trim(), []));
            }
            else if (lines[0].StartsWith('|'))
            {
                IEnumerable<string> rows = lines.Where(line => !line.StartsWith("| ---", StringComparison.Ordinal));
                blocks.Add(
                    new MarkdownBlock(
                        0,
                        IsItem: false,
                        string.Empty,
                        [.. rows.Select(row => row.Trim('|', ' ').Split('|', StringSplitOptions.TrimEntries))]
                    )
                );
            }
            else if (Item().IsMatch(lines[0]))
            {
                blocks.AddRange(lines.Select(line => new MarkdownBlock(0, IsItem: true, Item().Replace(line, string.Empty), [])));
            }
            else
            {
                blocks.Add(new MarkdownBlock(0, IsItem: false, string.Join(' ', lines), []));
            }
        }
        return blocks;
    }

    [GeneratedRegex(@"\n\s*\n", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Empty();

    [GeneratedRegex(@"^\d+\. ", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Item();
}
