using System.Xml;

namespace Lethe.Gateway.Documents.Reading.Word;

/// <summary>The properties of paragraphs, runs and rows that change what is read.</summary>
internal sealed partial class WordTextReader
{
    private void ReadParagraphProperties(XmlReader reader, Paragraph paragraph)
    {
        int depth = reader.Depth;
        bool stay = false;
        while ((stay || SafeXml.Next(reader, budget)) && reader.Depth > depth)
        {
            stay = false;
            if (reader.NodeType != XmlNodeType.Element)
            {
                continue;
            }
            switch (reader.LocalName)
            {
                case "pStyle":
                    paragraph.StyleId = Attribute(reader, "val");
                    break;
                case "numId":
                    paragraph.NumberingId = WordStyles.Number(Attribute(reader, "val"));
                    break;
                case "ilvl":
                    paragraph.ListLevel = WordStyles.Number(Attribute(reader, "val"));
                    break;
                case "outlineLvl":
                    paragraph.OutlineLevel = WordStyles.Number(Attribute(reader, "val"));
                    break;
                case "del" or "moveFrom": // in the mark's run properties
                    paragraph.IsMarkDeleted = true;
                    notes.Add(CoverageNoteKind.TrackedChangesAccepted);
                    break;
                case "ins" or "moveTo" when reader.IsEmptyElement:
                    notes.Add(CoverageNoteKind.TrackedChangesAccepted);
                    break;
                case "pPrChange" or "rPrChange" or "sectPr" or "numberingChange":
                    reader.Skip();
                    stay = true;
                    break;
                default:
                    break;
            }
        }
    }

    private void ReadRunProperties(XmlReader reader)
    {
        int depth = reader.Depth;
        bool stay = false;
        while ((stay || SafeXml.Next(reader, budget)) && reader.Depth > depth)
        {
            stay = false;
            if (reader is { NodeType: XmlNodeType.Element, LocalName: "vanish" })
            {
                hidden = !IsOff(reader);
            }
            else if (reader is { NodeType: XmlNodeType.Element, LocalName: "rPrChange" })
            {
                reader.Skip();
                stay = true;
            }
        }
    }

    // A row that was deleted, with its change tracked, keeps its cells; they are closed without a trace.
    private void ReadRowProperties(XmlReader reader)
    {
        int depth = reader.Depth;
        while (SafeXml.Next(reader, budget) && reader.Depth > depth)
        {
            if (reader is { NodeType: XmlNodeType.Element, LocalName: "del" })
            {
                notes.Add(CoverageNoteKind.TrackedChangesAccepted);
                containers.DropRow();
            }
        }
    }
}
