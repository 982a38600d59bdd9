using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Wordprocessing;

namespace Lethe.TestKit.Documents;

/// <summary>Makes Word documents in memory.</summary>
public static class WordFiles
{
    /// <summary>The main namespace, for bodies written as XML.</summary>
    public const string Namespaces =
        "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" "
        + "xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\" xmlns:wps=\"http://schemas.microsoft.com/office/word/2010/wordprocessingShape\" "
        + "xmlns:v=\"urn:schemas-microsoft-com:vml\" xmlns:m=\"http://schemas.openxmlformats.org/officeDocument/2006/math\"";

    /// <summary>Makes one of our documents: headings with styles, numbered items with Word's numbering, tables.</summary>
    /// <param name="markdown">The document.</param>
    /// <returns>The file.</returns>
    public static byte[] FromMarkdown(string markdown)
    {
        System.Text.StringBuilder body = new();
        int list = 0;
        bool inList = false;
        foreach (MarkdownBlock block in MarkdownBlock.Parse(markdown))
        {
            list += block.IsItem && !inList ? 1 : 0;
            inList = block.IsItem;
            if (block.Rows.Count > 0)
            {
                string rows = string.Concat(
                    block.Rows.Select(row =>
                        $"<w:tr>{string.Concat(row.Select(cell => $"<w:tc><w:tcPr><w:tcW w:w=\"2200\" w:type=\"dxa\"/></w:tcPr>{Paragraph(cell)}</w:tc>"))}</w:tr>"
                    )
                );
                body.Append("<w:tbl><w:tblPr><w:tblStyle w:val=\"TableGrid\"/><w:tblW w:w=\"0\" w:type=\"auto\"/></w:tblPr>")
                    .Append(rows)
                    .Append("</w:tbl>");
                continue;
            }
            string properties = block switch
            {
                { Level: > 0 } => $"<w:pPr><w:pStyle w:val=\"Heading{block.Level}\"/></w:pPr>",
                { IsItem: true } => $"<w:pPr><w:numPr><w:ilvl w:val=\"0\"/><w:numId w:val=\"{list}\"/></w:numPr></w:pPr>",
                _ => string.Empty,
            };
            body.Append(Paragraph(block.Text, properties));
        }
        return FromBody(body.ToString(), lists: Math.Max(1, list));
    }

    /// <summary>Writes a paragraph.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="properties">Its properties as XML.</param>
    /// <returns>The XML.</returns>
    public static string Paragraph(string text, string properties = "") => $"<w:p>{properties}{Run(text)}</w:p>";

    /// <summary>Writes a run.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="properties">Its properties as XML.</param>
    /// <returns>The XML.</returns>
    public static string Run(string text, string properties = "") =>
        $"<w:r>{properties}<w:t xml:space=\"preserve\">{System.Security.SecurityElement.Escape(text)}</w:t></w:r>";

    /// <summary>Makes a document of a body.</summary>
    /// <param name="body">The body's XML.</param>
    /// <param name="change">Adds parts.</param>
    /// <param name="lists">How many numbered lists there are.</param>
    /// <returns>The file.</returns>
    public static byte[] FromBody(string body, Action<WordprocessingDocument>? change = null, int lists = 1)
    {
        using MemoryStream stream = new();
        using (WordprocessingDocument document = WordprocessingDocument.Create(stream, WordprocessingDocumentType.Document))
        {
            MainDocumentPart main = document.AddMainDocumentPart();
            Write(main, $"<w:document {Namespaces}><w:body>{body}</w:body></w:document>");
            main.AddNewPart<StyleDefinitionsPart>().Styles = new Styles(StyleXml());
            main.AddNewPart<NumberingDefinitionsPart>().Numbering = new Numbering(NumberingXml(lists));
            change?.Invoke(document);
        }
        return stream.ToArray();
    }

    /// <summary>Writes a part.</summary>
    /// <param name="part">The part.</param>
    /// <param name="xml">Its XML.</param>
    public static void Write(OpenXmlPart part, string xml)
    {
        ArgumentNullException.ThrowIfNull(part);
        using Stream stream = part.GetStream(FileMode.Create);
        stream.Write(System.Text.Encoding.UTF8.GetBytes(xml));
    }

    private static string StyleXml()
    {
        IEnumerable<string> headings = Enumerable
            .Range(1, 4)
            .Select(level =>
                $"<w:style w:type=\"paragraph\" w:styleId=\"Heading{level}\"><w:name w:val=\"heading {level}\"/><w:basedOn w:val=\"Normal\"/><w:next w:val=\"Normal\"/>"
                + $"<w:pPr><w:keepNext/><w:spacing w:before=\"240\" w:after=\"80\"/><w:outlineLvl w:val=\"{level - 1}\"/></w:pPr><w:rPr><w:b/><w:sz w:val=\"{36 - (4 * level)}\"/></w:rPr></w:style>"
            );
        return $"<w:styles {Namespaces}><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii=\"Calibri\" w:hAnsi=\"Calibri\"/><w:sz w:val=\"22\"/><w:lang w:val=\"de-DE\"/></w:rPr></w:rPrDefault>"
            + "<w:pPrDefault><w:pPr><w:spacing w:after=\"120\"/></w:pPr></w:pPrDefault></w:docDefaults>"
            + "<w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/></w:style>"
            + string.Concat(headings)
            + "<w:style w:type=\"table\" w:styleId=\"TableGrid\"><w:name w:val=\"Table Grid\"/><w:tblPr><w:tblBorders><w:top w:val=\"single\" w:sz=\"4\"/><w:left w:val=\"single\" w:sz=\"4\"/>"
            + "<w:bottom w:val=\"single\" w:sz=\"4\"/><w:right w:val=\"single\" w:sz=\"4\"/><w:insideH w:val=\"single\" w:sz=\"4\"/><w:insideV w:val=\"single\" w:sz=\"4\"/></w:tblBorders></w:tblPr></w:style></w:styles>";
    }

    private static string NumberingXml(int lists)
    {
        string[] formats = ["decimal", "lowerLetter", "lowerRoman"];
        string[] texts = ["%1.", "%2)", "(%3)"];
        string levels = string.Concat(
            Enumerable
                .Range(0, 3)
                .Select(level =>
                    $"<w:lvl w:ilvl=\"{level}\"><w:start w:val=\"1\"/><w:numFmt w:val=\"{formats[level]}\"/><w:lvlText w:val=\"{texts[level]}\"/><w:pPr><w:ind w:left=\"{720 * (level + 1)}\" w:hanging=\"360\"/></w:pPr></w:lvl>"
                )
        );
        string instances = string.Concat(
            Enumerable
                .Range(1, lists)
                .Select(list =>
                    $"<w:num w:numId=\"{list}\"><w:abstractNumId w:val=\"0\"/><w:lvlOverride w:ilvl=\"0\"><w:startOverride w:val=\"1\"/></w:lvlOverride></w:num>"
                )
        );
        return $"<w:numbering {Namespaces}><w:abstractNum w:abstractNumId=\"0\">{levels}</w:abstractNum>{instances}</w:numbering>";
    }
}
