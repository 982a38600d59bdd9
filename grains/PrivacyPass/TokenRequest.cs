using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Lethe.PrivacyPass;

/// <summary>One request for a blind signature (RFC 9578 §6.1): type, last byte of the key id, blinded message.</summary>
public sealed class TokenRequest
{
    private readonly byte[] bytes;

    private TokenRequest(byte[] bytes) => this.bytes = bytes;

    /// <summary>Gets the encoded request, 259 bytes.</summary>
    public ReadOnlyMemory<byte> Bytes => bytes;

    /// <summary>Gets the last byte of the id of the key that shall sign.</summary>
    public byte TruncatedKeyId => bytes[2];

    /// <summary>Gets the blinded message, 256 bytes; whether it is below the modulus is the signer's check.</summary>
    public ReadOnlyMemory<byte> BlindedMessage => bytes.AsMemory(3);

    /// <summary>Makes a request.</summary>
    /// <param name="truncatedKeyId">The last byte of the key id.</param>
    /// <param name="blindedMessage">256 bytes.</param>
    /// <returns>The request.</returns>
    public static TokenRequest Create(byte truncatedKeyId, ReadOnlySpan<byte> blindedMessage)
    {
        if (blindedMessage.Length != BlindRsaToken.SignatureBytes)
        {
            throw new ArgumentException("A blinded message has 256 bytes.", nameof(blindedMessage));
        }
        return new([(byte)(BlindRsaToken.Type >> 8), (byte)BlindRsaToken.Type, truncatedKeyId, .. blindedMessage]);
    }

    /// <summary>Reads an encoded request of type 0x0002.</summary>
    /// <param name="source">The bytes: exactly 259.</param>
    /// <param name="request">The request, when true.</param>
    /// <returns>Whether the bytes are a request.</returns>
    public static bool TryParse(ReadOnlySpan<byte> source, [NotNullWhen(true)] out TokenRequest? request)
    {
        request =
            source.Length == BlindRsaToken.RequestBytes && BinaryPrimitives.ReadUInt16BigEndian(source) == BlindRsaToken.Type
                ? new(source.ToArray())
                : null;
        return request is not null;
    }
}
