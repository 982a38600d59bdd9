using Lethe.Contracts.Directory;

namespace Lethe.Contracts.Tenants;

/// <summary>Creates a tenant, or brings it to its new configuration.</summary>
/// <param name="PolicyClass">One of this cell's classes.</param>
/// <param name="Domains">Its login domains.</param>
/// <param name="Members">Its accounts; at least one owner.</param>
/// <param name="Quota">Its quotas; null for the cell's.</param>
[GenerateSerializer, Immutable, Alias("provision-tenant")]
public sealed record ProvisionTenant(
    [property: Id(0)] PolicyClass PolicyClass,
    [property: Id(1)] IReadOnlyList<DomainId> Domains,
    [property: Id(2)] IReadOnlyList<Member> Members,
    [property: Id(3)] TokenQuota? Quota
);

/// <summary>An account of a tenant.</summary>
/// <param name="Account">Its pseudonym in this cell.</param>
/// <param name="Roles">What it may do.</param>
[GenerateSerializer, Immutable, Alias("member")]
public sealed record Member([property: Id(0)] AccountId Account, [property: Id(1)] Role Roles);

/// <summary>How many session tokens may be drawn in one epoch.</summary>
/// <param name="PerAccount">By one account.</param>
/// <param name="PerTenant">By all accounts of the tenant together.</param>
[GenerateSerializer, Immutable, Alias("token-quota")]
public sealed record TokenQuota([property: Id(0)] int PerAccount, [property: Id(1)] int PerTenant);

/// <summary>What a tenant may hold that keeps it in its cell.</summary>
[GenerateSerializer, Alias("tenant-data")]
public enum TenantData
{
    /// <summary>A support case.</summary>
    Case = 1,

    /// <summary>A consented document.</summary>
    Share = 2,
}
