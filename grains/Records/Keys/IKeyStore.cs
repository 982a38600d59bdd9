namespace Lethe.Records.Keys;

/// <summary>
/// Holds keys wrapped by the cell's KEK, apart from every database and its backups: what is deleted here is deleted for good.
/// </summary>
public interface IKeyStore
{
    /// <summary>Wraps and keeps a key, durably.</summary>
    /// <param name="handle">Its name: <c>[a-z0-9-]{1,64}</c>, random, never a person's or a tenant's.</param>
    /// <param name="key">The key, 1 to 8192 bytes.</param>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns>When the key is durable.</returns>
    /// <exception cref="InvalidOperationException">The handle is taken.</exception>
    Task PutAsync(string handle, ReadOnlyMemory<byte> key, CancellationToken cancellationToken);

    /// <summary>Unwraps a key.</summary>
    /// <param name="handle">Its name.</param>
    /// <param name="cancellationToken">Observed before the read.</param>
    /// <returns>The key, the caller's to zero; null when it was destroyed or never there.</returns>
    /// <exception cref="System.Security.Cryptography.CryptographicException">Wrapped under another KEK, or damaged.</exception>
    Task<byte[]?> FindAsync(string handle, CancellationToken cancellationToken);

    /// <summary>Destroys a key. Repeating it changes nothing.</summary>
    /// <param name="handle">Its name.</param>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns>When the key is gone for good.</returns>
    Task DestroyAsync(string handle, CancellationToken cancellationToken);
}
