using System.Text;
using Lethe.Gateway.Documents.Reading;
using Lethe.TestKit.Documents;
using Xunit;

namespace Lethe.UnitTests.Documents;

public sealed class WordReaderTests
{
    [Fact]
    public async Task Read_Markers_NeverReachTheText()
    {
        DocumentRead read = await Reading.ReadAsync(SpecialWordFiles.WithMarkers(), DocumentKind.WordDocument);

        Assert.DoesNotContain(SpecialWordFiles.Marker, read.Text(), StringComparison.Ordinal);
        Assert.Equal(
            [
                "Die Miete beträgt 950 Euro.",
                "Sie ist monatlich zu zahlen.",
                "Dieser Absatz wird mit dem nächsten eins.",
                "Kaution | 2.850 Euro",
                "[^1]",
                "[^1] Eine Fußnote.",
            ],
            read.Paragraphs()
        );
        Assert.Equal(1, read.Count(CoverageNoteKind.SkippedComments));
        Assert.Equal(1, read.Count(CoverageNoteKind.SkippedHiddenText));
        Assert.Equal(2, read.Count(CoverageNoteKind.SkippedHeadersAndFooters));
        Assert.Equal(5, read.Count(CoverageNoteKind.TrackedChangesAccepted));
        Assert.True(read.Coverage.Complete);
    }

    [Fact]
    public async Task Read_Everything_IsInOrder()
    {
        DocumentRead read = await Reading.ReadAsync(SpecialWordFiles.WithEverything(), DocumentKind.WordDocument);

        Assert.Equal(
            [
                (ParagraphKind.Heading, 1, "Gutachten"),
                (ParagraphKind.Paragraph, 0, "Vor der Fußnote[^1] und danach[^2]."),
                (ParagraphKind.Paragraph, 0, "Verweistext -\n☑ gewählt"),
                (ParagraphKind.Paragraph, 0, "24.12.2025"),
                (ParagraphKind.Paragraph, 0, "Inhalt des Steuerelements"),
                (ParagraphKind.Paragraph, 0, "Der Anker. Nach dem Anker."),
                (ParagraphKind.Paragraph, 0, "Text im Kasten"),
                (ParagraphKind.ListItem, 1, "1. Erstens"),
                (ParagraphKind.ListItem, 2, "a) Unterpunkt"),
                (ParagraphKind.ListItem, 2, "b) Noch einer"),
                (ParagraphKind.ListItem, 1, "2. Zweitens"),
                (ParagraphKind.TableRow, 0, "Links; innen a | innen b | Rechts oben; Rechts unten"),
                (ParagraphKind.Paragraph, 0, "Allein in der Zeile."),
                (ParagraphKind.Paragraph, 0, "Zweiter Absatz."),
                (ParagraphKind.Paragraph, 0, "1/2"),
                (ParagraphKind.Footnote, 0, "[^1] Anmerkung unten"),
                (ParagraphKind.Footnote, 0, "[^2] Anmerkung am Ende"),
            ],
            read.Outline()
        );
    }

    [Fact]
    public async Task Read_OnlyPictures_SaysThatNothingWasRead()
    {
        byte[] file = WordFiles.FromBody(
            "<w:p><w:r><w:drawing><pic:pic xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"/></w:drawing></w:r></w:p>"
        );
        DocumentRead read = await Reading.ReadAsync(file, DocumentKind.WordDocument);

        Assert.Equal(0, read.Text.Characters);
        Assert.Equal(0, read.Coverage.Share);
        Assert.False(read.Coverage.Complete);
        Assert.Equal(1, read.Count(CoverageNoteKind.ImagesWithoutText));
    }

    [Fact]
    public async Task Read_StrictDocument_IsUnderstood()
    {
        byte[] file = SpecialWordFiles.Raw(
            """<w:document xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"><w:body><w:p><w:r><w:t>Streng</w:t></w:r></w:p></w:body></w:document>"""u8
        );
        Assert.Equal("Streng", (await Reading.ReadAsync(file, DocumentKind.WordDocument)).Text());
    }

    [Fact]
    public async Task Read_MalformedLink_DoesNotMatter()
    {
        byte[] file = SpecialWordFiles.Raw(
            Encoding.UTF8.GetBytes($"<w:document {WordFiles.Namespaces}><w:body>{WordFiles.Paragraph("Text")}</w:body></w:document>"),
            external: """<Relationship Id="b" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink" Target="mailto:x@:::y%%" TargetMode="External"/>"""
        );
        Assert.Equal("Text", (await Reading.ReadAsync(file, DocumentKind.WordDocument)).Text());
    }

    [Theory]
    [InlineData("application/vnd.ms-word.document.macroEnabled.main+xml")]
    [InlineData("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml")]
    public async Task Read_AnotherKindOfPackage_IsNotWhatItSays(string contentType) =>
        Assert.Equal(
            DocumentRefusal.NotWhatItSays,
            await Reading.RefuseAsync(SpecialWordFiles.Raw("<a/>"u8, contentType), DocumentKind.WordDocument)
        );

    [Fact]
    public async Task Read_Encrypted_IsSaid()
    {
        Assert.Equal(DocumentRefusal.Encrypted, await Reading.RefuseAsync(SpecialWordFiles.Encrypted(), DocumentKind.WordDocument));
        byte[] old = SpecialWordFiles.Encrypted();
        old.AsSpan(1024).Clear();
        Assert.Equal(DocumentRefusal.NotWhatItSays, await Reading.RefuseAsync(old, DocumentKind.WordDocument));
    }

    [Fact]
    public async Task Read_TruncatedOrChanged_IsDamaged()
    {
        byte[] file = SpecialWordFiles.WithEverything();
        Assert.Equal(DocumentRefusal.Damaged, await Reading.RefuseAsync(file[..(file.Length / 2)], DocumentKind.WordDocument));
        Assert.Equal(DocumentRefusal.Damaged, await Reading.RefuseAsync(SpecialWordFiles.Raw("<w:document>"u8), DocumentKind.WordDocument));
        Assert.Equal(
            DocumentRefusal.NotWhatItSays,
            await Reading.RefuseAsync("PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"u8.ToArray(), DocumentKind.WordDocument)
        );
    }

    [Fact]
    public async Task Read_DocumentType_IsDamaged() =>
        Assert.Equal(
            DocumentRefusal.Damaged,
            await Reading.RefuseAsync(
                SpecialWordFiles.Raw("""<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>"""u8),
                DocumentKind.WordDocument
            )
        );

    [Theory]
    [InlineData(400)]
    [InlineData(200_000)]
    public async Task Read_DeepNesting_IsTooComplex(int depth) =>
        Assert.Equal(DocumentRefusal.TooComplex, await Reading.RefuseAsync(SpecialWordFiles.Nested(depth), DocumentKind.WordDocument));

    [Fact]
    public async Task Read_Bomb_IsTooComplexAndCheap()
    {
        byte[] file = SpecialWordFiles.Bomb(400);
        Assert.True(file.Length < 1024 * 1024);
        long before = GC.GetTotalAllocatedBytes();
        Assert.Equal(DocumentRefusal.TooComplex, await Reading.RefuseAsync(file, DocumentKind.WordDocument));
        byte[] smaller = SpecialWordFiles.Bomb(8); // within the sum, not within the ratio
        Assert.Equal(DocumentRefusal.TooComplex, await Reading.RefuseAsync(smaller, DocumentKind.WordDocument));
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 900L * 1024 * 1024);
    }
}
