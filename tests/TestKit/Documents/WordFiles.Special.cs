using System.IO.Compression;
using System.Text;
using DocumentFormat.OpenXml.CustomProperties;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.VariantTypes;

namespace Lethe.TestKit.Documents;

/// <summary>Word documents that keep or hide something, or are made to do harm.</summary>
public static class SpecialWordFiles
{
    /// <summary>Each place that must never reach the text holds this word and a number.</summary>
    public const string Marker = "Zaunkönig";

    /// <summary>Makes a document whose comments, authors, deletions, properties, hidden text, headers and custom XML hold the marker.</summary>
    /// <returns>The file.</returns>
    public static byte[] WithMarkers() =>
        WordFiles.FromBody(
            $"""
            <w:p><w:commentRangeStart w:id="0"/>{WordFiles.Run("Die Miete beträgt ")}
            <w:del w:id="1" w:author="{Marker} 1" w:date="2026-01-02T03:04:05Z"><w:r><w:delText xml:space="preserve">900 {Marker} 2 </w:delText></w:r></w:del>
            <w:ins w:id="2" w:author="{Marker} 3" w:date="2026-01-02T03:04:05Z">{WordFiles.Run("950")}</w:ins>{WordFiles.Run(" Euro.")}
            <w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r></w:p>
            <w:p>{WordFiles.Run($"{Marker} 4", "<w:rPr><w:vanish/></w:rPr>")}{WordFiles.Run("Sie ist monatlich zu zahlen.")}</w:p>
            <w:p><w:pPr><w:rPr><w:del w:id="3" w:author="{Marker} 5"/></w:rPr></w:pPr>{WordFiles.Run("Dieser Absatz wird ")}</w:p>
            <w:p>{WordFiles.Run("mit dem nächsten eins.")}</w:p>
            <w:p><w:moveFrom w:id="4" w:author="{Marker} 6">{WordFiles.Run(
                $"{Marker} 7"
            )}</w:moveFrom><w:r><w:instrText> AUTHOR "{Marker} 8" </w:instrText></w:r></w:p>
            <w:tbl><w:tr><w:trPr><w:del w:id="5" w:author="{Marker} 9"/></w:trPr><w:tc>{WordFiles.Paragraph(
                $"{Marker} 10"
            )}</w:tc><w:tc>{WordFiles.Paragraph($"{Marker} 11")}</w:tc></w:tr>
            <w:tr><w:tc>{WordFiles.Paragraph("Kaution")}</w:tc><w:tc>{WordFiles.Paragraph("2.850 Euro")}</w:tc></w:tr></w:tbl>
            <w:p><w:r><w:footnoteReference w:id="7"/></w:r></w:p>
            """,
            AddMarkedParts
        );

