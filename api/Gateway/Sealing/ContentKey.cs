using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using Lethe.Contracts.Sessions;

namespace Lethe.Gateway.Sealing;

/// <summary>
/// A session's content key: 32 random bytes that only the plugin keeps. In this process it lives for one request, in pinned memory,
/// and is zeroed with <see cref="Dispose"/>. It is never a string.
/// </summary>
internal sealed class ContentKey : IDisposable
{
    /// <summary>Bytes of a key.</summary>
    public const int Size = 32;

    /// <summary>Bytes of a key's written form: base64url without padding.</summary>
    public const int WrittenSize = 43;

    /// <summary>Bytes of a commitment.</summary>
    public const int CommitmentSize = 32;

    private const int SessionIdSize = 16;
    private readonly byte[] key = GC.AllocateArray<byte>(Size, pinned: true);

    private ContentKey() { }

    /// <summary>Makes a fresh key from the operating system's generator.</summary>
    /// <returns>The key, to be disposed of.</returns>
    public static ContentKey Create()
    {
        ContentKey made = new();
        RandomNumberGenerator.Fill(made.key);
        return made;
    }

    /// <summary>Reads the written form.</summary>
    /// <param name="base64Url">43 characters of base64url without padding, as UTF-8; the caller zeroes them.</param>
    /// <returns>The key, or null when it is none.</returns>
    public static ContentKey? Read(ReadOnlySpan<byte> base64Url)
    {
        if (base64Url.Length != WrittenSize)
        {
            return null;
        }
        ContentKey read = new();
        if (Base64Url.DecodeFromUtf8(base64Url, read.key, out _, out int written) == System.Buffers.OperationStatus.Done && written == Size)
        {
            return read;
        }
        read.Dispose();
        return null;
    }

    /// <summary>Writes the written form.</summary>
    /// <param name="destination">At least <see cref="WrittenSize"/> bytes; the caller zeroes them.</param>
    public void Write(Span<byte> destination) => Base64Url.EncodeToUtf8(key, destination, out _, out _);

    /// <summary>Computes the commitment that stands in the credential as <c>kc</c>: HKDF-SHA256, bound to the session.</summary>
    /// <param name="session">The session.</param>
    /// <returns>32 bytes that say nothing of the key.</returns>
    public byte[] CommitTo(SessionId session)
    {
        ReadOnlySpan<byte> label = "lethe content key commitment v1"u8;
        Span<byte> info = stackalloc byte[label.Length + SessionIdSize];
        label.CopyTo(info);
        BinaryPrimitives.WriteUInt128BigEndian(info[label.Length..], session.Value);
        byte[] commitment = new byte[CommitmentSize];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, commitment, salt: [], info);
        return commitment;
    }

    /// <summary>Tells in constant time whether this is the key that a credential commits to.</summary>
    /// <param name="session">The credential's session.</param>
    /// <param name="commitment">The credential's commitment.</param>
    /// <returns>Whether it is.</returns>
    public bool Matches(SessionId session, ReadOnlySpan<byte> commitment) =>
        CryptographicOperations.FixedTimeEquals(CommitTo(session), commitment);

    /// <summary>Makes the cipher that seals items: AES-256-GCM under a key derived for this purpose alone.</summary>
    /// <returns>The cipher, to be disposed of.</returns>
    public AesGcm CreateCipher()
    {
        Span<byte> sealing = stackalloc byte[Size];
        try
        {
            HKDF.DeriveKey(HashAlgorithmName.SHA256, key, sealing, salt: [], "lethe sealing v1"u8);
            return new AesGcm(sealing, ItemSealer.TagSize);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(sealing);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(key);

    /// <inheritdoc/>
    public override string ToString() => nameof(ContentKey);
}
