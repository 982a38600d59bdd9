using System.Text;
using Lethe.Gateway.Documents.Reading;
using Microsoft.Extensions.Options;
using Xunit;

namespace Lethe.UnitTests.Documents;

/// <summary>Reads documents as the Gateway does.</summary>
internal static class Reading
{
    public static DocumentReaders Readers { get; } = With(new DocumentReadingOptions());

    public static DocumentReaders With(DocumentReadingOptions options) => new(Options.Create(options), TimeProvider.System);

    public static async Task<DocumentRead> ReadAsync(byte[] file, DocumentKind format) =>
        Assert.IsType<DocumentRead>(await Readers.ReadAsync(file, format, TestContext.Current.CancellationToken));

    public static Task<DocumentRead> ReadAsync(string text, DocumentKind format) => ReadAsync(Encoding.UTF8.GetBytes(text), format);

    public static async Task<DocumentRefusal> RefuseAsync(byte[] file, DocumentKind format) =>
        Assert.IsType<DocumentRefused>(await Readers.ReadAsync(file, format, TestContext.Current.CancellationToken)).Reason;

    public static string Text(this DocumentRead read) => Encoding.UTF8.GetString(read.Text.Utf8.Span);

    public static IReadOnlyList<string> Paragraphs(this DocumentRead read) =>
        [.. read.Text.Paragraphs.Select(paragraph => Encoding.UTF8.GetString(read.Text.TextOf(paragraph).Span))];

    public static IReadOnlyList<(ParagraphKind Kind, int Level, string Text)> Outline(this DocumentRead read) =>
        [.. read.Text.Paragraphs.Zip(read.Paragraphs(), (span, text) => (span.Kind, (int)span.Level, text))];

    public static int Count(this DocumentRead read, CoverageNoteKind kind) =>
        read.Coverage.Notes.FirstOrDefault(note => note.Kind == kind)?.Count ?? 0;

    public static DocumentKind FormatOf(string file) =>
        Path.GetExtension(file) switch
        {
            ".md" => DocumentKind.Markdown,
            ".docx" => DocumentKind.WordDocument,
            ".pdf" => DocumentKind.Pdf,
            ".json" => DocumentKind.Paragraphs,
            _ => DocumentKind.PlainText,
        };
}