    /// <summary>Makes a document with the text in notes, boxes, fields, links, content controls and nested tables.</summary>
    /// <returns>The file.</returns>
    public static byte[] WithEverything() =>
        WordFiles.FromBody(
            $"""
            {WordFiles.Paragraph("Gutachten", "<w:pPr><w:pStyle w:val=\"Heading1\"/></w:pPr>")}
            <w:p>{WordFiles.Run("Vor der Fußnote")}<w:r><w:footnoteReference w:id="7"/></w:r>{WordFiles.Run(
                " und danach"
            )}<w:r><w:endnoteReference w:id="3"/></w:r>{WordFiles.Run(".")}</w:p>
            <w:p><w:hyperlink r:id="rId99" w:anchor="x">{WordFiles.Run(
                "Verweistext"
            )}</w:hyperlink><w:r><w:tab/></w:r><w:r><w:noBreakHyphen/></w:r><w:r><w:br/></w:r><w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>{WordFiles.Run(
                " gewählt"
            )}</w:p>
            <w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> DATE </w:instrText></w:r>{WordFiles.Run(
                "Anweisung"
            )}<w:r><w:fldChar w:fldCharType="separate"/></w:r>{WordFiles.Run("24.12.2025")}<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>
            <w:sdt><w:sdtPr><w:alias w:val="Steuerelement"/></w:sdtPr><w:sdtContent>{WordFiles.Paragraph(
                "Inhalt des Steuerelements"
            )}</w:sdtContent></w:sdt>
            <w:p>{WordFiles.Run(
                "Der Anker."
            )}<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx><w:txbxContent>{WordFiles.Paragraph(
                "Text im Kasten"
            )}</w:txbxContent></wps:txbx></w:drawing></mc:Choice>
            <mc:Fallback><w:pict><v:textbox><w:txbxContent>{WordFiles.Paragraph(
                "Text im Kasten"
            )}</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>{WordFiles.Run(" Nach dem Anker.")}</w:p>
            {Item("Erstens", 0)}{Item("Unterpunkt", 1)}{Item("Noch einer", 1)}{Item("Zweitens", 0)}
            <w:tbl><w:tr><w:tc>{WordFiles.Paragraph("Links")}<w:tbl><w:tr><w:tc>{WordFiles.Paragraph(
                "innen a"
            )}</w:tc><w:tc>{WordFiles.Paragraph("innen b")}</w:tc></w:tr></w:tbl>{WordFiles.Paragraph("")}</w:tc><w:tc>{WordFiles.Paragraph(
                "Rechts oben"
            )}{WordFiles.Paragraph("Rechts unten")}</w:tc></w:tr></w:tbl>
            <w:tbl><w:tr><w:tc>{WordFiles.Paragraph("Allein in der Zeile.")}{WordFiles.Paragraph("Zweiter Absatz.")}</w:tc></w:tr></w:tbl>
            <w:p><m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath></w:p>
            """,
            document =>
            {
                MainDocumentPart main = document.MainDocumentPart!;
                WordFiles.Write(main.AddNewPart<FootnotesPart>(), Notes("footnote", 7, "Anmerkung unten"));
                WordFiles.Write(main.AddNewPart<EndnotesPart>(), Notes("endnote", 3, "Anmerkung am Ende"));
            }
        );

    /// <summary>Makes a document whose XML nests deeply.</summary>
    /// <param name="depth">How deep.</param>
    /// <returns>The file.</returns>
    public static byte[] Nested(int depth) =>
        WordFiles.FromBody(
            string.Concat(Enumerable.Repeat("<w:sdt><w:sdtContent>", depth))
                + WordFiles.Paragraph("tief")
                + string.Concat(Enumerable.Repeat("</w:sdtContent></w:sdt>", depth))
        );

