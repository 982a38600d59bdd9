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
                WrittenClaims.Write(provider.RequiredClaims),
                provider.ClientId
            );

    /// <summary>Reads a provider.</summary>
    /// <param name="claims">The claims; null for none.</param>
    /// <param name="provider">The provider, when true; null for none.</param>
    /// <returns>Whether everything in it is what it should be.</returns>
    public static bool TryRead(ProviderClaims? claims, out IdentityProvider? provider)
    {
        provider = null;
        if (claims is null)
        {
            return true;
        }
        if (
            !ProviderHttp.IsUrl(claims.Issuer, out _)
            || claims.Claims is not { Count: <= MostClaims }
            || !claims
                .Claims.SelectMany(claim => new[] { claim.Key, claim.Value })
                .Append(claims.Audience)
                .Append(claims.Scope)
                .Append(claims.ClientId ?? claims.Scope)
                .All(text => text is { Length: > 0 and <= LongestText })
        )
        {
            return false;
        }
        provider = new(claims.Issuer, claims.Audience, claims.Scope, WrittenClaims.Read(claims.Claims), claims.ClientId);
        return true;
    }
}
