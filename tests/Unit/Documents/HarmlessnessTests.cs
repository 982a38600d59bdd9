using System.Diagnostics;
using Lethe.Gateway.Documents.Reading;
using Lethe.TestKit.Documents;
using Xunit;

namespace Lethe.UnitTests.Documents;

[Collection("alone")]
public sealed class HarmlessnessTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Read_AnyDocument_MakesNoFile()
    {
        string[] folders =
        [
            Path.GetTempPath(),
            Environment.CurrentDirectory,
            Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData),
        ];
        List<string> made = [];
        List<FileSystemWatcher> watchers = [];
        try
        {
            foreach (string folder in folders.Where(Directory.Exists).Distinct(StringComparer.Ordinal))
            {
                FileSystemWatcher watcher = new(folder) { IncludeSubdirectories = false };
                watcher.Created += (_, change) =>
                {
                    lock (made)
                    {
                        made.Add(change.FullPath);
                    }
                };
                watcher.EnableRaisingEvents = true;
                watchers.Add(watcher);
            }
            string sign = Path.Combine(Path.GetTempPath(), $"lethe-watch-{Guid.NewGuid():N}");
            foreach (
                string path in RepositoryFolder
                    .AllDocuments()
                    .Where(path => Reading.FormatOf(path) is DocumentKind.WordDocument or DocumentKind.Pdf)
            )
            {
                _ = await Reading.ReadAsync(
                    await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken),
                    Reading.FormatOf(path)
                );
            }
            _ = await Reading.ReadAsync(SpecialWordFiles.WithEverything(), DocumentKind.WordDocument);
            await File.WriteAllTextAsync(sign, "", TestContext.Current.CancellationToken); // the watcher saw everything before it has seen this
            Stopwatch watch = Stopwatch.StartNew();
            while (!Contains(made, sign) && watch.Elapsed < Long)
            {
                await Task.Yield();
            }
            File.Delete(sign);
            Assert.True(Contains(made, sign));
            lock (made)
            {
                // Other tests run beside this one; the SDK's temporary files, which this is about, are called tmp*.tmp.
                Assert.DoesNotContain(made, path => Path.GetFileName(path).StartsWith("tmp", StringComparison.OrdinalIgnoreCase));
            }
        }
        finally
        {
            watchers.ForEach(watcher => watcher.Dispose());
        }
    }

    [Theory]
    [InlineData(DocumentKind.PlainText, 400)]
    [InlineData(DocumentKind.Markdown, 400)]
    [InlineData(DocumentKind.Paragraphs, 1000)]
    [InlineData(DocumentKind.WordDocument, 500)]
    [InlineData(DocumentKind.Pdf, 500)]
    public async Task Read_MutatedDocuments_NeverThrows(DocumentKind format, int rounds)
    {
        List<byte[]> corpus = Corpus(format);
        Mutations mutations = new(seed: 20260301 + (uint)format);
        using DocumentReaders readers = Reading.With(new DocumentReadingOptions { MaxDuration = TimeSpan.FromSeconds(5) });
        Stopwatch watch = Stopwatch.StartNew();
        for (int round = 0; round < rounds && watch.Elapsed < Long; round++)
        {
            byte[] file = mutations.Change(corpus[round % corpus.Count]);
            if (await readers.ReadAsync(file, format, TestContext.Current.CancellationToken) is DocumentRead read)
            {
                Assert.True(System.Text.Unicode.Utf8.IsValid(read.Text.Utf8.Span));
                read.Text.Dispose();
            }
        }
    }

    private static List<byte[]> Corpus(DocumentKind format)
    {
        string german = File.ReadAllText(Path.Combine(RepositoryFolder.Documents, "de-mietvertrag.md"));
        return format switch
        {
            DocumentKind.Paragraphs => ["""[{"id":"a1","text":"eins \u00fc"},{"id":"b-22","text":"zwei"}]"""u8.ToArray()],
            DocumentKind.WordDocument =>
            [
                SpecialWordFiles.WithEverything(),
                SpecialWordFiles.WithMarkers(),
                SpecialWordFiles.Raw(
                    System.Text.Encoding.UTF8.GetBytes(
                        $"<w:document {WordFiles.Namespaces}><w:body>{WordFiles.Paragraph("Text")}</w:body></w:document>"
                    )
                ),
            ],
            DocumentKind.Pdf =>
            [
                PdfFiles.FromMarkdown(german[..2500], "Kopf"),
                PdfFile.OfPages(["BT /F1 11 Tf 71 700 Td (Text) Tj [(a) -200 (b)] TJ ET q 1 0 0 1 5 5 cm Q"]),
            ],
            _ => [System.Text.Encoding.UTF8.GetBytes(german), PdfFile.Windows1252(german)],
        };
    }

    private static bool Contains(List<string> made, string path)
    {
        lock (made)
        {
            return made.Contains(path);
        }
    }
}

[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class Alone;
