using System.Collections.Immutable;
using Lethe.Contracts;
using Lethe.Contracts.Directory;
using Lethe.Contracts.Tenants;
using Lethe.Records.Storage;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Lethe.Records.DirectoryRecords; // "Directory" would hide System.IO.Directory

/// <inheritdoc cref="IDirectoryGrain"/>
[GrainType("directory")]
internal sealed class DirectoryGrain(
    [PersistentState("directory", StorageNames.Records)] IPersistentState<DirectoryState> stored,
    IGrainFactory grains,
    IOptions<CellOptions> cell
) : Grain, IDirectoryGrain
{
    private bool IsDomain => this.GetPrimaryKeyString().StartsWith("w/", StringComparison.Ordinal);

    /// <inheritdoc/>
    public async Task<DirectoryRecord?> FindAsync(CancellationToken cancellationToken)
    {
        if (!IsDomain)
        {
            return stored.State.Record is { } record ? Read(record) : null;
        }
        if (!TenantId.TryParse(stored.State.Tenant, out TenantId tenant))
        {
            return null;
        }
        DirectoryRecord? found = await grains.GetGrain<IDirectoryGrain>(tenant.GrainKey).FindAsync(cancellationToken);
        return found is not null && found.Domains.Any(domain => domain.GrainKey == this.GetPrimaryKeyString()) ? found : null;
    }

    /// <inheritdoc/>
    public async Task<DirectoryPut> PutAsync(DirectoryRecord record, CancellationToken cancellationToken)
    {
        if (IsDomain || record.Tenant != TenantId.FromGrainKey(this.GetPrimaryKeyString()))
        {
            throw new ArgumentException("The record is another tenant's.", nameof(record));
        }
        StoredRecord next = Write(record);
        if (stored.State.Record is { } known)
        {
            if (known.IsSame(next))
            {
                return DirectoryPut.Known;
            }
            if (known.Version >= next.Version)
            {
                return DirectoryPut.Superseded;
            }
        }
        if (record.Region != cell.Value.Here)
        {
            TenantResult route = await grains.GetGrain<ITenantGrain>(record.Tenant.GrainKey).RouteAsync(cancellationToken);
            if (route is TenantHere or TenantMoving)
            {
                return DirectoryPut.ServedHere;
            }
        }
        foreach (DomainId domain in record.Domains)
        {
            if (!await grains.GetGrain<IDirectoryGrain>(domain.GrainKey).PointAsync(record.Tenant, cancellationToken))
            {
                return DirectoryPut.DomainTaken;
            }
        }
        cancellationToken.ThrowIfCancellationRequested();
        await stored.CommitAsync(new DirectoryState { Record = next });
        return DirectoryPut.Stored;
    }

    /// <inheritdoc/>
    public async Task<bool> PointAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        if (!IsDomain)
        {
            throw new InvalidOperationException("No domain's entry.");
        }
        if (stored.State.Tenant == tenant.Value)
        {
            return true;
        }
        if (TenantId.TryParse(stored.State.Tenant, out TenantId holder))
        {
            // An entry whose tenant no longer names the domain is free.
            DirectoryRecord? record = await grains.GetGrain<IDirectoryGrain>(holder.GrainKey).FindAsync(cancellationToken);
            if (record is not null && record.Domains.Any(domain => domain.GrainKey == this.GetPrimaryKeyString()))
            {
                return false;
            }
        }
        cancellationToken.ThrowIfCancellationRequested();
        await stored.CommitAsync(new DirectoryState { Tenant = tenant.Value });
        return true;
    }

    private static StoredRecord Write(DirectoryRecord record) =>
        new(
            record.Tenant.Value,
            record.Region,
            record.Version,
            [.. record.Domains.Select(domain => domain.Value).Order(StringComparer.Ordinal)],
            record.Signature
        );

    private static DirectoryRecord Read(StoredRecord record) =>
        TenantId.TryParse(record.Tenant, out TenantId tenant)
            ? new(
                tenant,
                record.Region,
                record.Version,
                [
                    .. record.Domains.Select(text =>
                        DomainId.TryParse(text, out DomainId domain) ? domain : throw new InvalidOperationException("No domain.")
                    ),
                ],
                record.Signature
            )
            : throw new InvalidOperationException("No tenant.");
}

/// <summary>A tenant's record, or the tenant of a domain.</summary>
[GenerateSerializer, Immutable, Alias("directory-state")]
internal sealed record DirectoryState
{
    [Id(0)]
    public StoredRecord? Record { get; init; }

    [Id(1)]
    public string? Tenant { get; init; }
}

/// <summary>A directory record as stored.</summary>
[GenerateSerializer, Immutable, Alias("stored-record")]
internal sealed record StoredRecord(
    [property: Id(0)] string Tenant,
    [property: Id(1)] Region Region,
    [property: Id(2)] long Version,
    [property: Id(3)] ImmutableArray<string> Domains,
    [property: Id(4)] string Signature
)
{
    /// <summary>Compares what is signed; ECDSA signatures of the same record differ.</summary>
    public bool IsSame(StoredRecord other) =>
        Tenant == other.Tenant
        && Region == other.Region
        && Version == other.Version
        && Domains.SequenceEqual(other.Domains, StringComparer.Ordinal);
}

/// <summary>Adds the directory to a silo.</summary>
public static class DirectoryExtensions
{
    /// <summary>Adds the directory. Needs storage and tenants.</summary>
    /// <param name="silo">A silo of the identity plane.</param>
    /// <returns>The same silo.</returns>
    public static ISiloBuilder AddDirectory(this ISiloBuilder silo)
    {
        ArgumentNullException.ThrowIfNull(silo);
        silo.Services.TryAddSingleton(TimeProvider.System);
        silo.Services.AddCellOptions();
        return silo;
    }
}
