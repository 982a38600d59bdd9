using System.Xml;

namespace Lethe.Gateway.Documents.Reading.Word;

/// <summary>
/// Streams the text out of a part: what a reader of the printed page sees with all tracked changes accepted. Reads forward only and without
/// recursion, so that depth costs nothing.
/// </summary>
internal sealed partial class WordTextReader(
    WordStyles styles,
    WordNumbering numbering,
    DocumentTextBuilder text,
    CoverageNotes notes,
    ReadingBudget budget
)
{
    private readonly char[] chunk = new char[1024];
    private readonly WordContainers containers = new(text, budget);
    private readonly Stack<Paragraph> paragraphs = new();
    private readonly Stack<bool> fields = new(); // true while a field's instruction goes on, false while its result does
    private readonly List<(bool IsEndnote, string Id)> references = [];
    private WordBlock? joined; // a paragraph whose mark was deleted: the next one goes on with it
    private bool hidden;
    private bool inText;

    /// <summary>Gets the notes that were referred to, in order.</summary>
    public IReadOnlyList<(bool IsEndnote, string Id)> References => references;

    /// <summary>Reads a part's body.</summary>
    /// <param name="part">The part's bytes.</param>
    public void ReadBody(ArraySegment<byte> part)
    {
        using XmlReader reader = SafeXml.Open(part);
        ReadUntilDepth(reader, -1);
        Finish();
    }

    /// <summary>Reads the notes of a part, each as paragraphs of kind <see cref="ParagraphKind.Footnote"/>.</summary>
    /// <param name="part">The part's bytes.</param>
    /// <param name="marks">The marks of the notes that are referred to, by id.</param>
    public void ReadNotes(ArraySegment<byte> part, IReadOnlyDictionary<string, int> marks)
    {
        using XmlReader reader = SafeXml.Open(part);
        while (SafeXml.Next(reader, budget))
        {
            bool isNote = reader is { NodeType: XmlNodeType.Element, LocalName: "footnote" or "endnote", IsEmptyElement: false };
            if (isNote && Attribute(reader, "id") is { } id && marks.TryGetValue(id, out int mark))
            {
                note = mark;
                ReadUntilDepth(reader, reader.Depth);
                Finish();
                note = 0;
            }
        }
    }

    private void Finish()
    {
        while (paragraphs.Count > 0)
        {
            EndParagraph();
        }
        containers.CloseAll();
        if (joined is { } last)
        {
            joined = null;
            containers.Add(last);
        }
        fields.Clear();
        hidden = false;
        inText = false;
    }

    private void ReadUntilDepth(XmlReader reader, int depth)
    {
        bool stay = false; // Skip() has gone to the next node already
        while (stay ? !reader.EOF : SafeXml.Next(reader, budget))
        {
            budget.Check();
            stay = false;
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    stay = Start(reader);
                    break;
                case XmlNodeType.EndElement when reader.Depth <= depth:
                    return;
                case XmlNodeType.EndElement:
                    End(reader);
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace when inText:
                    AppendText(reader);
                    break;
                default:
                    break;
            }
        }
    }

    private void AppendText(XmlReader reader)
    {
        bool instruction = fields.TryPeek(out bool going) && going;
        if (hidden && !instruction)
        {
            notes.Add(CoverageNoteKind.SkippedHiddenText);
        }
        if (hidden || instruction || !paragraphs.TryPeek(out Paragraph? paragraph))
        {
            return;
        }
        for (int read = reader.ReadValueChunk(chunk, 0, chunk.Length); read > 0; read = reader.ReadValueChunk(chunk, 0, chunk.Length))
        {
            budget.Check();
            if (paragraph.Block.Length + read > budget.Options.MaxTextBytes)
            {
                budget.Refuse(DocumentRefusal.TooLarge);
            }
            paragraph.Block.Append(chunk.AsSpan(0, read));
        }
    }

    private void Append(ReadOnlySpan<char> characters)
    {
        if (!hidden && !(fields.TryPeek(out bool instruction) && instruction) && paragraphs.TryPeek(out Paragraph? paragraph))
        {
            paragraph.Block.Append(characters);
        }
    }

    // Attributes are qualified in the transitional and in the strict namespace; the prefix differs, the local name does not.
    private static string? Attribute(XmlReader reader, string name)
    {
        return reader.GetAttribute(name, reader.NamespaceURI) ?? reader.GetAttribute(name);
    }

    private static bool IsOff(XmlReader reader) => Attribute(reader, "val") is "0" or "false" or "off";

    private sealed class Paragraph(WordBlock block)
    {
        public WordBlock Block { get; } = block;

        public string? StyleId { get; set; }

        public int? NumberingId { get; set; }

        public int? ListLevel { get; set; }

        public int? OutlineLevel { get; set; }

        public bool IsMarkDeleted { get; set; }
    }
}
