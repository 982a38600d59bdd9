using System.Xml;
using DocumentFormat.OpenXml.Packaging;

namespace Lethe.Gateway.Documents.Reading.Word;

/// <summary>
/// <c>.docx</c>: paragraphs, headings, lists with their numbers, tables, notes, text boxes; tracked changes as if accepted. Never comments,
/// authors, properties; running headers and footers are left out and counted.
/// </summary>
internal sealed class WordReader : IDocumentReader
{
    /// <inheritdoc/>
    public bool IsHeavy => true;

    /// <inheritdoc/>
    public Coverage Read(ReadOnlyMemory<byte> file, DocumentTextBuilder text, ReadingBudget budget)
    {
        if (FileSignatures.Of(file.Span) == FileSignature.Compound)
        {
            // Word wraps an encrypted document into a compound file with a stream of this name (MS-OFFCRYPTO 2.3.4.4); .doc has none.
            bool encrypted = file.Span.IndexOf("E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0"u8) >= 0;
            throw new DocumentRefusedException(encrypted ? DocumentRefusal.Encrypted : DocumentRefusal.NotWhatItSays);
        }
        try
        {
            return ReadParts(file, text, budget);
        }
        catch (Exception failure) when (IsOfTheParsers(failure))
        {
            throw new DocumentRefusedException(DocumentRefusal.Damaged);
        }
    }

    // What ZipArchive, XmlReader, System.IO.Packaging and the SDK throw at a malformed file. Their texts may quote it: they end here.
    private static bool IsOfTheParsers(Exception failure) =>
        failure
            is InvalidDataException
                or XmlException
                or OpenXmlPackageException
                or FileFormatException
                or EndOfStreamException
                or NotSupportedException // an encoding or compression that the framework has not
                or FormatException // of a Uri or a value
                or InvalidOperationException
                or ArgumentException;

    private static Coverage ReadParts(ReadOnlyMemory<byte> file, DocumentTextBuilder text, ReadingBudget budget)
    {
        CoverageNotes notes = new();
        using WordParts parts = new(file, budget);
        using WordprocessingDocument document = WordprocessingDocument.Open(parts.Package);
        MainDocumentPart main = document.MainDocumentPart ?? throw new DocumentRefusedException(DocumentRefusal.Damaged);
        WordStyles styles = new(main.StyleDefinitionsPart);
        WordTextReader reader = new(styles, new WordNumbering(main.NumberingDefinitionsPart), text, notes, budget);
        reader.ReadBody(parts.Main);
        ReadNotes(parts.Notes.Footnotes, isEndnotes: false, reader);
        ReadNotes(parts.Notes.Endnotes, isEndnotes: true, reader);
        int running = parts.HeadersAndFooters.Count(part => HasText(part, budget));
        notes.Add(CoverageNoteKind.SkippedHeadersAndFooters, running);
        text.End();
        notes.Add(CoverageNoteKind.UnreadableCharacters, text.Unreadable);
        return notes.ToCoverage(!text.IsEmpty);
    }

    private static void ReadNotes(ArraySegment<byte> part, bool isEndnotes, WordTextReader reader)
    {
        Dictionary<string, int> marks = new(StringComparer.Ordinal);
        for (int index = 0; index < reader.References.Count; index++)
        {
            if (reader.References[index].IsEndnote == isEndnotes)
            {
                marks.TryAdd(reader.References[index].Id, index + 1);
            }
        }
        if (part.Array is not null && marks.Count > 0)
        {
            reader.ReadNotes(part, marks);
        }
    }

    private static bool HasText(ArraySegment<byte> part, ReadingBudget budget)
    {
        using XmlReader reader = SafeXml.Open(part);
        bool inText = false;
        while (SafeXml.Next(reader, budget))
        {
            inText = reader.NodeType == XmlNodeType.Element ? reader.LocalName == "t" : inText && reader.NodeType != XmlNodeType.EndElement;
            if (inText && reader.NodeType == XmlNodeType.Text)
            {
                return true;
            }
        }
        return false;
    }
}
