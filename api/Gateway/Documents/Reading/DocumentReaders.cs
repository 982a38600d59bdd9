using Lethe.Gateway.Documents.Reading.Pdf;
using Lethe.Gateway.Documents.Reading.Text;
using Lethe.Gateway.Documents.Reading.Word;
using Microsoft.Extensions.Options;

namespace Lethe.Gateway.Documents.Reading;

/// <summary>Reads documents in memory: no file is made, and nothing is kept when it is done.</summary>
public sealed class DocumentReaders : IDisposable
{
    // Parsers of nested formats get a deep stack of their own, so that no request's stack can run out under them.
    private const int StackBytes = 16 * 1024 * 1024;

    private readonly DocumentReadingOptions options;
    private readonly TimeProvider clock;
    private readonly SemaphoreSlim room;

    /// <summary>Initializes a new instance of the <see cref="DocumentReaders"/> class.</summary>
    /// <param name="options">The bounds.</param>
    /// <param name="clock">Measures how long a document takes.</param>
    public DocumentReaders(IOptions<DocumentReadingOptions> options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = options.Value;
        this.clock = clock;
        room = new SemaphoreSlim(this.options.MaxConcurrent);
    }

    /// <summary>Reads a document.</summary>
    /// <param name="file">The whole file as it was uploaded, unchanged while this runs; the caller zeroes it afterwards.</param>
    /// <param name="format">What the upload says it is.</param>
    /// <param name="cancellationToken">Observed throughout.</param>
    /// <returns><see cref="DocumentRead"/> or <see cref="DocumentRefused"/>.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; nothing is kept.</exception>
    public async Task<DocumentReadResult> ReadAsync(ReadOnlyMemory<byte> file, DocumentKind format, CancellationToken cancellationToken)
    {
        if (file.IsEmpty)
        {
            return new DocumentRefused(DocumentRefusal.Empty);
        }
        if (!Fits(FileSignatures.Of(file.Span), format))
        {
            return new DocumentRefused(DocumentRefusal.NotWhatItSays);
        }
        IDocumentReader reader = ReaderFor(format);
        if (!reader.IsHeavy)
        {
            return Read(reader, file, cancellationToken);
        }
        if (!await room.WaitAsync(options.MaxWait, cancellationToken))
        {
            return new DocumentRefused(DocumentRefusal.Busy);
        }
        Task<DocumentReadResult> work = ReadOnOwnThreadAsync(reader, file, cancellationToken);
        _ = work.ContinueWith(
            _ => room.Release(),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default
        );
        try
        {
            // The budget ends the work in time. Should a parser have a loop that asks for nothing, its thread alone is lost, and its room.
            return await work.WaitAsync(2 * options.MaxDuration, clock, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            return new DocumentRefused(DocumentRefusal.TooComplex);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => room.Dispose();

    private static IDocumentReader ReaderFor(DocumentKind format) =>
        format switch
        {
            DocumentKind.PlainText => new PlainTextReader(),
            DocumentKind.Markdown => new MarkdownReader(),
            DocumentKind.Paragraphs => new ParagraphsReader(),
            DocumentKind.WordDocument => new WordReader(),
            DocumentKind.Pdf => new PdfReader(),
            _ => throw new ArgumentOutOfRangeException(nameof(format)),
        };

    private static bool Fits(FileSignature signature, DocumentKind format) =>
        format switch
        {
            DocumentKind.WordDocument => signature is FileSignature.Zip or FileSignature.Compound, // encrypted ones are compound files
            DocumentKind.Pdf => signature is FileSignature.Pdf or FileSignature.None, // its header may come late
            _ => signature == FileSignature.None,
        };

    private DocumentReadResult Read(IDocumentReader reader, ReadOnlyMemory<byte> file, CancellationToken cancellationToken)
    {
        ReadingBudget budget = new(options, clock, cancellationToken);
        using DocumentTextBuilder text = new(budget);
        try
        {
            Coverage coverage = reader.Read(file, text, budget);
            budget.CheckNow(); // in case a parser swallowed the refusal
            text.End();
            return text.IsEmpty && coverage.Complete
                ? new DocumentRefused(DocumentRefusal.Empty)
                : new DocumentRead(text.Build(), coverage);
        }
        catch (DocumentRefusedException refused)
        {
            return new DocumentRefused(budget.Spent ?? refused.Reason);
        }
    }

    private Task<DocumentReadResult> ReadOnOwnThreadAsync(
        IDocumentReader reader,
        ReadOnlyMemory<byte> file,
        CancellationToken cancellationToken
    )
    {
        TaskCompletionSource<DocumentReadResult> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Thread thread = new(
            () =>
            {
                try
                {
                    done.SetResult(Read(reader, file, cancellationToken));
                }
                catch (OperationCanceledException)
                {
                    done.SetCanceled(cancellationToken);
                }
                catch (Exception failure) // on a thread of its own it would end the process; here it reaches the caller
                {
                    done.SetException(failure);
                }
            },
            StackBytes
        )
        {
            IsBackground = true,
            Name = "document reader",
        };
        thread.Start();
        return done.Task;
    }
}
