using Lethe.Contracts.Directory;

namespace Lethe.Contracts.Tenants;

/// <summary>Starts a change of region.</summary>
/// <param name="Id">A random number that names the move.</param>
/// <param name="To">The new region.</param>
/// <param name="Owner">The acting owner's pseudonym in this, the old cell.</param>
/// <param name="OwnerThere">The acting owner's pseudonym in the new cell.</param>
[GenerateSerializer, Immutable, Alias("prepare-move")]
public sealed record PrepareMove(
    [property: Id(0)] UInt128 Id,
    [property: Id(1)] Region To,
    [property: Id(2)] AccountId Owner,
    [property: Id(3)] AccountId OwnerThere
);

/// <summary>How far a move has come, as the old cell knows it.</summary>
[GenerateSerializer, Alias("move-phase")]
public enum MovePhase
{
    /// <summary>The old cell refuses; the new one may or may not know yet.</summary>
    Prepared = 1,

    /// <summary>The new cell holds the tenant and the old one has given it up; the new one may not serve yet.</summary>
    Committed = 2,

    /// <summary>The new cell said no; it must confirm that it forgets before the old one serves again.</summary>
    Cancelling = 3,
}

/// <summary>The next step of a move, as the old cell takes it.</summary>
[GenerateSerializer, Alias("move-step")]
public enum MoveStep
{
    /// <summary>The new cell has the tenant: give it up.</summary>
    Commit = 1,

    /// <summary>The new cell serves: forget the move.</summary>
    Finish = 2,

    /// <summary>The new cell said no: make it forget.</summary>
    Cancel = 3,

    /// <summary>The new cell has forgotten: serve again.</summary>
    Resume = 4,
}

/// <summary>What the old cell hands to the new one.</summary>
/// <param name="Id">The move.</param>
/// <param name="Tenant">The tenant.</param>
/// <param name="From">The old region.</param>
/// <param name="To">The new region.</param>
/// <param name="Version">The version that the move makes.</param>
/// <param name="Domains">The login domains.</param>
/// <param name="Owner">The acting owner's pseudonym in the new cell.</param>
/// <param name="OwnerRoles">What the owner may do.</param>
/// <param name="Quota">The tenant's own quotas; null for the cell's.</param>
/// <param name="Epoch">The epoch of <paramref name="Drawn"/>.</param>
/// <param name="Drawn">Tokens drawn in that epoch: a move does not renew a quota.</param>
/// <param name="OwnerLastDraw">The epoch of the owner's last draw; null when none of its tokens can be redeemed any more.</param>
/// <param name="Provider">The tenant's own identity provider; null when it has none.</param>
[GenerateSerializer, Immutable, Alias("tenant-transfer")]
public sealed record TenantTransfer(
    [property: Id(0)] UInt128 Id,
    [property: Id(1)] TenantId Tenant,
    [property: Id(2)] Region From,
    [property: Id(3)] Region To,
    [property: Id(4)] long Version,
    [property: Id(5)] IReadOnlyList<DomainId> Domains,
    [property: Id(6)] AccountId Owner,
    [property: Id(7)] Role OwnerRoles,
    [property: Id(8)] TokenQuota? Quota,
    [property: Id(9)] long Epoch,
    [property: Id(10)] int Drawn,
    [property: Id(11)] long? OwnerLastDraw = null,
    [property: Id(12)] IdentityProvider? Provider = null
);

/// <summary>Why a region is not changed.</summary>
[GenerateSerializer, Alias("move-refusal")]
public enum MoveRefusal
{
    /// <summary>The tenant has cases, shares or accounts besides the acting owner.</summary>
    HasData = 1,

    /// <summary>The acting account is no owner of the tenant.</summary>
    NotOwner = 2,

    /// <summary>It is the tenant's region already.</summary>
    SameRegion = 3,

    /// <summary>This cell knows a newer version of the tenant, or serves it.</summary>
    Superseded = 4,

    /// <summary>The step is not the next one of this move.</summary>
    OutOfOrder = 5,

    /// <summary>The tenant's own issuer is another tenant's in this cell.</summary>
    IssuerTaken = 6,
}

/// <summary>A move is pending in this, the old cell.</summary>
/// <param name="Phase">How far it has come.</param>
/// <param name="Transfer">What is handed over; in phase <see cref="MovePhase.Committed"/> without quota, use and identity provider.</param>
[GenerateSerializer, Immutable, Alias("move-stands")]
public sealed record MoveStands([property: Id(0)] MovePhase Phase, [property: Id(1)] TenantTransfer Transfer) : TenantResult;

/// <summary>No move is pending in this cell.</summary>
[GenerateSerializer, Immutable, Alias("no-move")]
public sealed record NoMove : TenantResult;

/// <summary>Nothing was changed.</summary>
/// <param name="Reason">Why not.</param>
[GenerateSerializer, Immutable, Alias("move-refused")]
public sealed record MoveRefused([property: Id(0)] MoveRefusal Reason) : TenantResult;

/// <summary>This, the new cell, holds the tenant.</summary>
/// <param name="Version">The version that the move makes.</param>
/// <param name="Domains">The login domains.</param>
[GenerateSerializer, Immutable, Alias("tenant-arrived")]
public sealed record TenantArrived([property: Id(0)] long Version, [property: Id(1)] IReadOnlyList<DomainId> Domains) : TenantResult;

/// <summary>The arrival has ended.</summary>
/// <param name="Serving">Whether this, the new cell, serves now.</param>
/// <param name="Version">The version of the tenant's directory record.</param>
/// <param name="Domains">Its login domains; none when it is forgotten.</param>
[GenerateSerializer, Immutable, Alias("arrival-ended")]
public sealed record ArrivalEnded(
    [property: Id(0)] bool Serving,
    [property: Id(1)] long Version,
    [property: Id(2)] IReadOnlyList<DomainId> Domains
) : TenantResult;

/// <summary>The tenants of this cell whose moves are pending. One per cell; grain key <see cref="Key"/>.</summary>
[GrainInterfaceType("move-index")]
public interface IMoveIndexGrain : IGrainWithStringKey
{
    /// <summary>The one grain key.</summary>
    const string Key = "m/pending";

    /// <summary>Lists a tenant. Repeating it changes nothing.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns>When it is written.</returns>
    [Alias("add")]
    Task AddAsync(TenantId tenant, CancellationToken cancellationToken);

    /// <summary>Unlists a tenant. Repeating it changes nothing.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns>When it is written.</returns>
    [Alias("remove")]
    Task RemoveAsync(TenantId tenant, CancellationToken cancellationToken);

    /// <summary>Reads the list.</summary>
    /// <param name="cancellationToken">Observed before the answer.</param>
    /// <returns>The tenants whose moves may be pending.</returns>
    [Alias("list")]
    Task<IReadOnlyList<TenantId>> ListAsync(CancellationToken cancellationToken);
}
