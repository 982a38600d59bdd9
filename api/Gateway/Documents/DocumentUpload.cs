using Lethe.Gateway.Documents.Reading;
using Lethe.Gateway.Sealing;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Lethe.Gateway.Documents;

/// <summary>An upload: the content key and the file, in buffers of ours. Zeroed with <see cref="Dispose"/>.</summary>
internal sealed class DocumentUpload : IDisposable
{
    /// <summary>The most bytes of a file as it is uploaded: 10 MiB.</summary>
    public const int MaxFileBytes = 10 * 1024 * 1024;

    /// <summary>The most bytes of a document's text in UTF-8: 12 MiB.</summary>
    public const int MaxTextBytes = 12 * 1024 * 1024;

    /// <summary>The most bytes of the request's body.</summary>
    public const int MaxBodyBytes = MaxFileBytes + (16 * 1024);

    private const int MaxBoundary = 100;
    private const int MaxKeyBytes = 64;
    private readonly PlainWriter file = new(MaxFileBytes);

    private DocumentUpload(ContentKey key) => Key = key;

    /// <summary>Gets the content key.</summary>
    public ContentKey Key { get; }

    /// <summary>Gets what the file says it is.</summary>
    public DocumentKind Format { get; private set; }

    /// <summary>Gets the file.</summary>
    public ReadOnlyMemory<byte> File => file.Written;

    /// <summary>Reads a multipart body: first the part <c>key</c>, then the part <c>file</c>. Nothing goes to a temporary file.</summary>
    /// <param name="request">The request.</param>
    /// <param name="accept">Told the key before anything of the file is read; a problem ends it there.</param>
    /// <param name="cancellationToken">Observed.</param>
    /// <returns>The upload, or the problem.</returns>
    public static async Task<Outcome<DocumentUpload>> ReadAsync(
        HttpRequest request,
        Func<ContentKey, Problem?> accept,
        CancellationToken cancellationToken
    )
    {
        if (
            !MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary) is not { Length: > 0 and <= MaxBoundary } boundary
        )
        {
            return Problems.MediaTypeUnsupported;
        }
        MultipartReader parts = new(boundary.Value!, request.Body)
        {
            HeadersCountLimit = 8,
            HeadersLengthLimit = 4096,
            BodyLengthLimit = null,
        };
        DocumentUpload? upload = null;
        try
        {
            Outcome<DocumentUpload> outcome = await ReadKeyAsync(
                await parts.ReadNextSectionAsync(cancellationToken),
                accept,
                cancellationToken
            );
            if (!outcome.Try(out upload, out Problem? refusal))
            {
                return refusal;
            }
            refusal = await upload.ReadFileAsync(await parts.ReadNextSectionAsync(cancellationToken), cancellationToken);
            if (refusal is null && await parts.ReadNextSectionAsync(cancellationToken) is not null)
            {
                refusal = Problems.BodyInvalid;
            }
            if (refusal is null)
            {
                DocumentUpload read = upload;
                upload = null;
                return read;
            }
            return refusal;
        }
        catch (InvalidDataException)
        {
            return Problems.BodyInvalid; // a limit of the parts' headers
        }
        catch (IOException fault) when (fault is not Microsoft.AspNetCore.Http.BadHttpRequestException)
        {
            return Problems.BodyTruncated; // the last boundary is missing
        }
        finally
        {
            upload?.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Key.Dispose();
        file.Dispose();
    }

    private static async Task<Outcome<DocumentUpload>> ReadKeyAsync(
        MultipartSection? section,
        Func<ContentKey, Problem?> accept,
        CancellationToken cancellationToken
    )
    {
        if (!IsNamed(section, "key"))
        {
            return Problems.BodyInvalid with { Member = "key" };
        }
        using PlainWriter written = new(MaxKeyBytes);
        if (!await CopyAsync(section!.Body, written, cancellationToken) || ContentKey.Read(written.Written.Span) is not { } key)
        {
            return Problems.BodyInvalid with { Member = "key" };
        }
        if (accept(key) is { } refusal)
        {
            key.Dispose();
            return refusal;
        }
        return new DocumentUpload(key);
    }

    private static bool IsNamed(MultipartSection? section, string name) =>
        section is not null
        && ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out ContentDispositionHeaderValue? disposition)
        && HeaderUtilities.RemoveQuotes(disposition.Name).Equals(name, StringComparison.Ordinal);

    private static async Task<bool> CopyAsync(Stream source, PlainWriter destination, CancellationToken cancellationToken)
    {
        using PlainBuffer piece = PlainBuffer.Allocate(64 * 1024);
        while (true)
        {
            int read = await source.ReadAsync(piece.Memory, cancellationToken);
            if (read == 0)
            {
                return true;
            }
            if (!destination.TryWrite(piece.GetSpan()[..read]))
            {
                return false;
            }
        }
    }

    private async Task<Problem?> ReadFileAsync(MultipartSection? section, CancellationToken cancellationToken)
    {
        if (!IsNamed(section, "file"))
        {
            return Problems.BodyInvalid with { Member = "file" };
        }
        if (!DocumentKinds.TryParse(section!.ContentType, out DocumentKind format))
        {
            return Problems.DocumentTypeUnsupported;
        }
        Format = format;
        return await CopyAsync(section.Body, file, cancellationToken)
            ? null
            : Problems.DocumentTooLarge.With("documentBytes", MaxFileBytes);
    }
}
