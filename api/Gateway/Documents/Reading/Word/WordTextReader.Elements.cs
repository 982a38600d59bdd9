using System.Globalization;
using System.Xml;

namespace Lethe.Gateway.Documents.Reading.Word;

/// <summary>What each element means (ECMA-376 part 1, 17).</summary>
internal sealed partial class WordTextReader
{
    private const int LongestHeading = 160;
    private int note;

    // Returns whether the reader stands on the next node already.
    private bool Start(XmlReader reader)
    {
        bool empty = reader.IsEmptyElement;
        switch (reader.LocalName)
        {
            case "p" when IsWord(reader):
                paragraphs.Push(new Paragraph(joined ?? new WordBlock()));
                joined = null;
                if (empty)
                {
                    EndParagraph();
                }
                break;
            case "pPr" when !empty && paragraphs.TryPeek(out Paragraph? paragraph):
                ReadParagraphProperties(reader, paragraph);
                break;
            case "r":
                hidden = false;
                break;
            case "rPr" when !empty:
                ReadRunProperties(reader);
                break;
            case "t" or "delText" when !empty:
                inText = reader.LocalName == "t";
                break;
            case "del" or "moveFrom":
                notes.Add(CoverageNoteKind.TrackedChangesAccepted);
                return Skip(reader);
            case "ins" or "moveTo":
                notes.Add(CoverageNoteKind.TrackedChangesAccepted);
                break;
            case "tbl" when !empty && IsWord(reader):
                containers.OpenTable();
                break;
            case "tr" when !empty && IsWord(reader):
                containers.OpenRow();
                break;
            case "tc" when !empty && IsWord(reader):
                containers.OpenCell();
                break;
            case "trPr" when !empty:
                ReadRowProperties(reader);
                break;
            case "txbxContent" when !empty && IsWord(reader):
                containers.OpenBox(paragraphs.TryPeek(out Paragraph? host) ? host.Block : null);
                break;
            case "fldChar":
                ReadFieldCharacter(Attribute(reader, "fldCharType"));
                break;
            default:
                return StartInline(reader);
        }
        return false;
    }

    private bool StartInline(XmlReader reader)
    {
        switch (reader.LocalName)
        {
            case "tab" or "ptab":
                Append(" ");
                break;
            case "br" or "cr":
                Append("\n");
                break;
            case "noBreakHyphen":
                Append("-");
                break;
            case "sym":
                AppendSymbol(Attribute(reader, "char"));
                break;
            case "footnoteReference" or "endnoteReference" when Attribute(reader, "id") is { } id && note == 0:
                references.Add((reader.LocalName == "endnoteReference", id));
                Append($"[^{references.Count}]");
                break;
            case "commentReference":
                notes.Add(CoverageNoteKind.SkippedComments);
                break;
            case "den": // office mathematics: without these, a half would read as 12
                Append("/");
                break;
            case "sup" when !reader.IsEmptyElement:
                Append("^");
                break;
            case "sub" when !reader.IsEmptyElement:
                Append("_");
                break;
            case "pic" or "imagedata":
                notes.Add(CoverageNoteKind.ImagesWithoutText);
                break;
            case "altChunk" or "subDoc" or "chart" or "relIds" or "contentPart":
                notes.Add(CoverageNoteKind.SkippedEmbeddedObjects);
                break;
            case "object":
                notes.Add(CoverageNoteKind.SkippedEmbeddedObjects);
                return Skip(reader);
            case "Fallback"
            or "sectPr"
            or "sdtPr"
            or "sdtEndPr"
            or "tblPr"
            or "tblGrid"
            or "tblPrEx"
            or "tcPr"
            or "rt"
            or "instrText"
            or "delInstrText"
            or "pPr"
            or "rPr":
                return Skip(reader);
            default:
                break;
        }
        return false;
    }

    private void End(XmlReader reader)
    {
        switch (reader.LocalName)
        {
            case "t":
                inText = false;
                break;
            case "p" when IsWord(reader):
                EndParagraph();
                break;
            case "r":
                hidden = false;
                break;
            case "tbl" or "tr" or "tc" or "txbxContent" when IsWord(reader):
                containers.Close();
                break;
            default:
                break;
        }
    }

    private void EndParagraph()
    {
        if (!paragraphs.TryPop(out Paragraph? paragraph))
        {
            return;
        }
        if (paragraph.IsMarkDeleted)
        {
            joined = paragraph.Block;
            return;
        }
        WordBlock block = paragraph.Block;
        int heading = paragraph.OutlineLevel is { } outline
            ? (outline is >= 0 and <= 8 ? outline + 1 : 0)
            : styles.HeadingLevel(paragraph.StyleId);
        (int? listId, int? listLevel) = styles.ListOf(paragraph.StyleId);
        int id = paragraph.NumberingId ?? listId ?? 0;
        if (id > 0 && numbering.Next(id, paragraph.StyleId, paragraph.ListLevel ?? listLevel) is { } item)
        {
            block.Label = item.Label;
            block.Kind = ParagraphKind.ListItem;
            block.Level = item.Level + 1;
        }
        if (heading > 0 && IsHeading(block.Text.Trim()))
        {
            block.Kind = ParagraphKind.Heading;
            block.Level = heading;
        }
        if (note > 0)
        {
            block.Kind = ParagraphKind.Footnote;
            block.Level = 0;
            block.Label = $"[^{note}]";
        }
        containers.Add(block);
    }

    // Contracts number whole clauses with the styles of headings; a clause is a sentence or more.
    private static bool IsHeading(ReadOnlySpan<char> words) =>
        words.Length <= LongestHeading && (words.Length <= 40 || words[^1] is not ('.' or ';' or ','));

    private void ReadFieldCharacter(string? type)
    {
        if (type == "begin")
        {
            fields.Push(true);
        }
        else if (type == "separate" && fields.TryPop(out _))
        {
            fields.Push(false);
        }
        else if (type == "end")
        {
            fields.TryPop(out _);
        }
    }

    // Symbol and Wingdings, which forms use for boxes to tick; they stand in a private area.
    private void AppendSymbol(string? code)
    {
        if (!int.TryParse(code, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int value))
        {
            return;
        }
        string? known = (value & 0xFF) switch
        {
            0xB7 or 0xA7 or 0x6C or 0x6E or 0x76 or 0x77 => "•",
            0x6F or 0xA8 or 0x71 or 0x72 => "☐",
            0xFE or 0x52 => "☑",
            0xFD or 0x78 or 0x53 or 0x54 => "☒",
            0xFC => "✓",
            0xE0 or 0xE8 => "→",
            _ => null,
        };
        if (known is not null)
        {
            Append(known);
        }
        else if (!hidden)
        {
            notes.Add(CoverageNoteKind.UnreadableCharacters);
        }
    }

    private static bool Skip(XmlReader reader)
    {
        reader.Skip();
        return true;
    }

    private static bool IsWord(XmlReader reader) =>
        reader.NamespaceURI
            is "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
                or "http://purl.oclc.org/ooxml/wordprocessingml/main";
}
