using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Lethe.Gateway.Documents.Reading.Word;

/// <summary>A paragraph while it is read: its text in a buffer that is zeroed once it was handed on.</summary>
internal sealed class WordBlock
{
    private char[] text = [];

    /// <summary>Gets or sets what it will be.</summary>
    public ParagraphKind Kind { get; set; }

    /// <summary>Gets or sets the level of a heading or list item.</summary>
    public int Level { get; set; }

    /// <summary>Gets or sets its number or bullet.</summary>
    public string Label { get; set; } = string.Empty;

    /// <summary>Gets the paragraphs of its text boxes, which follow it.</summary>
    public List<WordBlock> Boxes { get; } = [];

    /// <summary>Gets the text so far.</summary>
    public ReadOnlySpan<char> Text => text.AsSpan(0, Length);

    /// <summary>Gets the text's length.</summary>
    public int Length { get; private set; }

    /// <summary>Gets a value indicating whether there is nothing to see.</summary>
    public bool IsBlank => Text.IsWhiteSpace();

    /// <summary>Adds text.</summary>
    /// <param name="more">The text.</param>
    public void Append(ReadOnlySpan<char> more)
    {
        if (Length + more.Length > text.Length)
        {
            char[] larger = new char[Math.Max(Length + more.Length, Math.Max(64, text.Length * 2))];
            Text.CopyTo(larger);
            Zero();
            text = larger;
        }
        more.CopyTo(text.AsSpan(Length));
        Length += more.Length;
    }

    /// <summary>Adds a table cell; a semicolon parts its paragraphs where no punctuation does.</summary>
    /// <param name="cell">Its paragraphs, which are cleared.</param>
    public void AppendCell(IReadOnlyList<WordBlock> cell)
    {
        bool first = true;
        foreach (WordBlock block in cell)
        {
            ReadOnlySpan<char> before = Text.TrimEnd();
            if (!block.IsBlank)
            {
                if (!first)
                {
                    Append(before.IsEmpty || before[^1] is '.' or ':' or ';' or ',' or '!' or '?' ? " " : "; ");
                }
                if (block.Label.Length > 0)
                {
                    Append(block.Label);
                    Append(" ");
                }
                AppendOnOneLine(block.Text);
                first = false;
            }
            block.Clear();
            AppendBoxes(block, ref first);
        }
    }

    /// <summary>Hands the text on and clears it.</summary>
    /// <param name="target">Takes it.</param>
    public void MoveTo(DocumentTextBuilder target)
    {
        if (!IsBlank)
        {
            target.Begin(Kind, Level);
            if (Label.Length > 0)
            {
                target.Append(Label);
                target.Append(" ");
            }
            target.Append(Text);
            target.End();
        }
        Clear();
        foreach (WordBlock box in Boxes)
        {
            box.MoveTo(target);
        }
    }

    /// <summary>Overwrites the text with zeros.</summary>
    public void Clear()
    {
        Zero();
        Length = 0;
    }

    private void AppendBoxes(WordBlock block, ref bool first)
    {
        if (block.Boxes.Count > 0)
        {
            Append(first ? string.Empty : " ");
            AppendCell(block.Boxes); // text boxes within text boxes are bounded by the containers' depth
            first = false;
        }
    }

    private void AppendOnOneLine(ReadOnlySpan<char> more)
    {
        more = more.Trim();
        for (int end = more.IndexOf('\n'); end >= 0; end = more.IndexOf('\n'))
        {
            Append(more[..end]);
            Append(" ");
            more = more[(end + 1)..];
        }
        Append(more);
    }

    private void Zero() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(text.AsSpan()));
}
