using System.Text.Json;
using Lethe.Gateway.Sealing;
using Lethe.Gateway.Turns;

namespace Lethe.Gateway.Documents;

/// <summary>A JSON body that tells nothing but the content key: <c>{"key": "…"}</c>.</summary>
internal static class KeyBody
{
    /// <summary>The most bytes of such a body.</summary>
    public const int MaxBytes = 512;

    /// <summary>Reads it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="body">Takes the bytes; the caller disposes of it.</param>
    /// <param name="cancellationToken">Observed.</param>
    /// <returns>The key, to be disposed of; or the problem.</returns>
    public static async Task<Outcome<ContentKey>> ReadAsync(HttpRequest request, PlainWriter body, CancellationToken cancellationToken)
    {
        if (await JsonBody.ReadAsync(request, body, cancellationToken) is { } refusal)
        {
            return refusal;
        }
        ContentKey? key = null;
        bool read = JsonBody.TryReadObject(
            body.Written.Span,
            (ref Utf8JsonReader json) => key is null && json.ValueTextEquals("key"u8) && JsonBody.TryReadKey(ref json, out key)
        );
        if (read && key is not null)
        {
            return key;
        }
        key?.Dispose();
        return Problems.BodyInvalid with { Member = "key" };
    }
}
