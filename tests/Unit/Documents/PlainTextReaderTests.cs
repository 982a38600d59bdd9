using System.Text;
using Lethe.Gateway.Documents.Reading;
using Lethe.TestKit.Documents;
using Xunit;

namespace Lethe.UnitTests.Documents;

public sealed class PlainTextReaderTests
{
    [Fact]
    public async Task Read_EmptyLines_PartParagraphs()
    {
        DocumentRead read = await Reading.ReadAsync(
            "§ 1 Zweck\r\n\r\nErste Zeile\r\nzweite  Zeile \r\n\r\n\r\nLetzter Absatz",
            DocumentKind.PlainText
        );

        Assert.Equal(
            [
                (ParagraphKind.Heading, 1, "§ 1 Zweck"),
                (ParagraphKind.Paragraph, 0, "Erste Zeile\nzweite Zeile"),
                (ParagraphKind.Paragraph, 0, "Letzter Absatz"),
            ],
            read.Outline()
        );
        Assert.Equal("§ 1 Zweck\n\nErste Zeile\nzweite Zeile\n\nLetzter Absatz", read.Text());
        Assert.Equal(Coverage.All, read.Coverage);
    }

    [Fact]
    public async Task Read_LinesThatNoOneWrapped_AreParagraphs()
    {
        string lineOne = string.Join(' ', Enumerable.Repeat("Der Mieter zahlt die Miete.", 8));
        DocumentRead read = await Reading.ReadAsync($"{lineOne}\nKurz.\n{lineOne}", DocumentKind.PlainText);

        Assert.Equal([lineOne, "Kurz.", lineOne], read.Paragraphs());
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public async Task Read_WithByteOrderMark_IsUnderstood(string name)
    {
        Encoding encoding = Encoding.GetEncoding(name);
        DocumentRead read = await Reading.ReadAsync(
            [.. encoding.GetPreamble(), .. encoding.GetBytes("Größe: 5 € – „ja“ 😀")],
            DocumentKind.PlainText
        );

        Assert.Equal("Größe: 5 € – „ja“ 😀", read.Text());
        Assert.True(read.Coverage.Complete);
    }

    [Fact]
    public async Task Read_Windows1252_IsAssumedAndSaid()
    {
        const string letter = "Sehr geehrte Frau Müller, gemäß § 5 überweisen wir 20 € – „fristgerecht“.";
        DocumentRead read = await Reading.ReadAsync(PdfFile.Windows1252(letter), DocumentKind.PlainText);

        Assert.Equal(letter, read.Text());
        Assert.Equal(letter.Count(character => character > 127), read.Count(CoverageNoteKind.EncodingAssumed));
        Assert.True(read.Coverage.Complete);
    }

    [Fact]
    public async Task Read_Utf8WithABrokenByte_KeepsTheRestAndSaysSo()
    {
        byte[] text = Encoding.UTF8.GetBytes("Überweisung für Büro, Gebühr, Küche, Tür und Möbel");
        text[^2] = 0xFF;
        DocumentRead read = await Reading.ReadAsync(text, DocumentKind.PlainText);

        Assert.StartsWith("Überweisung für Büro", read.Text(), StringComparison.Ordinal);
        Assert.Equal(1, read.Count(CoverageNoteKind.UnreadableCharacters));
        Assert.False(read.Coverage.Complete);
    }

    [Fact]
    public async Task Read_NulOrControls_IsNoText()
    {
        Assert.Equal(DocumentRefusal.NotWhatItSays, await Reading.RefuseAsync("Text\0mehr"u8.ToArray(), DocumentKind.PlainText));
        Assert.Equal(DocumentRefusal.NotWhatItSays, await Reading.RefuseAsync([1, 2, 3, 4, 5, 6, 65], DocumentKind.PlainText));
        Assert.Equal(
            DocumentRefusal.NotWhatItSays,
            await Reading.RefuseAsync([0x81, 0x8D, 0x90, 65, 65, 65, 65, 65, 65, 65], DocumentKind.PlainText)
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n\t\r\n ")]
    [InlineData("\uFEFF")]
    public async Task Read_NothingToSee_IsEmpty(string text) =>
        Assert.Equal(DocumentRefusal.Empty, await Reading.RefuseAsync(Encoding.UTF8.GetBytes(text), DocumentKind.PlainText));

    [Theory]
    [InlineData("%PDF-1.7\n")]
    [InlineData(@"{\rtf1\ansi Text}")]
    [InlineData("PK\u0003\u0004")]
    public async Task Read_AnotherFormat_IsNotWhatItSays(string start) =>
        Assert.Equal(
            DocumentRefusal.NotWhatItSays,
            await Reading.RefuseAsync(Encoding.Latin1.GetBytes(start + "Text"), DocumentKind.PlainText)
        );

    [Fact]
    public async Task Read_OneHugeParagraph_IsRead()
    {
        string huge = string.Concat(Enumerable.Repeat("Der Vertrag gilt. ", 200_000));
        DocumentRead read = await Reading.ReadAsync(huge, DocumentKind.PlainText);

        Assert.Equal(huge.TrimEnd(), Assert.Single(read.Paragraphs()));
    }

    [Fact]
    public async Task Read_MoreThanTheLimits_IsTooLarge()
    {
        using DocumentReaders few = Reading.With(new DocumentReadingOptions { MaxParagraphs = 2, MaxTextBytes = 1024 });

        DocumentReadResult lines = await few.ReadAsync(
            "a\n\nb\n\nc"u8.ToArray(),
            DocumentKind.PlainText,
            TestContext.Current.CancellationToken
        );
        DocumentReadResult bytes = await few.ReadAsync(
            Encoding.UTF8.GetBytes(new string('a', 1025)),
            DocumentKind.PlainText,
            TestContext.Current.CancellationToken
        );

        Assert.Equal(new DocumentRefused(DocumentRefusal.TooLarge), lines);
        Assert.Equal(new DocumentRefused(DocumentRefusal.TooLarge), bytes);
    }
}
