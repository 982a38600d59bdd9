using Lethe.Contracts.Tenants;
using Lethe.Control.Identity.Providers;

namespace Lethe.Control.Moves;

/// <summary>The identity provider of a tenant on its way.</summary>
internal sealed record ProviderClaims(
    string Issuer,
    string Audience,
    string Scope,
    IReadOnlyDictionary<string, string> Claims,
    string? ClientId = null
)
{
    private const int LongestText = 512;
    private const int MostClaims = 8;

    /// <summary>Writes a provider.</summary>
    /// <param name="provider">The provider; null for none.</param>
    /// <returns>The claims.</returns>
    public static ProviderClaims? Of(IdentityProvider? provider) =>
        provider is null
            ? null
            : new(
                provider.Issuer,
                provider.Audience,
                provider.RequiredScope,
                provider.RequiredClaims.ToDictionary(claim => claim.Name, claim => claim.Value, StringComparer.Ordinal),
                provider.ClientId
            );

    /// <summary>Reads a provider.</summary>
    /// <param name="claims">The claims; null for none.</param>
    /// <param name="provider">The provider, when true; null for none.</param>
    /// <returns>Whether everything in it is what it should be.</returns>
    public static bool TryRead(ProviderClaims? claims, out IdentityProvider? provider)
    {
        provider = claims is null
            ? null
            : new(
                claims.Issuer,
                claims.Audience,
                claims.Scope,
                [
                    .. claims
                        .Claims.OrderBy(claim => claim.Key, StringComparer.Ordinal)
                        .Select(claim => new RequiredClaim(claim.Key, claim.Value)),
                ],
                claims.ClientId
            );
        return claims is null
            || (
                ProviderHttp.IsUrl(claims.Issuer, out _)
                && claims.Claims.Count <= MostClaims
                && claims
                    .Claims.SelectMany(claim => new[] { claim.Key, claim.Value })
                    .Append(claims.Audience)
                    .Append(claims.Scope)
                    .Append(claims.ClientId ?? claims.Scope)
                    .All(text => text is { Length: > 0 and <= LongestText })
            );
    }
}
