using System.Security.Cryptography;

namespace Lethe.Contracts.Support;

/// <summary>
/// The AES-256 key of one case or one share, on its way from the key store to Control, which seals and opens with it once.
/// Its text is a constant, because Orleans prints results in its logs.
/// </summary>
/// <param name="bytes">The key, 32 bytes, owned by this object from now on.</param>
[GenerateSerializer, Immutable, Alias("support-key")]
public sealed class SupportKey(byte[] bytes) : IDisposable
{
    [Id(0)]
    private readonly byte[] bytes = bytes;

    /// <summary>Gets the key.</summary>
    public ReadOnlySpan<byte> Span => bytes;

    /// <summary>Overwrites the key with zeros.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(bytes);

    /// <inheritdoc/>
    public override string ToString() => nameof(SupportKey);
}
