using Lethe.Contracts.Tenants;

namespace Lethe.Contracts.Tokens;

/// <summary>One epoch's issuing key of one policy class. Grain key: <see cref="IssuerKeys.Of"/>. The private key never leaves the silo.</summary>
[GrainInterfaceType("issuer-key")]
public interface IIssuerKeyGrain : IGrainWithStringKey
{
    /// <summary>
    /// Makes the key pair, durably. Repeating it returns the same one. A higher generation destroys the private key of the one
    /// before, first of all; the accounts' quotas stay.
    /// </summary>
    /// <param name="avoid">Truncated key ids of live keys.</param>
    /// <param name="generation">0, and one more each time that an operator closed the epoch.</param>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns>The public key.</returns>
    /// <exception cref="InvalidOperationException">The epoch has stopped issuing, or a later generation is there.</exception>
    [Alias("create")]
    Task<IssuerKey> CreateAsync(IReadOnlyList<byte> avoid, int generation, CancellationToken cancellationToken);

    /// <summary>Reads the key.</summary>
    /// <param name="cancellationToken">Observed before the answer.</param>
    /// <returns>The public key; null when there is none.</returns>
    [Alias("find")]
    Task<IssuerKey?> FindAsync(CancellationToken cancellationToken);

    /// <summary>Destroys the private key for good. Repeating it changes nothing.</summary>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns>When it is gone.</returns>
    [Alias("retire")]
    Task RetireAsync(CancellationToken cancellationToken);
}

/// <summary>A public issuing key and where its private key is kept.</summary>
/// <param name="PolicyClass">The class whose tokens it signs.</param>
/// <param name="Epoch">Its epoch: seconds since 1970 divided by the epoch's length.</param>
/// <param name="NotBefore">When it begins to issue, in seconds since 1970.</param>
/// <param name="Spki">The public key as RFC 9578 §6.5 wants it, DER.</param>
/// <param name="KeyId">SHA-256 of <paramref name="Spki"/>; its last byte is the truncated id.</param>
/// <param name="Handle">The private key's name in the key store.</param>
/// <param name="AccountHandle">The name of the key under which accounts' quotas of this epoch are kept.</param>
/// <param name="Retired">Whether the private key is destroyed.</param>
/// <param name="Generation">0, and one more each time that an operator closed the epoch.</param>
[GenerateSerializer, Immutable, Alias("issuer-key")]
public sealed record IssuerKey(
    [property: Id(0)] PolicyClass PolicyClass,
    [property: Id(1)] long Epoch,
    [property: Id(2)] long NotBefore,
    [property: Id(3)] ReadOnlyMemory<byte> Spki,
    [property: Id(4)] ReadOnlyMemory<byte> KeyId,
    [property: Id(5)] string Handle,
    [property: Id(6)] string AccountHandle,
    [property: Id(7)] bool Retired,
    [property: Id(8)] int Generation = 0
)
{
    /// <summary>Gets the last byte of the key id, which a token request names.</summary>
    public byte TruncatedKeyId => KeyId.Span[^1];
}

/// <summary>Grain keys of <see cref="IIssuerKeyGrain"/>.</summary>
public static class IssuerKeys
{
    /// <summary>Gives the grain key.</summary>
    /// <param name="policyClass">The class.</param>
    /// <param name="epoch">The epoch.</param>
    /// <returns>The key.</returns>
    public static string Of(PolicyClass policyClass, long epoch) => $"x/{policyClass.Name}/{epoch}";
}

/// <summary>
/// The live issuing keys of this cell: makes the next ones ahead, retires the old ones, keeps truncated ids apart. One per
/// cell; grain key <see cref="Key"/>.
/// </summary>
[GrainInterfaceType("issuer-directory")]
public interface IIssuerDirectoryGrain : IGrainWithStringKey
{
    /// <summary>The one grain key.</summary>
    const string Key = "i/directory";

    /// <summary>Reads the live keys, making those that are due.</summary>
    /// <param name="cancellationToken">Observed before a write.</param>
    /// <returns>The live keys.</returns>
    [Alias("list")]
    Task<IssuerKeyList> ListAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Closes one epoch of a class at once, for everybody: its private key is destroyed and its public key leaves the directory, so
    /// that no Gateway takes its tokens any more. An epoch that is not over gets a new key, with which accounts draw on under
    /// the quotas that they have.
    /// </summary>
    /// <param name="policyClass">The class.</param>
    /// <param name="epoch">The epoch: one of <see cref="ListAsync"/>.</param>
    /// <param name="cancellationToken">Observed before the write; what is written is seen through, also after a crash.</param>
    /// <returns>Whether the directory had such a key.</returns>
    [Alias("close-epoch")]
    Task<bool> CloseEpochAsync(PolicyClass policyClass, long epoch, CancellationToken cancellationToken);
}

/// <summary>The live keys of a cell.</summary>
/// <param name="Keys">Per class: the current key first, then the next, then the previous ones; five at most.</param>
/// <param name="Epoch">The current epoch.</param>
/// <param name="EpochEndsAt">When it ends, and with it this answer.</param>
[GenerateSerializer, Immutable, Alias("issuer-key-list")]
public sealed record IssuerKeyList(
    [property: Id(0)] IReadOnlyList<IssuerKey> Keys,
    [property: Id(1)] long Epoch,
    [property: Id(2)] DateTimeOffset EpochEndsAt
);
