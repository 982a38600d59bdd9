namespace Lethe.Contracts.Tenants;

/// <summary>What a tenant answers. A closed set.</summary>
[GenerateSerializer, Immutable, Alias("tenant-result")]
public abstract record TenantResult;

/// <summary>The tenant is served by this cell.</summary>
/// <param name="PolicyClass">Its policy class.</param>
/// <param name="Version">The version of its directory record.</param>
[GenerateSerializer, Immutable, Alias("tenant-here")]
public sealed record TenantHere([property: Id(0)] PolicyClass PolicyClass, [property: Id(1)] long Version) : TenantResult;

/// <summary>The tenant is served by another cell.</summary>
/// <param name="Region">Which one.</param>
[GenerateSerializer, Immutable, Alias("tenant-elsewhere")]
public sealed record TenantElsewhere([property: Id(0)] Region Region) : TenantResult;

/// <summary>The tenant is changing its region: nothing is served until that is resolved.</summary>
/// <param name="RetryAfterSeconds">When it may be worth another try.</param>
[GenerateSerializer, Immutable, Alias("tenant-moving")]
public sealed record TenantMoving([property: Id(0)] int RetryAfterSeconds) : TenantResult;

/// <summary>No cell has told this one of such a tenant.</summary>
[GenerateSerializer, Immutable, Alias("tenant-unknown")]
public sealed record TenantUnknown : TenantResult;

/// <summary>An account of the tenant.</summary>
/// <param name="Roles">What it may do.</param>
/// <param name="PolicyClass">The tenant's policy class.</param>
[GenerateSerializer, Immutable, Alias("member-found")]
public sealed record MemberFound([property: Id(0)] Role Roles, [property: Id(1)] PolicyClass PolicyClass) : TenantResult;

/// <summary>The account is none of the tenant's.</summary>
[GenerateSerializer, Immutable, Alias("member-unknown")]
public sealed record MemberUnknown : TenantResult;

/// <summary>The tenant, for its administrators.</summary>
/// <param name="PolicyClass">Its policy class.</param>
/// <param name="Version">The version of its directory record.</param>
/// <param name="Members">How many accounts it has.</param>
/// <param name="Domains">How many login domains it has.</param>
/// <param name="Cases">How many support cases it holds.</param>
/// <param name="Shares">How many consented documents it holds.</param>
/// <param name="Days">Tokens drawn per day, the latest day last.</param>
[GenerateSerializer, Immutable, Alias("tenant-described")]
public sealed record TenantDescribed(
    [property: Id(0)] PolicyClass PolicyClass,
    [property: Id(1)] long Version,
    [property: Id(2)] int Members,
    [property: Id(3)] int Domains,
    [property: Id(4)] int Cases,
    [property: Id(5)] int Shares,
    [property: Id(6)] IReadOnlyList<DayOfUse> Days
) : TenantResult;

/// <summary>Tokens that a tenant drew on one day.</summary>
/// <param name="Day">The day, UTC.</param>
/// <param name="Tokens">How many tokens.</param>
[GenerateSerializer, Immutable, Alias("day-of-use")]
public sealed record DayOfUse([property: Id(0)] DateOnly Day, [property: Id(1)] long Tokens);

/// <summary>The tenant stands as configured.</summary>
/// <param name="Changed">Whether it had to be written.</param>
/// <param name="Version">The version of its directory record.</param>
[GenerateSerializer, Immutable, Alias("tenant-provisioned")]
public sealed record TenantProvisioned([property: Id(0)] bool Changed, [property: Id(1)] long Version) : TenantResult;
