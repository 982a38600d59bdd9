using Microsoft.Extensions.Options;

namespace Lethe.Gateway.Documents.Reading;

/// <summary>Reads documents in memory: no file is made, and nothing is kept when it is done.</summary>
public sealed class DocumentReaders : IDisposable
{
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
    public Task<DocumentReadResult> ReadAsync(ReadOnlyMemory<byte> file, DocumentFormat format, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    public void Dispose() => room.Dispose();
}

/// <summary>Registers the readers.</summary>
public static class DocumentReadingServices
{
    /// <summary>Adds <see cref="DocumentReaders"/>, with its bounds in <c>Documents:Reading</c>.</summary>
    /// <param name="services">The host's services; a <see cref="TimeProvider"/> is registered elsewhere.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddDocumentReading(this IServiceCollection services)
    {
        services
            .AddOptionsWithValidateOnStart<DocumentReadingOptions, DocumentReadingOptionsValidator>()
            .BindConfiguration("Documents:Reading");
        return services.AddSingleton<DocumentReaders>();
    }
}
