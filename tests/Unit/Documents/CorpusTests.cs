using System.Diagnostics;
using System.Text;
using Lethe.Gateway.Documents.Reading;
using Lethe.TestKit.Documents;
using Xunit;

namespace Lethe.UnitTests.Documents;

public sealed class CorpusTests
{
    public static TheoryData<string> Files => [.. RepositoryFolder.AllDocuments().Select(file => Path.GetFullPath(file))];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Read_EveryDocument_IsWholeValidAndQuick(string path)
    {
        byte[] file = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        Stopwatch watch = Stopwatch.StartNew();
        DocumentRead read = await Reading.ReadAsync(file, Reading.FormatOf(path));

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.True(read.Coverage.Complete);
        Assert.InRange(read.Text.Characters, 900, int.MaxValue);
        Assert.InRange(read.Text.Paragraphs.Count, 5, int.MaxValue);
        Assert.True(System.Text.Unicode.Utf8.IsValid(read.Text.Utf8.Span));
        int end = 0;
        foreach (ParagraphSpan paragraph in read.Text.Paragraphs)
        {
            Assert.True(paragraph.Offset >= end && paragraph.Length > 0);
            Assert.DoesNotMatch(
                @"^\s|\s$|[\u0000-\u0009\u000B-\u001F\uFFFD\u00AD]",
                Encoding.UTF8.GetString(read.Text.TextOf(paragraph).Span)
            );
            end = paragraph.Offset + paragraph.Length;
        }
        Assert.Equal(read.Text.Utf8.Length, end);
        DocumentRead again = await Reading.ReadAsync(file, Reading.FormatOf(path));
        Assert.Equal(read.Text.Utf8.ToArray(), again.Text.Utf8.ToArray());
        Assert.Equal(read.Text.Paragraphs, again.Text.Paragraphs);
    }

    [Theory]
    [InlineData("de-dienstleistungsvertrag", "§ 8 Laufzeit und Kündigung", "Kritisch | Die Fertigung steht still | 30 Minuten | 4 Stunden")]
    [InlineData("de-mietvertrag", "§ 4 Mietsicherheit", "Büroräume | 9.672,00 €")]
    public async Task Read_CommittedWordDocument_IsItsText(string name, string heading, string row)
    {
        string markdown = await File.ReadAllTextAsync(
            Path.Combine(RepositoryFolder.Documents, name + ".md"),
            TestContext.Current.CancellationToken
        );
        byte[] committed = await File.ReadAllBytesAsync(
            Path.Combine(RepositoryFolder.Documents, name + ".docx"),
            TestContext.Current.CancellationToken
        );
        DocumentRead read = await Reading.ReadAsync(committed, DocumentKind.WordDocument);
        DocumentRead source = await Reading.ReadAsync(markdown, DocumentKind.Markdown);
        DocumentRead made = await Reading.ReadAsync(WordFiles.FromMarkdown(markdown), DocumentKind.WordDocument);

        Assert.Equal(source.Outline(), read.Outline());
        Assert.Equal(made.Outline(), read.Outline());
        Assert.Contains(read.Outline(), paragraph => paragraph == (ParagraphKind.Heading, 2, heading));
        Assert.Contains(read.Outline(), paragraph => paragraph == (ParagraphKind.TableRow, 0, row));
    }

    [Fact]
    public async Task Read_CommittedPdf_IsItsText()
    {
        string markdown = await File.ReadAllTextAsync(
            Path.Combine(RepositoryFolder.Documents, "en-services-agreement.md"),
            TestContext.Current.CancellationToken
        );
        byte[] committed = await File.ReadAllBytesAsync(
            Path.Combine(RepositoryFolder.Documents, "en-services-agreement.pdf"),
            TestContext.Current.CancellationToken
        );
        DocumentRead read = await Reading.ReadAsync(committed, DocumentKind.Pdf);

        Assert.All(
            MarkdownBlock.Parse(markdown).Where(block => block.Text.Length > 0),
            block => Assert.Contains(block.Text, read.Paragraphs(), StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task DemosContract_IsOneOfOurDocuments() =>
        Assert.Equal(
            await File.ReadAllBytesAsync(
                Path.Combine(RepositoryFolder.Documents, "de-dienstleistungsvertrag.docx"),
                TestContext.Current.CancellationToken
            ),
            await File.ReadAllBytesAsync(
                Path.Combine(RepositoryFolder.Root, "deploy", "Local", "Contract.docx"),
                TestContext.Current.CancellationToken
            )
        );
}
