using System.Text.Json;
using Lethe.Contracts.Support;

namespace Lethe.Control.Support;

/// <summary>
/// Reads <c>{"text": "…"}</c> from a request into bytes that are zeroed: a message is content, and no part of it becomes a
/// string or stands in an exception.
/// </summary>
internal static class MessageBody
{
    private const int BodyBytes = 32 * 1024; // each byte of 4 KB may be escaped as \u00xx

    /// <summary>Reads the text.</summary>
    /// <param name="request">The request; its body is read to its end.</param>
    /// <param name="text">Where the text goes: 4096 bytes.</param>
    /// <param name="cancellationToken">Observed while reading.</param>
    /// <returns>The text's length in bytes, or the problem.</returns>
    public static async Task<(int Length, Problem? Problem)> ReadAsync(
        HttpRequest request,
        Memory<byte> text,
        CancellationToken cancellationToken
    )
    {
        if (!request.HasJsonContentType())
        {
            return (0, Problems.MediaTypeUnsupported);
        }
        if (request.ContentLength > BodyBytes)
        {
            return (0, Problems.MessageTooLarge);
        }
        using Plaintext body = new(BodyBytes + 1);
        int length = await request.Body.ReadAtLeastAsync(body.Memory, body.Memory.Length, throwOnEndOfStream: false, cancellationToken);
        return length > BodyBytes ? (0, Problems.MessageTooLarge) : Parse(body.Span[..length], text.Span);
    }

    /// <summary>Reads the text out of a JSON object.</summary>
    /// <param name="json">An object with the one member <c>text</c>.</param>
    /// <param name="text">Where the text goes.</param>
    /// <returns>The text's length in bytes, or the problem.</returns>
    public static (int Length, Problem? Problem) Parse(ReadOnlySpan<byte> json, Span<byte> text)
    {
        using Plaintext unescaped = new(BodyBytes);
        try
        {
            Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = 2 });
            if (
                !reader.Read()
                || reader.TokenType != JsonTokenType.StartObject
                || !reader.Read()
                || reader.TokenType != JsonTokenType.PropertyName
                || !reader.ValueTextEquals("text"u8)
                || !reader.Read()
                || reader.TokenType != JsonTokenType.String
            )
            {
                return (0, Problems.BodyInvalid);
            }
            int length = reader.CopyString(unescaped.Span);
            if (!reader.Read() || reader.TokenType != JsonTokenType.EndObject || reader.Read())
            {
                return (0, Problems.BodyInvalid);
            }
            if (length is 0 or > SupportLimits.MessageBytes)
            {
                return (0, length == 0 ? Problems.MessageEmpty : Problems.MessageTooLarge);
            }
            unescaped.Span[..length].CopyTo(text);
            return (length, null);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException) // malformed JSON; half a surrogate pair or no UTF-8
        {
            return (0, Problems.BodyInvalid);
        }
    }
}
