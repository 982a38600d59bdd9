using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text.Json;
using Lethe.Gateway.Sealing;
using Microsoft.Net.Http.Headers;

namespace Lethe.Gateway.Turns;

/// <summary>Reads one member; the reader stands on its name. False when the name is unknown, repeated, or its value is of another kind.</summary>
/// <param name="json">The reader; afterwards it stands on the value's last token.</param>
/// <returns>Whether the member is as it should be.</returns>
internal delegate bool MemberReader(ref Utf8JsonReader json);

/// <summary>Reads JSON bodies into buffers of ours, token by token: nothing in them ever becomes a string.</summary>
internal static class JsonBody
{
    private const int MaxDepth = 8;

    /// <summary>Reads a body as bytes.</summary>
    /// <param name="request">The request; its content type must be JSON.</param>
    /// <param name="body">Takes the bytes, up to its bound.</param>
    /// <param name="cancellationToken">Observed.</param>
    /// <returns>The problem, or null.</returns>
    public static async Task<Problem?> ReadAsync(HttpRequest request, PlainWriter body, CancellationToken cancellationToken)
    {
        if (
            !MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type)
            || !type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        )
        {
            return Problems.MediaTypeUnsupported;
        }
        if (request.ContentLength > body.Room)
        {
            return Problems.BodyTooLarge.With("bodyBytes", body.Room);
        }
        int limit = body.Room;
        while (true)
        {
            ReadResult read = await request.BodyReader.ReadAsync(cancellationToken);
            foreach (ReadOnlyMemory<byte> piece in read.Buffer)
            {
                if (!body.TryWrite(piece.Span))
                {
                    request.BodyReader.AdvanceTo(read.Buffer.End);
                    return Problems.BodyTooLarge.With("bodyBytes", limit);
                }
            }
            request.BodyReader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return null;
            }
        }
    }

    /// <summary>Reads one JSON object and nothing behind it.</summary>
    /// <param name="source">The body.</param>
    /// <param name="member">Reads each member.</param>
    /// <returns>Whether it is one and every member is as it should be.</returns>
    public static bool TryReadObject(ReadOnlySpan<byte> source, MemberReader member)
    {
        Utf8JsonReader json = new(source, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                if (!member(ref json))
                {
                    return false;
                }
            }
            return json.TokenType == JsonTokenType.EndObject && !json.Read();
        }
        catch (JsonException)
        {
            return false; // its message quotes the body
        }
        catch (InvalidOperationException)
        {
            return false; // a string with a lone surrogate
        }
    }

    /// <summary>Reads a text into a buffer of its own.</summary>
    /// <param name="json">The reader, on the member's name.</param>
    /// <param name="text">The text as UTF-8, to be disposed of.</param>
    /// <returns>Whether the value is a text.</returns>
    public static bool TryReadText(ref Utf8JsonReader json, out PlainWriter? text)
    {
        text = null;
        if (!json.Read() || json.TokenType != JsonTokenType.String)
        {
            return false;
        }
        int length = json.ValueSpan.Length; // what is escaped only gets shorter
        text = new PlainWriter(Math.Max(length, 1));
        text.Advance(json.CopyString(text.GetSpan(length)));
        return true;
    }

    /// <summary>Reads a content key.</summary>
    /// <param name="json">The reader, on the member's name.</param>
    /// <param name="key">The key, to be disposed of.</param>
    /// <returns>Whether the value is a content key.</returns>
    public static bool TryReadKey(ref Utf8JsonReader json, out ContentKey? key)
    {
        key = null;
        Span<byte> written = stackalloc byte[ContentKey.WrittenSize];
        if (!json.Read() || json.TokenType != JsonTokenType.String || json.ValueSpan.Length != written.Length)
        {
            return false;
        }
        int length = json.CopyString(written);
        key = ContentKey.Read(written[..length]);
        CryptographicOperations.ZeroMemory(written);
        return key is not null;
    }
}
