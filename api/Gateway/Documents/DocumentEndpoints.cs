using System.Text.Json;
using Lethe.Contracts.Sessions;
using Lethe.Gateway.Documents.Reading;
using Lethe.Gateway.Hosting;
using Lethe.Gateway.Sealing;
using Lethe.Gateway.Sessions;
using Microsoft.AspNetCore.Http.Features;

namespace Lethe.Gateway.Documents;

/// <summary>Documents of a session: read in memory, sealed, handed to the session's grain.</summary>
internal static class DocumentEndpoints
{
    /// <summary>Maps the routes.</summary>
    /// <param name="endpoints">The host.</param>
    public static void MapDocuments(this IEndpointRouteBuilder endpoints)
    {
        RouteGroupBuilder documents = endpoints
            .MapGroup("/v1/session/documents/{docId}")
            .WithTags("Documents")
            .RequireSession()
            .ProducesProblem(StatusCodes.Status410Gone);
        documents.MapPut("", PutAsync).WithSummary("Uploads a document: multipart, first key, then file. Replaces an earlier version.");
        documents.MapDelete("", DeleteAsync).WithSummary("Removes a document; the body tells the key.");
    }

    private static async Task PutAsync(HttpContext context, string docId, DocumentReaders readers, GatewayMetrics metrics)
    {
        Problem? refusal = await KeepAsync(context, docId, readers);
        metrics.DocumentSent(refusal?.Code ?? "kept");
        if (refusal is not null)
        {
            await refusal.ExecuteAsync(context);
        }
    }

    private static async Task<Problem?> KeepAsync(HttpContext context, string docId, DocumentReaders readers)
    {
        if (!SessionId.TryParse(docId, out SessionId id))
        {
            return Problems.DocumentIdInvalid;
        }
        SessionContext session = context.GetSession();
        if (context.Request.ContentLength > DocumentUpload.MaxBodyBytes)
        {
            return Problems.DocumentTooLarge.With("documentBytes", DocumentUpload.MaxFileBytes);
        }

        // Before the body: a session that is gone gets nothing sent to it.
        if (await session.Grain.DescribeAsync(context.RequestAborted) is not SessionDescribed)
        {
            return Problems.SessionGone;
        }
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = DocumentUpload.MaxBodyBytes;
        Outcome<DocumentUpload> received = await DocumentUpload.ReadAsync(
            context.Request,
            key => session.Owns(key) ? null : Problems.ContentKeyWrong,
            context.RequestAborted
        );
        if (!received.Try(out DocumentUpload? upload, out Problem? refusal))
        {
            return refusal;
        }
        using (upload)
        {
            return await readers.ReadAsync(upload.File, upload.Format, context.RequestAborted) switch
            {
                DocumentRead read => await SealAsync(context, session, id.Value, upload.Key, read),
                DocumentRefused refused => ToProblem(refused.Reason),
                _ => throw new System.Diagnostics.UnreachableException(),
            };
        }
    }

    private static async Task<Problem?> SealAsync(
        HttpContext context,
        SessionContext session,
        UInt128 id,
        ContentKey key,
        DocumentRead read
    )
    {
        using DocumentText text = read.Text;
        if (text.Utf8.Length > DocumentUpload.MaxTextBytes)
        {
            return Problems.DocumentTooLarge.With("documentTextBytes", DocumentUpload.MaxTextBytes);
        }
        if (ItemSealer.SealedLength(text.BinaryLength) > SealedSession.MaxItemBytes)
        {
            return Problems.DocumentTooLarge.With("sealedItemBytes", SealedSession.MaxItemBytes);
        }
        using PlainBuffer plain = PlainBuffer.Allocate(text.BinaryLength);
        text.Write(plain.GetSpan());
        using SealedSession items = new(session.Id, session.Grain, key);
        Outcome<ItemsChanged> put = await items.PutDocumentAsync(id, plain.Memory, text.Characters, context.RequestAborted);
        if (!put.Try(out ItemsChanged? changed, out Problem? refusal))
        {
            return refusal;
        }
        await JsonAnswer.WriteAsync(
            context,
            StatusCodes.Status200OK,
            json =>
            {
                json.WriteNumber("paragraphs"u8, text.Paragraphs.Count);
                json.WriteNumber("characters"u8, text.Characters);
                Write(json, read.Coverage);
                json.WriteNumber("revision"u8, changed.Revision);
                json.WriteNumber("sealedBytes"u8, changed.SealedBytes);
            }
        );
        return null;
    }

    private static async Task DeleteAsync(HttpContext context, string docId)
    {
        if (!SessionId.TryParse(docId, out SessionId id))
        {
            await Problems.DocumentIdInvalid.ExecuteAsync(context);
            return;
        }
        SessionContext session = context.GetSession();
        using PlainWriter body = new(KeyBody.MaxBytes);
        Outcome<ContentKey> told = await KeyBody.ReadAsync(context.Request, body, context.RequestAborted);
        if (!told.Try(out ContentKey? key, out Problem? refusal))
        {
            await refusal.ExecuteAsync(context);
            return;
        }
        using (key)
        {
            if (!session.Owns(key))
            {
                await Problems.ContentKeyWrong.ExecuteAsync(context);
                return;
            }
            using SealedSession items = new(session.Id, session.Grain, key);
            Outcome<ItemsChanged> removed = await items.RemoveDocumentAsync(id.Value, context.RequestAborted);
            if (!removed.Try(out ItemsChanged? changed, out refusal))
            {
                await refusal.ExecuteAsync(context);
                return;
            }
            await JsonAnswer.WriteAsync(
                context,
                StatusCodes.Status200OK,
                json =>
                {
                    json.WriteNumber("revision"u8, changed.Revision);
                    json.WriteNumber("sealedBytes"u8, changed.SealedBytes);
                }
            );
        }
    }

    private static void Write(Utf8JsonWriter json, Coverage coverage)
    {
        json.WriteStartObject("coverage"u8);
        json.WriteBoolean("complete"u8, coverage.Complete);
        json.WriteNumber("share"u8, coverage.Share);
        json.WriteStartArray("notes"u8);
        foreach (CoverageNote note in coverage.Notes)
        {
            json.WriteStartObject();
            json.WriteString("kind"u8, JsonNamingPolicy.SnakeCaseLower.ConvertName(note.Kind.ToString()));
            json.WriteNumber("count"u8, note.Count);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static Problem ToProblem(DocumentRefusal reason) =>
        reason switch
        {
            DocumentRefusal.Empty => Problems.DocumentEmpty,
            DocumentRefusal.NotWhatItSays => Problems.DocumentNotWhatItSays,
            DocumentRefusal.Encrypted => Problems.DocumentEncrypted,
            DocumentRefusal.Damaged => Problems.DocumentDamaged,
            DocumentRefusal.TooLarge => Problems.DocumentTooLarge.With("documentTextBytes", DocumentUpload.MaxTextBytes),
            DocumentRefusal.TooComplex => Problems.DocumentTooComplex,
            DocumentRefusal.Busy => Problems.DocumentsBusy,
            _ => throw new ArgumentOutOfRangeException(nameof(reason)),
        };
}
