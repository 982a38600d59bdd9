using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Lethe.Gateway.Documents.Reading;

/// <summary>Bounds of reading a document.</summary>
public sealed class DocumentReadingOptions
{
    /// <summary>Gets or sets the most UTF-8 bytes of text. 1 KiB to 12 MiB; default 12 MiB.</summary>
    [Range(1024, 12 * 1024 * 1024)]
    public int MaxTextBytes { get; set; } = 12 * 1024 * 1024;

    /// <summary>Gets or sets the most paragraphs. 1 to 1,000,000; default 250,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxParagraphs { get; set; } = 250_000;

    /// <summary>Gets or sets the most pages of a PDF. 1 to 10,000; default 2,000.</summary>
    [Range(1, 10_000)]
    public int MaxPages { get; set; } = 2_000;

    /// <summary>Gets or sets the most bytes that a document's parts or streams may unpack to in sum. 1 MiB to 1 GiB; default 128 MiB.</summary>
    [Range(1024 * 1024, 1024 * 1024 * 1024)]
    public int MaxUnpackedBytes { get; set; } = 128 * 1024 * 1024;

    /// <summary>Gets or sets the longest time one document may take. 1 second to 5 minutes; default 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan MaxDuration { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets how many Word and PDF documents are read at a time; others wait. 1 to 64; default 4.</summary>
    [Range(1, 64)]
    public int MaxConcurrent { get; set; } = 4;

    /// <summary>Gets or sets how long a Word or PDF document waits to be read. 100 ms to 5 minutes; default 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromSeconds(30);
}

[OptionsValidator]
internal sealed partial class DocumentReadingOptionsValidator : IValidateOptions<DocumentReadingOptions>;
