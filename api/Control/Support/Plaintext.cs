using System.Security.Cryptography;

namespace Lethe.Control.Support;

/// <summary>A buffer for content: it does not move in memory, and is zeroed when it is no longer needed.</summary>
/// <param name="length">Its length in bytes.</param>
internal sealed class Plaintext(int length) : IDisposable
{
    private readonly byte[] bytes = GC.AllocateArray<byte>(length, pinned: true);

    /// <summary>Gets the buffer.</summary>
    public Memory<byte> Memory => bytes;

    /// <summary>Gets the buffer.</summary>
    public Span<byte> Span => bytes;

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(bytes);

    /// <inheritdoc/>
    public override string ToString() => nameof(Plaintext);
}
