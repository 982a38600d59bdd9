namespace Lethe.Contracts.Support;

/// <summary>The sizes that Control and the grains agree on.</summary>
public static class SupportLimits
{
    /// <summary>The longest message, in bytes of UTF-8.</summary>
    public const int MessageBytes = 4 * 1024;

    /// <summary>The largest document, in bytes as sent.</summary>
    public const int DocumentBytes = 10 * 1024 * 1024;

    /// <summary>The most plaintext that one sealed chunk holds, in bytes.</summary>
    public const int ChunkBytes = 256 * 1024;

    /// <summary>What sealing adds to a chunk: a nonce of 12 bytes and a tag of 16.</summary>
    public const int ChunkOverheadBytes = 28;

    /// <summary>The longest that a consent may hold.</summary>
    public static readonly TimeSpan ShareLifetime = TimeSpan.FromDays(30);

    /// <summary>Gets the number of chunks of a plaintext.</summary>
    /// <param name="plaintextBytes">Its length, 1 or more.</param>
    /// <returns>1 or more.</returns>
    public static int Chunks(int plaintextBytes) => (plaintextBytes + ChunkBytes - 1) / ChunkBytes;

    /// <summary>Gets the length of a plaintext when sealed.</summary>
    /// <param name="plaintextBytes">Its length, 1 or more.</param>
    /// <returns>The length of nonces, ciphertext and tags.</returns>
    public static int SealedBytes(int plaintextBytes) => plaintextBytes + (Chunks(plaintextBytes) * ChunkOverheadBytes);
}
