using System.Diagnostics;
using System.Reflection;
using System.Text;
using Lethe.Gateway.Documents.Reading;
using Lethe.TestKit.Documents;
using Xunit;

namespace Lethe.UnitTests.Documents;

public sealed class PdfReaderTests
{
    [Theory]
    [InlineData("de-dienstleistungsvertrag.md", 1)]
    [InlineData("en-services-agreement.md", 1)]
    [InlineData("de-mietvertrag.md", 1)]
    [InlineData("de-dienstleistungsvertrag.md", 2)]
    public async Task Read_SetText_ComesBackWhole(string name, int columns)
    {
        string markdown = await File.ReadAllTextAsync(
            Path.Combine(RepositoryFolder.Documents, name),
            TestContext.Current.CancellationToken
        );
        DocumentRead read = await Reading.ReadAsync(PdfFiles.FromMarkdown(markdown, "Entwurf vom 3. Januar", columns), DocumentKind.Pdf);

        string text = read.Text();
        Assert.DoesNotContain("Entwurf vom", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Seite 2", text, StringComparison.Ordinal);
        string flat = Flat(text);
        foreach (MarkdownBlock block in MarkdownBlock.Parse(markdown).Where(block => block.Text.Length > 0))
        {
            Assert.Contains(Flat(block.Text), flat, StringComparison.Ordinal);
        }
        IEnumerable<string> headings = MarkdownBlock
            .Parse(markdown)
            .Where(block => block.Level > 0)
            .Select(block => block.Text.Replace('ı', '?'));
        Assert.Equal(
            headings,
            read.Outline().Where(paragraph => paragraph.Kind == ParagraphKind.Heading).Select(paragraph => paragraph.Text),
            StringComparer.Ordinal
        );
        Assert.True(read.Coverage.Complete);
    }

    [Fact]
    public async Task Read_Cells_AreOneRow()
    {
        StringBuilder page = new();
        PdfFiles.Show(page, "Posten", 71, 700);
        PdfFiles.Show(page, "Betrag", 300, 700);
        PdfFiles.Show(page, "Miete", 71, 680);
        PdfFiles.Show(page, "900 €", 300, 680);
        PdfFiles.Show(page, "(1)", 71, 640);
        PdfFiles.Show(page, "Die Miete ist zu zahlen.", 110, 640);
        DocumentRead read = await Reading.ReadAsync(PdfFile.OfPages([page.ToString()]), DocumentKind.Pdf);

        Assert.Equal(["Posten | Betrag", "Miete | 900 €", "(1) Die Miete ist zu zahlen."], read.Paragraphs());
    }

    [Fact]
    public async Task Read_LinesInAnyOrder_AreReadFromTheTop()
    {
        StringBuilder page = new();
        PdfFiles.Show(page, "und hier endet er.", 71, 686);
        PdfFiles.Show(page, "Der Satz beginnt oben in der ersten Zeile des Absatzes", 71, 700);
        DocumentRead read = await Reading.ReadAsync(PdfFile.OfPages([page.ToString()]), DocumentKind.Pdf);

        Assert.Equal("Der Satz beginnt oben in der ersten Zeile des Absatzes und hier endet er.", read.Text());
    }

    [Fact]
    public async Task Read_Scans_AreCounted()
    {
        StringBuilder page = new();
        PdfFiles.Show(page, "Nur diese Seite hat Text.", 71, 700);
        PdfFile file = new();
        int image = file.AddStream(
            new byte[64],
            "/Type /XObject /Subtype /Image /Width 8 /Height 8 /ColorSpace /DeviceGray /BitsPerComponent 8"
        );
        const string scan = "q 500 0 0 700 40 40 cm /I1 Do Q";
        DocumentRead read = await Reading.ReadAsync(
            PdfFile.OfPages([page.ToString(), scan, scan, ""], $"/XObject << /I1 {image} 0 R >>", file),
            DocumentKind.Pdf
        );

        Assert.Equal("Nur diese Seite hat Text.", read.Text());
        Assert.Equal(2, read.Count(CoverageNoteKind.PagesWithoutText));
        Assert.Equal(0.5, read.Coverage.Share);
        Assert.False(read.Coverage.Complete);
    }

    [Fact]
    public async Task Read_OnlyScans_SaysThatNothingWasRead()
    {
        PdfFile file = new();
        int image = file.AddStream(
            new byte[64],
            "/Type /XObject /Subtype /Image /Width 8 /Height 8 /ColorSpace /DeviceGray /BitsPerComponent 8"
        );
        DocumentRead read = await Reading.ReadAsync(PdfFile.OfPages(["/I1 Do"], $"/XObject << /I1 {image} 0 R >>", file), DocumentKind.Pdf);

        Assert.Equal(0, read.Text.Characters);
        Assert.Equal(new Coverage(Complete: false, 0, read.Coverage.Notes), read.Coverage);
        Assert.Equal(DocumentRefusal.Empty, await Reading.RefuseAsync(PdfFile.OfPages([""]), DocumentKind.Pdf));
    }

    [Fact]
    public async Task Read_Password_IsEncrypted()
    {
        PdfFile file = new()
        {
            Trailer =
                "/ID [<00112233445566778899AABBCCDDEEFF> <00112233445566778899AABBCCDDEEFF>] /Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -44 "
                + $"/O <{new string('A', 64)}> /U <{new string('B', 64)}> >>",
        };
        Assert.Equal(DocumentRefusal.Encrypted, await Reading.RefuseAsync(PdfFile.OfPages(["BT ET"], file: file), DocumentKind.Pdf));
    }

    [Fact]
    public async Task Read_NoPdf_IsNotWhatItSays()
    {
        Assert.Equal(DocumentRefusal.NotWhatItSays, await Reading.RefuseAsync("Nur Text."u8.ToArray(), DocumentKind.Pdf));
        Assert.Equal(DocumentRefusal.NotWhatItSays, await Reading.RefuseAsync(SpecialWordFiles.WithEverything(), DocumentKind.Pdf));
        Assert.Equal(DocumentRefusal.NotWhatItSays, await Reading.RefuseAsync(PdfFile.OfPages([""]), DocumentKind.WordDocument));
        Assert.Equal(DocumentRefusal.Damaged, await Reading.RefuseAsync("%PDF-1.7\nund nichts weiter"u8.ToArray(), DocumentKind.Pdf));
    }

    [Fact]
    public async Task Read_TooManyPages_IsTooLarge() =>
        Assert.Equal(DocumentRefusal.TooLarge, await Reading.RefuseAsync(PdfFile.OfPages(Enumerable.Repeat("", 2001)), DocumentKind.Pdf));

    [Fact]
    public async Task Read_Bomb_IsTooComplexAndCheap()
    {
        byte[] blanks = new byte[300 * 1024 * 1024];
        blanks.AsSpan().Fill((byte)' ');
        byte[] file = PdfFile.OfPages([Encoding.Latin1.GetString(blanks)]);
        blanks = [];
        long before = GC.GetTotalAllocatedBytes();
        Stopwatch watch = Stopwatch.StartNew();

        Assert.Equal(DocumentRefusal.TooComplex, await Reading.RefuseAsync(file, DocumentKind.Pdf));
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 64L * 1024 * 1024);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Read_FormsThatMultiply_AreTooComplex()
    {
        using DocumentReaders readers = Reading.With(new DocumentReadingOptions { MaxDuration = TimeSpan.FromSeconds(2) });
        PdfFile file = new();
        int form = file.AddStream("BT ET"u8, "/Type /XObject /Subtype /Form /BBox [0 0 9 9]");
        for (int level = 0; level < 12; level++)
        {
            form = file.AddStream(
                Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("/X Do ", 20))),
                $"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X {form} 0 R >> >>"
            );
        }
        byte[] bytes = PdfFile.OfPages(["/X Do"], $"/XObject << /X {form} 0 R >>", file);

