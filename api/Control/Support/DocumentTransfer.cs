using System.Diagnostics.CodeAnalysis;
using Lethe.Contracts;
using Lethe.Contracts.Support;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Lethe.Control.Support;

/// <summary>A document was kept.</summary>
/// <param name="ShareId">The share.</param>
/// <param name="Bytes">Its length as sent.</param>
/// <param name="StoredAt">When it came.</param>
/// <param name="ExpiresAt">When it goes.</param>
internal sealed record DocumentResponse(string ShareId, int Bytes, DateTimeOffset StoredAt, DateTimeOffset ExpiresAt);

/// <summary>A consented document on its way in and out: never more of it opened in memory than one chunk.</summary>
internal static class DocumentTransfer
{
    /// <summary>
    /// Takes a document. Everything that can be refused is refused from the headers: until then no byte of the body is read,
    /// and after a refusal none is either (see <see cref="Hosting.UnreadBody"/>).
    /// </summary>
    /// <param name="owner">Who sends it.</param>
    /// <param name="share">Under which consent; null for none.</param>
    /// <param name="context">The request.</param>
    /// <param name="grains">The records silos.</param>
    /// <returns>201 or a problem.</returns>
    public static async Task<IResult> PutAsync(SupportOwner owner, SupportId? share, HttpContext context, IGrainFactory grains)
    {
        if (share is not { } id)
        {
            return Problems.NoOpenConsent;
        }
        IShareGrain grain = grains.GetGrain<IShareGrain>(id.ToGrainKey());
        SupportResult begun = await grain.BeginDocumentAsync(owner, context.RequestAborted);
        if (begun is not KeyReleased released)
        {
            return Problems.OfSupport(begun, Problems.NoOpenConsent);
        }

        using SupportKey key = released.Key;
        if (!TryReadHeaders(context.Request, out ShareFormat format, out int length, out Problem? problem))
        {
            return problem;
        }
        SealedPlace place = SealedPlace.OfDocument(released.Tenant, id, format);
        Sealed document = await SealAsync(context, key, place, length);
        SupportResult result = await grain.StoreDocumentAsync(new StoreDocument(owner, document, length, format), context.RequestAborted);
        return result is DocumentStored kept
            ? TypedResults.Json(
                new DocumentResponse(id.ToString(), kept.Document.PlaintextBytes, kept.Document.StoredAt, kept.ExpiresAt),
                statusCode: StatusCodes.Status201Created
            )
            : Problems.OfSupport(result, Problems.NoOpenConsent); // withdrawn while it was coming in
    }

    /// <summary>Reads a document back.</summary>
    /// <param name="caller">The owner or staff.</param>
    /// <param name="share">The share.</param>
    /// <param name="context">The request.</param>
    /// <param name="grains">The records silos.</param>
    /// <returns>The document or a problem.</returns>
    public static async Task<IResult> GetAsync(SupportCaller caller, SupportId share, HttpContext context, IGrainFactory grains)
    {
        SupportResult result = await grains.GetGrain<IShareGrain>(share.ToGrainKey()).ReadDocumentAsync(caller, context.RequestAborted);
        return result is DocumentRead read ? new DocumentOut(share, read) : Problems.OfSupport(result, Problems.ShareUnknown);
    }

    private static bool TryReadHeaders(
        HttpRequest request,
        out ShareFormat format,
        out int length,
        [NotNullWhen(false)] out Problem? problem
    )
    {
        length = 0;
        ShareFormat? known =
            MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type) && type.MediaType.HasValue
                ? ShareFormats.Find(type.MediaType.Value)
                : null;
        format = known ?? default;
        problem = request.ContentLength switch
        {
            _ when known is null || request.Headers.ContentEncoding.Count > 0 => Problems.MediaTypeUnsupported,
            null => Problems.LengthRequired,
            0 => Problems.DocumentEmpty,
            > SupportLimits.DocumentBytes => Problems.DocumentTooLarge,
            _ => null,
        };
        length = problem is null ? (int)request.ContentLength!.Value : 0;
        return problem is null;
    }

    private static async Task<Sealed> SealAsync(HttpContext context, SupportKey key, SealedPlace place, int length)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = SupportLimits.DocumentBytes;
        }
        int chunks = SupportLimits.Chunks(length);
        byte[] sealedBytes = new byte[SupportLimits.SealedBytes(length)];
        using SupportSealer sealer = new(key, place, chunks);
        using Plaintext chunk = new(Math.Min(length, SupportLimits.ChunkBytes));
        for (int index = 0; index < chunks; index++)
        {
            int start = index * SupportLimits.ChunkBytes;
            int size = Math.Min(SupportLimits.ChunkBytes, length - start);
            await context.Request.Body.ReadExactlyAsync(chunk.Memory[..size], context.RequestAborted);
            sealer.Seal(
                index,
                chunk.Span[..size],
                sealedBytes.AsSpan(start + (index * SupportLimits.ChunkOverheadBytes), size + SupportLimits.ChunkOverheadBytes)
            );
        }
        return new Sealed(sealedBytes);
    }

    private sealed class DocumentOut(SupportId share, DocumentRead read) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            using SupportKey key = read.Key;
            StoredDocument document = read.Document;
            HttpResponse response = httpContext.Response;
            response.ContentType = document.Format.ToMediaType();
            response.ContentLength = document.PlaintextBytes;
            response.Headers.CacheControl = "no-store";
            response.Headers.XContentTypeOptions = "nosniff";
            response.Headers.ContentDisposition = "attachment"; // never shown as a page of ours

            int chunks = SupportLimits.Chunks(document.PlaintextBytes);
            using SupportSealer sealer = new(key, SealedPlace.OfDocument(read.Tenant, share, document.Format), chunks);
            using Plaintext chunk = new(Math.Min(document.PlaintextBytes, SupportLimits.ChunkBytes));
            ReadOnlyMemory<byte> rest = read.Content.Memory;
            for (int index = 0; index < chunks; index++)
            {
                int size = Math.Min(SupportLimits.ChunkBytes, document.PlaintextBytes - (index * SupportLimits.ChunkBytes));
                sealer.Open(index, rest.Span[..(size + SupportLimits.ChunkOverheadBytes)], chunk.Span[..size]);
                rest = rest[(size + SupportLimits.ChunkOverheadBytes)..];
                await response.Body.WriteAsync(chunk.Memory[..size], httpContext.RequestAborted);
            }
        }
    }
}