    /// <summary>Makes a document whose main part is given, with the parts that every document has.</summary>
    /// <param name="mainPart">The main part's bytes.</param>
    /// <param name="contentType">Its content type.</param>
    /// <param name="external">A relationship to add to the main part's, as XML.</param>
    /// <returns>The file.</returns>
    public static byte[] Raw(
        ReadOnlySpan<byte> mainPart,
        string contentType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
        string external = ""
    )
    {
        using MemoryStream stream = new();
        using (ZipArchive archive = new(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(
                archive,
                "[Content_Types].xml",
                Encoding.UTF8.GetBytes(
                    $"<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Override PartName=\"/word/document.xml\" ContentType=\"{contentType}\"/></Types>"
                )
            );
            Add(
                archive,
                "_rels/.rels",
                "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"a\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"word/document.xml\"/></Relationships>"u8
            );
            Add(archive, "word/document.xml", mainPart);
            Add(
                archive,
                "word/_rels/document.xml.rels",
                Encoding.UTF8.GetBytes(
                    $"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{external}</Relationships>"
                )
            );
        }
        return stream.ToArray();
    }

    /// <summary>Makes a document of many mebibytes of blanks: small on disk.</summary>
    /// <param name="mebibytes">How many.</param>
    /// <returns>The file.</returns>
    public static byte[] Bomb(int mebibytes)
    {
        byte[] body = new byte[mebibytes * 1024 * 1024];
        body.AsSpan().Fill((byte)' ');
        Encoding.UTF8.GetBytes($"<w:document {WordFiles.Namespaces}><w:body>").CopyTo(body, 0);
        byte[] end = Encoding.UTF8.GetBytes("</w:body></w:document>");
        end.CopyTo(body, body.Length - end.Length);
        return Raw(body);
    }

    /// <summary>Makes the compound file that Word makes of an encrypted document, as far as anyone looks who has no password.</summary>
    /// <returns>The file.</returns>
    public static byte[] Encrypted()
    {
        byte[] file = new byte[8192];
        ((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]).CopyTo(file);
        Encoding.Unicode.GetBytes("EncryptedPackage").CopyTo(file, 1024);
        return file;
    }

    private static void Add(ZipArchive archive, string name, ReadOnlySpan<byte> bytes)
    {
        using Stream stream = archive.CreateEntry(name, CompressionLevel.SmallestSize).Open();
        stream.Write(bytes);
    }

    private static string Item(string text, int level) =>
        WordFiles.Paragraph(text, $"<w:pPr><w:numPr><w:ilvl w:val=\"{level}\"/><w:numId w:val=\"1\"/></w:numPr></w:pPr>");

    private static string Notes(string kind, int id, string text) =>
        $"<w:{kind}s {WordFiles.Namespaces}><w:{kind} w:type=\"separator\" w:id=\"-1\"><w:p><w:r><w:separator/></w:r></w:p></w:{kind}><w:{kind} w:id=\"{id}\"><w:p><w:r><w:{kind}Ref/></w:r>{WordFiles.Run(text)}</w:p></w:{kind}></w:{kind}s>";

    private static void AddMarkedParts(WordprocessingDocument document)
    {
        MainDocumentPart main = document.MainDocumentPart!;
        WordFiles.Write(
            main.AddNewPart<WordprocessingCommentsPart>(),
            $"<w:comments {WordFiles.Namespaces}><w:comment w:id=\"0\" w:author=\"{Marker} 20\" w:initials=\"Z\">{WordFiles.Paragraph($"{Marker} 21")}</w:comment></w:comments>"
        );
        WordFiles.Write(main.AddNewPart<HeaderPart>(), $"<w:hdr {WordFiles.Namespaces}>{WordFiles.Paragraph($"{Marker} 22")}</w:hdr>");
        WordFiles.Write(main.AddNewPart<FooterPart>(), $"<w:ftr {WordFiles.Namespaces}>{WordFiles.Paragraph($"{Marker} 23")}</w:ftr>");
        WordFiles.Write(
            main.AddNewPart<FootnotesPart>(),
            Notes("footnote", 7, "Eine Fußnote.")
                .Replace("<w:footnotes ", $"<w:footnotes w:author=\"{Marker} 24\" ", StringComparison.Ordinal)
        );
        CustomXmlPart custom = main.AddCustomXmlPart(CustomXmlPartType.CustomXml);
        WordFiles.Write(custom, $"<a>{Marker} 25</a>");
        document.PackageProperties.Creator = $"{Marker} 26";
        document.PackageProperties.LastModifiedBy = $"{Marker} 27";
        document.PackageProperties.Title = $"{Marker} 28";
        document.PackageProperties.Keywords = $"{Marker} 29";
        document.AddCustomFilePropertiesPart().Properties = new Properties(
            new CustomDocumentProperty(new VTLPWSTR($"{Marker} 30"))
            {
                FormatId = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}",
                PropertyId = 2,
                Name = $"{Marker} 31",
            }
        );
        document.AddExtendedFilePropertiesPart().Properties = new DocumentFormat.OpenXml.ExtendedProperties.Properties(
            new DocumentFormat.OpenXml.ExtendedProperties.Company($"{Marker} 32"),
            new DocumentFormat.OpenXml.ExtendedProperties.Manager($"{Marker} 33")
        );
    }
}
