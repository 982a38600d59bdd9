using Lethe.Contracts.Tenants;
using Orleans.Concurrency;

namespace Lethe.Contracts.Directory;

/// <summary>
/// Which cell serves a tenant, or a login domain's tenant. Grain key: <see cref="TenantId.GrainKey"/> or
/// <see cref="DomainId.GrainKey"/>. Every cell has the records of every cell's tenants.
/// </summary>
[GrainInterfaceType("directory")]
public interface IDirectoryGrain : IGrainWithStringKey
{
    /// <summary>Reads the record.</summary>
    /// <param name="cancellationToken">Observed before the answer.</param>
    /// <returns>The record; null when there is none.</returns>
    [AlwaysInterleave]
    [Alias("find")]
    Task<DirectoryRecord?> FindAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Stores a record whose signature the caller has checked, and the entries of its domains. The higher version wins. Under a
    /// tenant's key only.
    /// </summary>
    /// <param name="record">The record.</param>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns>What became of it.</returns>
    [Alias("put")]
    Task<DirectoryPut> PutAsync(DirectoryRecord record, CancellationToken cancellationToken);

    /// <summary>Points a domain at its tenant. Under a domain's key only; called by the tenant's record.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns>False when the domain is another tenant's.</returns>
    [Alias("point")]
    Task<bool> PointAsync(TenantId tenant, CancellationToken cancellationToken);
}

/// <summary>A tenant's directory record.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Region">The cell that serves it and that signed the record.</param>
/// <param name="Version">Counts the tenant's moves and changes of domains; the higher wins.</param>
/// <param name="Domains">Its login domains.</param>
/// <param name="Signature">The record as its cell signed it: a compact JWS, ES256.</param>
[GenerateSerializer, Immutable, Alias("directory-record")]
public sealed record DirectoryRecord(
    [property: Id(0)] TenantId Tenant,
    [property: Id(1)] Region Region,
    [property: Id(2)] long Version,
    [property: Id(3)] IReadOnlyList<DomainId> Domains,
    [property: Id(4)] string Signature
);

/// <summary>What became of a record.</summary>
[GenerateSerializer, Alias("directory-put")]
public enum DirectoryPut
{
    /// <summary>It is stored.</summary>
    Stored = 1,

    /// <summary>It was stored before.</summary>
    Known = 2,

    /// <summary>A higher version, or another record of the same version, is stored.</summary>
    Superseded = 3,

    /// <summary>One of its domains is another tenant's.</summary>
    DomainTaken = 4,

    /// <summary>This cell serves the tenant itself and has not given it up.</summary>
    ServedHere = 5,
}
