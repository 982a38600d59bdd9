using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Security.Cryptography;

namespace Lethe.PrivacyPass;

/// <summary>The client's half of RFC 9474 and RFC 9578 §6: makes a request that tells nothing about the token that comes of it.</summary>
public static class BlindingClient
{
    private const int SaltBytes = 48;
    private const int MessageBits = (BlindRsaToken.SignatureBytes * 8) - 1;

    /// <summary>Prepares a token with a fresh nonce, salt and blind.</summary>
    /// <param name="challenge">The challenge that the token will answer.</param>
    /// <param name="key">The key that shall sign; it verifies the outcome too, so it must live until then.</param>
    /// <returns>The request to send, with what is needed to finish it.</returns>
    public static PendingToken Prepare(TokenChallenge challenge, TokenKey key)
    {
        ArgumentNullException.ThrowIfNull(challenge);
        ArgumentNullException.ThrowIfNull(key);
        return Prepare(
            challenge,
            key,
            RandomNumberGenerator.GetBytes(BlindRsaToken.NonceBytes),
            RandomNumberGenerator.GetBytes(SaltBytes),
            BlindRsaMath.NewBlind(key.Modulus, BlindRsaToken.SignatureBytes)
        );
    }

    internal static PendingToken Prepare(
        TokenChallenge challenge,
        TokenKey key,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> salt,
        BigInteger blind
    )
    {
        byte[] signedPart = [(byte)(BlindRsaToken.Type >> 8), (byte)BlindRsaToken.Type, .. nonce, .. challenge.Digest.Span, .. key.Id.Span];
        byte[] encoded = BlindRsaMath.EncodePss(signedPart, salt, MessageBits);
        (BigInteger blinded, BigInteger inverse) = BlindRsaMath.Blind(encoded, blind, key.Modulus, key.Exponent);
        var request = TokenRequest.Create(key.TruncatedId, BlindRsaMath.Write(blinded, BlindRsaToken.SignatureBytes));
        return new(key, signedPart, inverse, request);
    }
}

/// <summary>A token on its way: the request, and the blind that only this client knows.</summary>
public sealed class PendingToken
{
    private readonly TokenKey key;
    private readonly byte[] signedPart;
    private readonly BigInteger inverse;

    internal PendingToken(TokenKey key, byte[] signedPart, BigInteger inverse, TokenRequest request)
    {
        this.key = key;
        this.signedPart = signedPart;
        this.inverse = inverse;
        Request = request;
    }

    /// <summary>Gets the request to send.</summary>
    public TokenRequest Request { get; }

    /// <summary>Takes the blind off the issuer's answer and verifies the token.</summary>
    /// <param name="blindSignature">The issuer's answer.</param>
    /// <param name="token">A token that verifies under the key, when true.</param>
    /// <returns>False when the issuer signed something else.</returns>
    public bool TryFinish(ReadOnlySpan<byte> blindSignature, [NotNullWhen(true)] out Token? token)
    {
        token = null;
        if (blindSignature.Length != BlindRsaToken.SignatureBytes)
        {
            return false;
        }
        BigInteger signature = BlindRsaMath.Unblind(BlindRsaMath.Read(blindSignature), inverse, key.Modulus);
        byte[] bytes = [.. signedPart, .. BlindRsaMath.Write(signature, BlindRsaToken.SignatureBytes)];
        if (!Token.TryParse(bytes, out Token? read) || !key.Verify(read))
        {
            return false;
        }
        token = read;
        return true;
    }
}
