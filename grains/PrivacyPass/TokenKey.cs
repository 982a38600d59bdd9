using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;

namespace Lethe.PrivacyPass;

/// <summary>
/// The public half of an issuing key: RSA with 2048 bits and exponent 65537 (RFC 9578 §6.5). Safe for parallel use; an RSA
/// object is not, so each verification borrows one of its own.
/// </summary>
public sealed class TokenKey : IDisposable
{
    private const int MaxSpkiBytes = 1024;
    private const int ModulusBits = BlindRsaToken.SignatureBytes * 8;

    // AlgorithmIdentifier { id-RSASSA-PSS, { [0] sha384, [1] mgf1 with sha384, [2] 48 } } without NULL parameters, as the
    // vectors of RFC 9578 have it. .NET neither writes nor reads this object identifier.
    private static readonly byte[] PssAlgorithm = Convert.FromHexString(
        "303d06092a864886f70d01010a3030a00d300b0609608648016503040202a11a301806092a864886f70d010108300b0609608648016503040202a203020130"
    );

    private readonly ConcurrentBag<RSA> idle = [];
    private readonly RSAParameters publicHalf;
    private readonly byte[] spki;
    private readonly byte[] id;
    private volatile bool disposed;

    private TokenKey(RSAParameters parameters, byte[] spki)
    {
        publicHalf = parameters;
        this.spki = spki;
        id = SHA256.HashData(spki);
        Modulus = new(parameters.Modulus, isUnsigned: true, isBigEndian: true);
        Exponent = new(parameters.Exponent, isUnsigned: true, isBigEndian: true);
    }

    /// <summary>Gets the SubjectPublicKeyInfo, whose bytes define the key id.</summary>
    public ReadOnlyMemory<byte> Spki => spki;

    /// <summary>Gets the key id: SHA-256 of the SubjectPublicKeyInfo, 32 bytes.</summary>
    public ReadOnlyMemory<byte> Id => id;

    /// <summary>Gets the last byte of the key id, which a token request names.</summary>
    public byte TruncatedId => id[^1];

    internal BigInteger Modulus { get; }

    internal BigInteger Exponent { get; }

    /// <summary>Takes the public half of a key.</summary>
    /// <param name="key">RSA with 2048 bits and exponent 65537; stays the caller's.</param>
    /// <returns>The token key.</returns>
    /// <exception cref="CryptographicException">The key has another size or exponent.</exception>
    public static TokenKey FromRsa(RSA key)
    {
        ArgumentNullException.ThrowIfNull(key);
        RSAParameters parameters = key.ExportParameters(includePrivateParameters: false);
        if (!IsAllowed(parameters))
        {
            throw new CryptographicException("An issuing key has 2048 bits and exponent 65537.");
        }
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(PssAlgorithm);
            writer.WriteBitString(key.ExportRSAPublicKey());
        }
        return new(parameters, writer.Encode());
    }

    /// <summary>Reads a SubjectPublicKeyInfo with exactly the algorithm parameters of RFC 9578 §6.5.</summary>
    /// <param name="source">DER, up to 1,024 bytes.</param>
    /// <param name="key">The key, when true.</param>
    /// <returns>Whether it is an issuing key's.</returns>
    public static bool TryParse(ReadOnlySpan<byte> source, [NotNullWhen(true)] out TokenKey? key)
    {
        key = null;
        if (source.Length > MaxSpkiBytes)
        {
            return false;
        }
        byte[] copy = source.ToArray();
        try
        {
            var reader = new AsnReader(copy, AsnEncodingRules.DER);
            AsnReader sequence = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            if (!sequence.ReadEncodedValue().Span.SequenceEqual(PssAlgorithm))
            {
                return false;
            }
            byte[] publicKey = sequence.ReadBitString(out int unused);
            sequence.ThrowIfNotEmpty();
            using RSA rsa = RSA.Create();
            rsa.ImportRSAPublicKey(publicKey, out int read);
            if (unused != 0 || read != publicKey.Length)
            {
                return false;
            }
            RSAParameters parameters = rsa.ExportParameters(includePrivateParameters: false);
            key = IsAllowed(parameters) ? new(parameters, copy) : null;
            return key is not null;
        }
        catch (Exception fault) when (fault is AsnContentException or CryptographicException)
        {
            return false;
        }
    }

    /// <summary>
    /// Checks a token's signature under this key: PSS with SHA-384 and a salt of exactly 48 bytes, so that PSSZERO is refused.
    /// </summary>
    /// <param name="token">The token.</param>
    /// <returns>Whether the token names this key and its signature is right.</returns>
    /// <exception cref="ObjectDisposedException">The key was disposed.</exception>
    public bool Verify(Token token)
    {
        ArgumentNullException.ThrowIfNull(token);
        ObjectDisposedException.ThrowIf(disposed, this);
        if (!token.KeyId.Span.SequenceEqual(id))
        {
            return false;
        }
        RSA rsa = idle.TryTake(out RSA? waiting) ? waiting : RSA.Create(publicHalf);
        try
        {
            return rsa.VerifyData(token.SignedPart.Span, token.Authenticator.Span, HashAlgorithmName.SHA384, RSASignaturePadding.Pss);
        }
        finally
        {
            idle.Add(rsa);
            if (disposed)
            {
                Dispose();
            }
        }
    }

    /// <summary>Frees the native keys.</summary>
    public void Dispose()
    {
        disposed = true;
        while (idle.TryTake(out RSA? rsa))
        {
            rsa.Dispose();
        }
    }

    private static bool IsAllowed(RSAParameters parameters) =>
        parameters is { Modulus: [>= 0x80, ..] modulus, Exponent: [1, 0, 1] }
        && modulus.Length * 8 == ModulusBits
        && (modulus[^1] & 1) == 1;
}
