using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;

namespace Lethe.Control.Identity.Accounts.Keys;

/// <summary>
/// Encrypts the columns with e-mail addresses so that equal addresses give equal ciphertexts, for look-up and for the unique
/// index: a synthetic nonce (as in RFC 5297) by HMAC-SHA-256 of the value, then AES-256-GCM. An equal ciphertext tells that
/// the address is the same, and nothing else.
/// </summary>
/// <param name="ring">The keys.</param>
internal sealed class ColumnProtector(AccountKeyRing ring) : ILookupProtector, ILookupProtectorKeyRing, IPersonalDataProtector
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int Overhead = NonceBytes + TagBytes;

    /// <inheritdoc/>
    public string CurrentKeyId => ring.Current.Id;

    /// <inheritdoc/>
    public string this[string keyId] => ring.Find(keyId).Id;

    /// <inheritdoc/>
    public IEnumerable<string> GetAllKeyIds() => ring.All.Select(keys => keys.Id);

    /// <inheritdoc/>
    public string? Protect(string keyId, string? data)
    {
        if (data is null)
        {
            return null;
        }
        AccountKeys keys = ring.Find(keyId);
        byte[] plain = Encoding.UTF8.GetBytes(data);
        byte[] hidden = new byte[Overhead + plain.Length];
        HMACSHA256.HashData(keys.Nonce, plain).AsSpan(0, NonceBytes).CopyTo(hidden);
        using AesGcm cipher = new(keys.Encryption, TagBytes);
        cipher.Encrypt(hidden.AsSpan(0, NonceBytes), plain, hidden.AsSpan(Overhead), hidden.AsSpan(NonceBytes, TagBytes));
        return Base64Url.EncodeToString(hidden);
    }

    /// <inheritdoc/>
    public string? Unprotect(string keyId, string? data)
    {
        if (data is null)
        {
            return null;
        }
        byte[] hidden = Base64Url.DecodeFromChars(data);
        if (hidden.Length < Overhead)
        {
            throw new CryptographicException("Not an encrypted value.");
        }
        byte[] plain = new byte[hidden.Length - Overhead];
        using AesGcm cipher = new(ring.Find(keyId).Encryption, TagBytes);
        cipher.Decrypt(hidden.AsSpan(0, NonceBytes), hidden.AsSpan(Overhead), hidden.AsSpan(NonceBytes, TagBytes), plain);
        return Encoding.UTF8.GetString(plain);
    }

    /// <inheritdoc/>
    public string? Protect(string? data) => data is null ? null : $"{CurrentKeyId}:{Protect(CurrentKeyId, data)}";

    /// <inheritdoc/>
    public string? Unprotect(string? data)
    {
        if (data is null)
        {
            return null;
        }
        int colon = data.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? throw new CryptographicException("Not an encrypted value.") : Unprotect(data[..colon], data[(colon + 1)..]);
    }
}
