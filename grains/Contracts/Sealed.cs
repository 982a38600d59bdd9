namespace Lethe.Contracts;

/// <summary>
/// Ciphertext: the only type that may carry content bytes through Orleans. Sealed and opened at the edge (Gateway or
/// Control), never in a silo. Its text is a constant, because Orleans prints results in its logs.
/// </summary>
/// <param name="bytes">The ciphertext, owned by this object from now on.</param>
[GenerateSerializer, Immutable, Alias("sealed")]
public sealed class Sealed(byte[] bytes)
{
    [Id(0)]
    private readonly byte[] bytes = bytes;

    /// <summary>Gets the number of ciphertext bytes.</summary>
    public int Length => bytes.Length;

    /// <summary>Gets the ciphertext, to be opened at the edge or stored as it is.</summary>
    public ReadOnlyMemory<byte> Memory => bytes;

    /// <summary>Copies the ciphertext, so that its owner may clear its own while the copy is still being read.</summary>
    /// <returns>A copy with an owner of its own.</returns>
    public Sealed Copy() => new([.. bytes]);

    /// <summary>Overwrites the ciphertext with zeros. Only its last owner calls this.</summary>
    public void Clear() => System.Security.Cryptography.CryptographicOperations.ZeroMemory(bytes);

    /// <inheritdoc/>
    public override string ToString() => nameof(Sealed);
}
