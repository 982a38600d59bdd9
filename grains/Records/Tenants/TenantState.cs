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

    /// <summary>
    /// Gets digests of the members as they were last configured: what the tenant changed since is not brought back by a
    /// configuration that says the same of them.
    /// </summary>
    [Id(17)]
    public ImmutableArray<string> Configured { get; init; } = [];

    /// <summary>Gets the epoch of <see cref="Drawers"/>.</summary>
    [Id(30)]
    public long DrawersEpoch { get; init; }

    /// <summary>Gets how many accounts drew in that epoch.</summary>
    [Id(31)]
    public int Drawers { get; init; }

    /// <summary>Gets how many accounts drew in the epoch before.</summary>
    [Id(32)]
    public int DrawersBefore { get; init; }

    /// <summary>Gets the tenant's own identity provider.</summary>
    [Id(33)]
    public IdentityProvider? IdentityProvider { get; init; }

    public bool HasDataBeside(AccountId owner) =>
        Cases.Length > 0 || Shares.Length > 0 || Members.Any(member => member.Account != owner.Value);

    public StoredMember? Find(AccountId account) => Members.FirstOrDefault(member => member.Account == account.Value);

    /// <summary>What an account may do now: an invited or deactivated one nothing.</summary>
    public Role RolesOf(AccountId account) => Find(account) is { IsActive: true } active ? active.Roles : Role.None;

    public override string ToString() => nameof(TenantState);
}

[GenerateSerializer, Immutable, Alias("stored-member")]
internal sealed record StoredMember([property: Id(0)] string Account, [property: Id(1)] Role Roles)
{
    /// <summary>Gets since when it may do nothing; null while it is active.</summary>
    [Id(2)]
    public DateTimeOffset? DeactivatedAt { get; init; }

    /// <summary>Gets the epoch of its last draw of tokens; null when none of them can be redeemed any more.</summary>
    [Id(3)]
    public long? LastDraw { get; init; }

    /// <summary>Gets since when it is invited; null once it has accepted.</summary>
    [Id(4)]
    public DateTimeOffset? InvitedAt { get; init; }

    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsActive => this is { DeactivatedAt: null, InvitedAt: null };

    public override string ToString() => nameof(StoredMember);
}

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