        Assert.Equal(
            new DocumentRefused(DocumentRefusal.TooComplex),
            await readers.ReadAsync(bytes, DocumentKind.Pdf, TestContext.Current.CancellationToken)
        );
    }

    [Fact]
    public async Task Read_DeepNesting_EndsNothing()
    {
        string deep = new('[', 2_000_000);
        foreach (
            string content in (string[])
                [deep, $"{string.Concat(Enumerable.Repeat("<<", 500_000))}", $"/A {string.Concat(Enumerable.Repeat("<</A ", 300_000))} BDC"]
        )
        {
            _ = await Reading.Readers.ReadAsync(PdfFile.OfPages([content]), DocumentKind.Pdf, TestContext.Current.CancellationToken);
        }
        byte[] raw = Encoding.ASCII.GetBytes($"%PDF-1.7\n1 0 obj\n{deep}\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF");
        Assert.IsType<DocumentRefused>(await Reading.Readers.ReadAsync(raw, DocumentKind.Pdf, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("/Length2")]
    [InlineData("/#4cength2")]
    public async Task Read_FontProgramThatCallsItself_EndsNothing(string length)
    {
        PdfFile file = new();
        byte[] program = Type1Programs.ThatCallsItself(out int clear, out int encrypted);
        int font = file.AddStream(program, $"/Length1 {clear} {length} {encrypted} /Length3 0");
        int descriptor = file.Add(
            $"<< /Type /FontDescriptor /FontName /Bad /Flags 32 /FontBBox [0 0 1000 1000] /ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 /FontFile {font} 0 R >>"
        );
        int bad = file.Add(
            $"<< /Type /Font /Subtype /Type1 /BaseFont /Bad /FirstChar 65 /LastChar 65 /Widths [600] /FontDescriptor {descriptor} 0 R /Encoding /WinAnsiEncoding >>"
        );
        DocumentRead read = await Reading.ReadAsync(
            PdfFile.OfPages(["BT /F9 11 Tf 71 700 Td (A) Tj ET"], $"/Font << /F9 {bad} 0 R >>", file),
            DocumentKind.Pdf
        );

        Assert.Equal("A", read.Text());
    }

    [Fact]
    public async Task Read_NamesAndOperators_AreForgotten()
    {
        string marker = $"Zaunkoenig{Guid.NewGuid():N}";
        PdfFile file = new();
        int other = file.Add($"<< /{marker}Name 1 >>");
        _ = await Reading.ReadAsync(
            PdfFile.OfPages(
                [$"BT /F1 11 Tf 71 700 Td (A) Tj ET /{marker}Mark BMC {marker}Operator EMC"],
                $"/Properties << /P {other} 0 R >>",
                file
            ),
            DocumentKind.Pdf
        );

        Assert.DoesNotContain(
            Kept(typeof(UglyToad.PdfPig.Tokens.NameToken), "NameMap"),
            name => name.Contains(marker, StringComparison.Ordinal)
        );
        Assert.DoesNotContain(
            Kept(typeof(UglyToad.PdfPig.Tokens.OperatorToken), "PooledNames"),
            name => name.Contains(marker, StringComparison.Ordinal)
        );
        Assert.NotEmpty(Kept(typeof(UglyToad.PdfPig.Tokens.NameToken), "NameMap"));
    }

    [Fact]
    public async Task Read_LargeNumbersElsewhere_DoNotMatter()
    {
        PdfFile file = new();
        _ = file.Add("<< /ByteRange [0 1234567 2345678 999] /BBox [-1000 -1000 200000] >>");
        DocumentRead read = await Reading.ReadAsync(
            PdfFile.OfPages(["BT /F1 11 Tf 71 700 Td [(Az. [1 ) 2 (1234567 89])] TJ ET"], file: file),
            DocumentKind.Pdf
        );

        Assert.Equal("Az. [1 1234567 89]", read.Text());
    }

    [Fact]
    public async Task Read_ColoursMadeOfThemselves_EndNothing()
    {
        PdfFile file = new();
        int indexed = file.Add(string.Empty);
        file.Set(indexed, $"[/Indexed {indexed} 0 R 1 <0001>]");
        int function = file.Add(string.Empty);
        file.Set(function, $"<< /FunctionType 3 /Domain [0 1] /Functions [{function} 0 R] /Bounds [] /Encode [0 1] >>");
        int separation = file.Add($"[/Separation /X /DeviceRGB {function} 0 R]");
        int state = file.Add(string.Empty);
        file.Set(state, $"<< /Type /ExtGState /SMask << /S /Luminosity /G {state} 0 R >> >>");
        byte[] bytes = PdfFile.OfPages(
            ["/G gs /C1 cs 0 sc /C2 CS 0 SCN BT /F1 11 Tf 71 700 Td (A) Tj ET"],
            $"/ColorSpace << /C1 {indexed} 0 R /C2 {separation} 0 R >> /ExtGState << /G {state} 0 R >>",
            file
        );
        DocumentReadResult result = await Reading.Readers.ReadAsync(bytes, DocumentKind.Pdf, TestContext.Current.CancellationToken);

        Assert.True(result is DocumentRefused || (result is DocumentRead read && read.Text() == "A"));
    }

    [Fact]
    public async Task Read_CodesOfTex_AreLigatures()
    {
        DocumentRead read = await Reading.ReadAsync(
            PdfFile.OfPages(
                [@"BT /F9 11 Tf 71 700 Td (con\014rm the e\013ect) Tj ET"],
                "/Font << /F9 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"
            ),
            DocumentKind.Pdf
        );
        Assert.Equal("confirm the effect", read.Text());
    }

    [Fact]
    public async Task Read_Cancelled_Throws()
    {
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Reading.Readers.ReadAsync(PdfFile.OfPages(["BT ET"]), DocumentKind.Pdf, cancelled.Token)
        );
    }

    private static string[] Kept(Type type, string field) =>
        [
            .. (
                (System.Collections.IDictionary)type.GetField(field, BindingFlags.NonPublic | BindingFlags.Static)!.GetValue(null)!
            ).Keys.Cast<string>(),
        ];

    private static string Flat(string text) =>
        string.Concat(text.Where(character => !char.IsWhiteSpace(character) && character != '-')).Replace('ı', '?');
}
