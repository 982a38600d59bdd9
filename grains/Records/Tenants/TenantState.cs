using System.Collections.Immutable;
using Lethe.Contracts;
using Lethe.Contracts.Tenants;

namespace Lethe.Records.Tenants;

/// <summary>Where a tenant stands, as this cell knows it.</summary>
[GenerateSerializer, Alias("tenant-standing")]
internal enum TenantStanding
{
    Unknown = 0,
    Here = 1,
    Elsewhere = 2,
    Arriving = 3,
}

/// <summary>A tenant as stored. Accounts are pseudonyms, domains are HMACs.</summary>
[GenerateSerializer, Immutable, Alias("tenant-state")]
internal sealed record TenantState
{
    [Id(0)]
    public TenantStanding Standing { get; init; }

    [Id(1)]
    public Region Region { get; init; }

    [Id(2)]
    public long Version { get; init; }

    [Id(3)]
    public string? PolicyClass { get; init; }

    [Id(4)]
    public ImmutableArray<string> Domains { get; init; } = [];

    [Id(5)]
    public ImmutableArray<StoredMember> Members { get; init; } = [];

    [Id(6)]
    public ImmutableArray<string> Cases { get; init; } = [];

    [Id(7)]
    public ImmutableArray<string> Shares { get; init; } = [];

    [Id(8)]
    public StoredQuota? Quota { get; init; }

    [Id(9)]
    public long Epoch { get; init; }

    [Id(10)]
    public int Drawn { get; init; }

    [Id(11)]
    public ImmutableArray<StoredDay> Days { get; init; } = [];

    /// <summary>Gets the pending move away from this cell.</summary>
    [Id(12)]
    public StoredMove? Move { get; init; }

    /// <summary>Gets the pending move into this cell.</summary>
    [Id(13)]
    public StoredArrival? Arrival { get; init; }

    /// <summary>Gets the last move that ended with this cell serving.</summary>
    [Id(14)]
    public string? LastArrival { get; init; }

    /// <summary>Gets the highest version that an old cell gave up again.</summary>
    [Id(15)]
    public long CancelledVersion { get; init; }

    /// <summary>Gets the digest of the configuration that was last taken over.</summary>
    [Id(16)]
    public string? ProvisionedFrom { get; init; }

    /// <summary>Gets the epoch of <see cref="Drawers"/>.</summary>
    [Id(30)]
    public long DrawersEpoch { get; init; }

    /// <summary>Gets how many accounts drew in that epoch.</summary>
    [Id(31)]
    public int Drawers { get; init; }

    /// <summary>Gets how many accounts drew in the epoch before.</summary>
    [Id(32)]
    public int DrawersBefore { get; init; }

    public bool HasDataBeside(AccountId owner) =>
        Cases.Length > 0 || Shares.Length > 0 || Members.Any(member => member.Account != owner.Value);

    public Role RolesOf(AccountId account) => Members.FirstOrDefault(member => member.Account == account.Value)?.Roles ?? Role.None;

    public override string ToString() => nameof(TenantState);
}

[GenerateSerializer, Immutable, Alias("stored-member")]
internal sealed record StoredMember([property: Id(0)] string Account, [property: Id(1)] Role Roles);

[GenerateSerializer, Immutable, Alias("stored-quota")]
internal sealed record StoredQuota([property: Id(0)] int PerAccount, [property: Id(1)] int PerTenant);

[GenerateSerializer, Immutable, Alias("stored-day")]
internal sealed record StoredDay([property: Id(0)] DateOnly Day, [property: Id(1)] long Tokens);

[GenerateSerializer, Immutable, Alias("stored-move")]
internal sealed record StoredMove(
    [property: Id(0)] string Id,
    [property: Id(1)] Region To,
    [property: Id(2)] long Version,
    [property: Id(3)] MovePhase Phase,
    [property: Id(4)] string OwnerThere,
    [property: Id(5)] Role OwnerRoles
);

[GenerateSerializer, Immutable, Alias("stored-arrival")]
internal sealed record StoredArrival([property: Id(0)] string Id, [property: Id(1)] Region From);
