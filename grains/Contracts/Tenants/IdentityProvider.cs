namespace Lethe.Contracts.Tenants;

/// <summary>A tenant's own OpenID Connect issuer, whose people draw tokens without an account of ours.</summary>
/// <param name="Issuer">The <c>iss</c>, an https URL.</param>
/// <param name="Audience">The <c>aud</c> of access tokens for us.</param>
/// <param name="RequiredScope">A scope that each token has (<c>scope</c> or <c>scp</c>): no id token has one.</param>
/// <param name="RequiredClaims">Claims that each token has with just this value, sorted by name: for Entra <c>tid</c> and <c>azp</c>.</param>
/// <param name="ClientId">As whom the plugin signs in there; null when the plugin knows it otherwise.</param>
[GenerateSerializer, Immutable, Alias("identity-provider")]
public sealed record IdentityProvider(
    [property: Id(0)] string Issuer,
    [property: Id(1)] string Audience,
    [property: Id(2)] string RequiredScope,
    [property: Id(3)] IReadOnlyList<RequiredClaim> RequiredClaims,
    [property: Id(4)] string? ClientId = null
)
{
    /// <summary>Says whether another one asks for just the same.</summary>
    /// <param name="other">The other one.</param>
    /// <returns>Whether it does.</returns>
    public bool IsSame(IdentityProvider? other) =>
        other is not null
        && (Issuer, Audience, RequiredScope, ClientId) == (other.Issuer, other.Audience, other.RequiredScope, other.ClientId)
        && RequiredClaims.SequenceEqual(other.RequiredClaims);

    /// <inheritdoc/>
    public override string ToString() => nameof(IdentityProvider);
}

/// <summary>A claim that a token must have.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value, compared as text.</param>
[GenerateSerializer, Immutable, Alias("required-claim")]
public sealed record RequiredClaim([property: Id(0)] string Name, [property: Id(1)] string Value);

/// <summary>Sets or removes the tenant's identity provider.</summary>
/// <param name="Actor">Who does: an owner.</param>
/// <param name="Provider">The provider, whose control was proved; null to have none.</param>
[GenerateSerializer, Immutable, Alias("set-identity-provider")]
public sealed record SetIdentityProvider([property: Id(0)] AccountId Actor, [property: Id(1)] IdentityProvider? Provider);

/// <summary>The tenant's identity provider as it stands.</summary>
/// <param name="Provider">The provider; null when it has none.</param>
[GenerateSerializer, Immutable, Alias("identity-provider-stands")]
public sealed record IdentityProviderStands([property: Id(0)] IdentityProvider? Provider) : TenantResult;

/// <summary>The issuer belongs to another tenant of the cell.</summary>
[GenerateSerializer, Immutable, Alias("identity-provider-taken")]
public sealed record IdentityProviderTaken : TenantResult;

/// <summary>Somebody of the tenant's own identity provider, who is no member and may draw tokens.</summary>
/// <param name="PolicyClass">The tenant's policy class.</param>
[GenerateSerializer, Immutable, Alias("visitor-found")]
public sealed record VisitorFound([property: Id(0)] PolicyClass PolicyClass) : TenantResult;

/// <summary>
/// Which issuer belongs to which tenant of this cell: each to one. One per cell; grain key <see cref="Key"/>. What it lists is
/// believed only where the tenant itself says the same.
/// </summary>
[GrainInterfaceType("identity-provider-directory")]
public interface IIdentityProviderDirectoryGrain : IGrainWithStringKey
{
    /// <summary>The one grain key.</summary>
    const string Key = "o/providers";

    /// <summary>Takes an issuer for a tenant, instead of the one that the tenant had. Repeating it changes nothing.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="provider">The provider.</param>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns>False when the issuer is another tenant's.</returns>
    [Alias("claim")]
    Task<bool> ClaimAsync(TenantId tenant, IdentityProvider provider, CancellationToken cancellationToken);

    /// <summary>Frees the tenant's issuer. Repeating it changes nothing.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns>When it is written.</returns>
    [Alias("release")]
    Task ReleaseAsync(TenantId tenant, CancellationToken cancellationToken);

    /// <summary>Lists all of them.</summary>
    /// <param name="cancellationToken">Observed before the answer.</param>
    /// <returns>At most one per tenant.</returns>
    [Alias("list")]
    Task<IReadOnlyList<TenantIdentityProvider>> ListAsync(CancellationToken cancellationToken);
}

/// <summary>An issuer and whose it is.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Provider">Its provider.</param>
[GenerateSerializer, Immutable, Alias("tenant-identity-provider")]
public sealed record TenantIdentityProvider([property: Id(0)] TenantId Tenant, [property: Id(1)] IdentityProvider Provider);
