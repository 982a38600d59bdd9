using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Lethe.PrivacyPass;

/// <summary>A session token (RFC 9577 §2.2). Reading one proves nothing: <see cref="TokenKey.Verify"/> does.</summary>
public sealed class Token
{
    private const int NonceAt = 2;
    private const int DigestAt = NonceAt + BlindRsaToken.NonceBytes;
    private const int KeyIdAt = DigestAt + BlindRsaToken.DigestBytes;

    private readonly byte[] bytes;

    private Token(byte[] bytes) => this.bytes = bytes;

    /// <summary>Gets the encoded token, 354 bytes.</summary>
    public ReadOnlyMemory<byte> Bytes => bytes;

    /// <summary>Gets the nonce that the client chose, 32 bytes; a token is spent once by it.</summary>
    public ReadOnlyMemory<byte> Nonce => bytes.AsMemory(NonceAt, BlindRsaToken.NonceBytes);

    /// <summary>Gets SHA-256 of the challenge that the token answers.</summary>
    public ReadOnlyMemory<byte> ChallengeDigest => bytes.AsMemory(DigestAt, BlindRsaToken.DigestBytes);

    /// <summary>Gets the id of the key that signed.</summary>
    public ReadOnlyMemory<byte> KeyId => bytes.AsMemory(KeyIdAt, BlindRsaToken.DigestBytes);

    /// <summary>Gets what the signature covers, 98 bytes.</summary>
    public ReadOnlyMemory<byte> SignedPart => bytes.AsMemory(0, BlindRsaToken.SignedBytes);

    /// <summary>Gets the signature, 256 bytes.</summary>
    public ReadOnlyMemory<byte> Authenticator => bytes.AsMemory(BlindRsaToken.SignedBytes);

    /// <summary>Reads an encoded token of type 0x0002.</summary>
    /// <param name="source">The bytes: exactly 354.</param>
    /// <param name="token">The token, when true.</param>
    /// <returns>Whether the bytes are a token.</returns>
    public static bool TryParse(ReadOnlySpan<byte> source, [NotNullWhen(true)] out Token? token)
    {
        token =
            source.Length == BlindRsaToken.TokenBytes && BinaryPrimitives.ReadUInt16BigEndian(source) == BlindRsaToken.Type
                ? new(source.ToArray())
                : null;
        return token is not null;
    }

    /// <summary>Gets the type's name: a token is a bearer secret until it is spent.</summary>
    /// <returns>A constant.</returns>
    public override string ToString() => nameof(Token);
}
