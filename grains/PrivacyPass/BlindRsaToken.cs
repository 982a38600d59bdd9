namespace Lethe.PrivacyPass;

/// <summary>Sizes and media types of token type 0x0002, Blind RSA with 2048 bits (RFC 9578 §6, §8).</summary>
public static class BlindRsaToken
{
    /// <summary>The token type: RSABSSA-SHA384-PSS-Deterministic with a 2048-bit modulus.</summary>
    public const ushort Type = 0x0002;

    /// <summary>Bytes of a nonce.</summary>
    public const int NonceBytes = 32;

    /// <summary>Bytes of a token key id, and of a challenge digest.</summary>
    public const int DigestBytes = 32;

    /// <summary>Bytes of the modulus, of a blinded message and of a signature (Nk).</summary>
    public const int SignatureBytes = 256;

    /// <summary>Bytes of what a token's signature covers: type, nonce, challenge digest, key id.</summary>
    public const int SignedBytes = 2 + NonceBytes + DigestBytes + DigestBytes;

    /// <summary>Bytes of a token.</summary>
    public const int TokenBytes = SignedBytes + SignatureBytes;

    /// <summary>Bytes of a token request: type, last byte of the key id, blinded message.</summary>
    public const int RequestBytes = 2 + 1 + SignatureBytes;

    /// <summary>Media type of one token request.</summary>
    public const string RequestMediaType = "application/private-token-request";

    /// <summary>Media type of the answer to one token request.</summary>
    public const string ResponseMediaType = "application/private-token-response";

    /// <summary>Media type of a batch of token requests (draft-ietf-privacypass-batched-tokens-07).</summary>
    public const string BatchRequestMediaType = "application/private-token-generic-batch-request";

    /// <summary>Media type of the answer to a batch (draft-ietf-privacypass-batched-tokens-07).</summary>
    public const string BatchResponseMediaType = "application/private-token-generic-batch-response";

    /// <summary>Media type of an issuer directory (RFC 9578 §4).</summary>
    public const string DirectoryMediaType = "application/private-token-issuer-directory";

    /// <summary>Where an issuer directory stands (RFC 9578 §4).</summary>
    public const string DirectoryPath = "/.well-known/private-token-issuer-directory";
}
