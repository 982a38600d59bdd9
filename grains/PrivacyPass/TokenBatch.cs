using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Lethe.PrivacyPass;

/// <summary>
/// The generic batch of draft-ietf-privacypass-batched-tokens-07, with entries of type 0x0002 only. A request is a QUIC-varint
/// length and the token requests; an answer is a length and per request <c>00</c> (refused) or <c>01 0002</c> and a signature.
/// It is still a draft, so the codec is in this one place.
/// </summary>
public static class TokenBatch
{
    private const int AnswerBytes = 1 + 2 + BlindRsaToken.SignatureBytes;

    /// <summary>Writes a request.</summary>
    /// <param name="requests">The requests, in the order of the answers.</param>
    /// <returns>The body.</returns>
    public static byte[] EncodeRequest(IReadOnlyCollection<TokenRequest> requests)
    {
        ArgumentNullException.ThrowIfNull(requests);
        using var body = new MemoryStream();
        body.Write(QuicVarint.Encode(checked(requests.Count * BlindRsaToken.RequestBytes)));
        foreach (TokenRequest request in requests)
        {
            body.Write(request.Bytes.Span);
        }
        return body.ToArray();
    }

    /// <summary>Reads a request.</summary>
    /// <param name="source">The body, of which nothing may be left over.</param>
    /// <param name="maxRequests">The most requests that are taken.</param>
    /// <param name="requests">1 to <paramref name="maxRequests"/> requests, when true.</param>
    /// <returns>Whether the body is well-formed and within the bound.</returns>
    public static bool TryParseRequest(
        ReadOnlySpan<byte> source,
        int maxRequests,
        [NotNullWhen(true)] out IReadOnlyList<TokenRequest>? requests
    )
    {
        requests = null;
        if (
            !TryUnwrap(source, out ReadOnlySpan<byte> entries)
            || entries.IsEmpty
            || entries.Length % BlindRsaToken.RequestBytes != 0
            || entries.Length / BlindRsaToken.RequestBytes > maxRequests
        )
        {
            return false;
        }
        var read = new List<TokenRequest>(entries.Length / BlindRsaToken.RequestBytes);
        for (; !entries.IsEmpty; entries = entries[BlindRsaToken.RequestBytes..])
        {
            if (!TokenRequest.TryParse(entries[..BlindRsaToken.RequestBytes], out TokenRequest? request))
            {
                return false;
            }
            read.Add(request);
        }
        requests = read;
        return true;
    }

    /// <summary>Writes an answer.</summary>
    /// <param name="signatures">One per request: 256 bytes, or null for a refused request.</param>
    /// <returns>The body.</returns>
    public static byte[] EncodeResponse(IReadOnlyCollection<byte[]?> signatures)
    {
        ArgumentNullException.ThrowIfNull(signatures);
        using var entries = new MemoryStream();
        foreach (byte[]? signature in signatures)
        {
            if (signature is null)
            {
                entries.WriteByte(0);
                continue;
            }
            if (signature.Length != BlindRsaToken.SignatureBytes)
            {
                throw new ArgumentException("A blind signature has 256 bytes.", nameof(signatures));
            }
            entries.Write([1, (byte)(BlindRsaToken.Type >> 8), (byte)BlindRsaToken.Type]);
            entries.Write(signature);
        }
        return [.. QuicVarint.Encode((int)entries.Length), .. entries.ToArray()];
    }

    /// <summary>Reads an answer.</summary>
    /// <param name="source">The body, of which nothing may be left over.</param>
    /// <param name="expected">How many requests were sent: an answer to any other number is refused.</param>
    /// <param name="signatures">One per request: 256 bytes, or null for a refused request; when true.</param>
    /// <returns>Whether the body is well-formed and answers every request.</returns>
    public static bool TryParseResponse(ReadOnlySpan<byte> source, int expected, [NotNullWhen(true)] out IReadOnlyList<byte[]?>? signatures)
    {
        signatures = null;
        if (!TryUnwrap(source, out ReadOnlySpan<byte> entries))
        {
            return false;
        }
        var read = new List<byte[]?>();
        while (!entries.IsEmpty && read.Count < expected)
        {
            if (entries[0] == 0)
            {
                read.Add(null);
                entries = entries[1..];
                continue;
            }
            if (entries[0] != 1 || entries.Length < AnswerBytes || BinaryPrimitives.ReadUInt16BigEndian(entries[1..]) != BlindRsaToken.Type)
            {
                return false;
            }
            read.Add(entries[3..AnswerBytes].ToArray());
            entries = entries[AnswerBytes..];
        }
        signatures = entries.IsEmpty && read.Count == expected ? read : null;
        return signatures is not null;
    }

    private static bool TryUnwrap(ReadOnlySpan<byte> source, out ReadOnlySpan<byte> entries)
    {
        bool fits = QuicVarint.TryRead(source, out int length, out int prefix) && source.Length - prefix == length;
        entries = fits ? source[prefix..] : default;
        return fits;
    }
}
