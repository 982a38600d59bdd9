using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Security.Cryptography;

namespace Lethe.PrivacyPass;

/// <summary>
/// The issuer's half of RFC 9474: signs blinded messages with the private key of one policy class and epoch. It cannot tell
/// what it signs, nor recognise it later. Safe for parallel use.
/// </summary>
public sealed class BlindSigner : IDisposable
{
    private readonly OpenSslRsa rsa;

    /// <summary>Takes over the private key.</summary>
    /// <param name="key">RSA with 2048 bits and exponent 65537, used for nothing else; stays the caller's.</param>
    /// <exception cref="PlatformNotSupportedException">There is no OpenSSL 3, or not the one that .NET uses.</exception>
    /// <exception cref="CryptographicException">The key has another size or exponent, or no private half.</exception>
    public BlindSigner(RSA key)
    {
        ArgumentNullException.ThrowIfNull(key);
        PublicKey = TokenKey.FromRsa(key);
        RSAParameters parameters = key.ExportParameters(includePrivateParameters: true);
        try
        {
            rsa = new OpenSslRsa(parameters);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(parameters.D);
            CryptographicOperations.ZeroMemory(parameters.P);
            CryptographicOperations.ZeroMemory(parameters.Q);
            CryptographicOperations.ZeroMemory(parameters.DP);
            CryptographicOperations.ZeroMemory(parameters.DQ);
            CryptographicOperations.ZeroMemory(parameters.InverseQ);
        }
    }

    /// <summary>Says whether this machine can sign.</summary>
    /// <exception cref="PlatformNotSupportedException">There is no OpenSSL 3, or not the one that .NET uses; one sentence.</exception>
    public static void EnsureSupported() => OpenSslRsa.EnsureSupported();

    /// <summary>Gets the public half; disposed with the signer.</summary>
    public TokenKey PublicKey { get; }

    /// <summary>Reads a private key as it comes out of the key store.</summary>
    /// <param name="pkcs8">The key in PKCS#8 form, unencrypted; stays the caller's, who overwrites it.</param>
    /// <returns>The signer.</returns>
    /// <exception cref="CryptographicException">The bytes are no such key.</exception>
    public static BlindSigner FromPkcs8(ReadOnlySpan<byte> pkcs8)
    {
        using RSA key = RSA.Create();
        key.ImportPkcs8PrivateKey(pkcs8, out int _);
        return new(key);
    }

    /// <summary>Signs a blinded message, and checks the signature with the public exponent before handing it out.</summary>
    /// <param name="blindedMessage">256 bytes, as a number below the modulus.</param>
    /// <param name="signature">The blind signature, 256 bytes, when true.</param>
    /// <returns>Whether the message could be signed; false is the client's fault.</returns>
    /// <exception cref="CryptographicException">The signature came out wrong; nothing of it leaves.</exception>
    public bool TrySign(ReadOnlySpan<byte> blindedMessage, [NotNullWhen(true)] out byte[]? signature)
    {
        signature = null;
        if (
            blindedMessage.Length != BlindRsaToken.SignatureBytes
            || new BigInteger(blindedMessage, isUnsigned: true, isBigEndian: true) >= PublicKey.Modulus
        )
        {
            return false;
        }
        byte[] signed = rsa.PrivateOperation(blindedMessage);
        // A faulty signature would give the private key away (RFC 9474 §7.1).
        if (!CryptographicOperations.FixedTimeEquals(rsa.PublicOperation(signed), blindedMessage))
        {
            CryptographicOperations.ZeroMemory(signed);
            throw new CryptographicException("A blind signature failed its own check.");
        }
        signature = signed;
        return true;
    }

    /// <summary>Frees the private key, which OpenSSL overwrites.</summary>
    public void Dispose()
    {
        rsa.Dispose();
        PublicKey.Dispose();
    }
}
