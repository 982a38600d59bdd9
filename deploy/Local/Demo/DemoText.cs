using System.Text;
using Lethe.Gateway.Documents.Reading;
using Lethe.Local.State;
using Microsoft.Extensions.Options;

namespace Lethe.Local.Demo;

/// <summary>The words of the demo's document, read here once more so that the scan knows what must be nowhere.</summary>
internal static class DemoText
{
    /// <summary>Reads the words.</summary>
    /// <param name="document">The document.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The text.</returns>
    /// <exception cref="LocalStateException">The document cannot be read.</exception>
    public static async Task<string> ReadAsync(DemoDocument document, CancellationToken cancellationToken)
    {
        using DocumentReaders readers = new(Options.Create(new DocumentReadingOptions()), TimeProvider.System);
        if (!DocumentKinds.TryParse(document.MediaType, out DocumentKind format))
        {
            throw new LocalStateException("The document is of no kind that Lethe reads.");
        }
        if (await readers.ReadAsync(document.Bytes, format, cancellationToken) is not DocumentRead read)
        {
            return string.Empty; // the upload says why
        }
        using DocumentText text = read.Text;
        return Encoding.UTF8.GetString(text.Utf8.Span);
    }
}
