using System.Security.Cryptography;
using System.Text;

namespace Lethe.Control.Identity.Accounts.Keys;

/// <summary>Wraps keys under the KEK: AES-256-GCM with the key's name as associated data, so that none can stand in for another.</summary>
internal static class KeyWrap
{
    private const byte Form = 1;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int Overhead = 1 + NonceBytes + TagBytes;

    /// <summary>Wraps a key.</summary>
    /// <param name="keys">Under which.</param>
    /// <param name="name">The key's name.</param>
    /// <param name="key">The key.</param>
    /// <returns>Form, nonce, tag and ciphertext.</returns>
    public static byte[] Wrap(AccountKeys keys, string name, ReadOnlySpan<byte> key)
    {
        byte[] wrapped = new byte[Overhead + key.Length];
        wrapped[0] = Form;
        RandomNumberGenerator.Fill(wrapped.AsSpan(1, NonceBytes));
        using AesGcm cipher = new(keys.Wrapping, TagBytes);
        cipher.Encrypt(
            wrapped.AsSpan(1, NonceBytes),
            key,
            wrapped.AsSpan(Overhead),
            wrapped.AsSpan(1 + NonceBytes, TagBytes),
            Encoding.UTF8.GetBytes(name)
        );
        return wrapped;
    }

    /// <summary>Unwraps a key.</summary>
    /// <param name="keys">Under which it was wrapped.</param>
    /// <param name="name">The key's name.</param>
    /// <param name="wrapped">What <see cref="Wrap"/> made.</param>
    /// <returns>The key, the caller's to zero.</returns>
    /// <exception cref="CryptographicException">Wrapped under another KEK or name, or damaged.</exception>
    public static byte[] Unwrap(AccountKeys keys, string name, ReadOnlySpan<byte> wrapped)
    {
        if (wrapped.Length <= Overhead || wrapped[0] != Form)
        {
            throw new CryptographicException("Not a wrapped key.");
        }
        byte[] key = new byte[wrapped.Length - Overhead];
        using AesGcm cipher = new(keys.Wrapping, TagBytes);
        cipher.Decrypt(
            wrapped.Slice(1, NonceBytes),
            wrapped[Overhead..],
            wrapped.Slice(1 + NonceBytes, TagBytes),
            key,
            Encoding.UTF8.GetBytes(name)
        );
        return key;
    }
}
