using System.Text.Json;
using Lethe.Contracts;
using Lethe.Contracts.Support;

namespace Lethe.Control.Support;

/// <summary>A message was kept.</summary>
/// <param name="Id">Its id.</param>
/// <param name="SentAt">When it came.</param>
/// <param name="ExpiresAt">When it goes.</param>
internal sealed record MessageResponse(string Id, DateTimeOffset SentAt, DateTimeOffset ExpiresAt);

/// <summary>Messages of a case, for its owner and for staff: sealed as they come in, opened as they go out.</summary>
internal static class Messages
{
    /// <summary>Takes a message. The key is asked for first, so that nothing is read for a case that takes none.</summary>
    /// <param name="caller">The owner or staff.</param>
    /// <param name="caseId">The case.</param>
    /// <param name="context">The request.</param>
    /// <param name="grains">The records silos.</param>
    /// <returns>201 or a problem.</returns>
    public static async Task<IResult> AddAsync(SupportCaller caller, SupportId caseId, HttpContext context, IGrainFactory grains)
    {
        CancellationToken cancellationToken = context.RequestAborted;
        ICaseGrain grain = grains.GetGrain<ICaseGrain>(caseId.ToGrainKey());
        SupportResult begun = await grain.BeginMessageAsync(caller, cancellationToken);
        if (begun is not KeyReleased released)
        {
            return Problems.OfSupport(begun, Problems.CaseUnknown);
        }

        SupportId id = SupportId.Create();
        Sealed content;
        using (SupportKey key = released.Key)
        using (Plaintext text = new(SupportLimits.MessageBytes))
        {
            (int length, Problem? problem) = await MessageBody.ReadAsync(context.Request, text.Memory, cancellationToken);
            if (problem is not null)
            {
                return problem;
            }
            MessageAuthor author = caller is SupportStaff ? MessageAuthor.Staff : MessageAuthor.Owner;
            using SupportSealer sealer = new(key, SealedPlace.OfMessage(released.Tenant, caseId, author, id), chunks: 1);
            byte[] bytes = new byte[length + SupportLimits.ChunkOverheadBytes];
            sealer.Seal(0, text.Span[..length], bytes);
            content = new Sealed(bytes);
        }

        SupportResult added = await grain.AddMessageAsync(new AddMessage(caller, id, content), cancellationToken);
        return added is MessageAdded kept
            ? TypedResults.Json(new MessageResponse(id.ToString(), kept.SentAt, kept.ExpiresAt), statusCode: StatusCodes.Status201Created)
            : Problems.OfSupport(added, Problems.CaseUnknown);
    }

    /// <summary>Reads the messages of a case.</summary>
    /// <param name="caller">The owner or staff.</param>
    /// <param name="caseId">The case.</param>
    /// <param name="context">The request.</param>
    /// <param name="grains">The records silos.</param>
    /// <returns>The messages or a problem.</returns>
    public static async Task<IResult> ReadAsync(SupportCaller caller, SupportId caseId, HttpContext context, IGrainFactory grains)
    {
        SupportResult result = await grains.GetGrain<ICaseGrain>(caseId.ToGrainKey()).ReadMessagesAsync(caller, context.RequestAborted);
        return result is MessagesRead read
            ? new JsonOut(json =>
            {
                json.WriteStartObject();
                Write(json, caseId, read);
                json.WriteEndObject();
            })
            : Problems.OfSupport(result, Problems.CaseUnknown);
    }

    /// <summary>Writes a member <c>messages</c> with the opened messages, and zeroes the key.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="caseId">The case.</param>
    /// <param name="read">The sealed messages and their key.</param>
    public static void Write(Utf8JsonWriter json, SupportId caseId, MessagesRead read)
    {
        using SupportKey key = read.Key;
        using Plaintext text = new(SupportLimits.MessageBytes);
        json.WriteStartArray("messages"u8);
        foreach (SealedMessage message in read.Messages)
        {
            using SupportSealer sealer = new(key, SealedPlace.OfMessage(read.Tenant, caseId, message.Author, message.Id), chunks: 1);
            Span<byte> opened = text.Span[..(message.Content.Length - SupportLimits.ChunkOverheadBytes)];
            sealer.Open(0, message.Content.Memory.Span, opened);
            json.WriteStartObject();
            json.WriteString("id"u8, message.Id.ToString());
            json.WriteString("author"u8, message.Author == MessageAuthor.Staff ? "support"u8 : "owner"u8);
            json.WriteString("sentAt"u8, message.SentAt);
            json.WriteString("expiresAt"u8, message.ExpiresAt);
            json.WriteString("text"u8, opened);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
