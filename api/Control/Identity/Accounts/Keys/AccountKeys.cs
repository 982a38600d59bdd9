using System.Security.Cryptography;
using System.Text;

namespace Lethe.Control.Identity.Accounts.Keys;

/// <summary>
/// The keys of the accounts database that come from one KEK, each derived for its one purpose (HKDF-SHA-256, RFC 5869), so
/// that no key of one use is ever a key of another: not even of the records silos' key store, which has the same KEK.
/// </summary>
internal sealed class AccountKeys
{
    private const int KeyBytes = 32;
    private const int IdBytes = 4;

    /// <summary>Initializes a new instance of the <see cref="AccountKeys"/> class.</summary>
    /// <param name="kek">32 bytes; not kept.</param>
    public AccountKeys(byte[] kek)
    {
        Id = Convert.ToHexStringLower(Derive(kek, "id").AsSpan(0, IdBytes));
        Wrapping = Derive(kek, "wrapping");
        Encryption = Derive(kek, "column encryption");
        Nonce = Derive(kek, "column nonce");
        Attempts = Derive(kek, "attempts");
    }

    /// <summary>Gets the name under which stored data says which KEK it needs: 8 hex digits, which tell nothing of the key.</summary>
    public string Id { get; }

    /// <summary>Gets the key around token keys and data-protection keys.</summary>
    public byte[] Wrapping { get; }

    /// <summary>Gets the key that encrypts columns.</summary>
    public byte[] Encryption { get; }

    /// <summary>Gets the key that makes a column's nonce from its value.</summary>
    public byte[] Nonce { get; }

    /// <summary>Gets the key of the pseudonyms under which attempts are counted.</summary>
    public byte[] Attempts { get; }

    /// <inheritdoc/>
    public override string ToString() => nameof(AccountKeys);

    private static byte[] Derive(byte[] kek, string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, kek, KeyBytes, info: Encoding.ASCII.GetBytes("lethe accounts v1 " + purpose));
}
