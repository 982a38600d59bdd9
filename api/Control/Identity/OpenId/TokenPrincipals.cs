using System.Collections.Immutable;
using System.Security.Claims;
using Lethe.Control.Identity.Accounts;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Lethe.Control.Identity.OpenId;

/// <summary>Makes what tokens say: a random id, a tenant's id, scopes. No name, no address, no role.</summary>
internal static class TokenPrincipals
{
    // In codes and refresh tokens only, which are encrypted and come back to us.
    private const string StampClaim = "stamp";

    /// <summary>Makes the principal of an account's tokens.</summary>
    /// <param name="account">The account.</param>
    /// <param name="scopes">What was granted.</param>
    /// <returns>The principal.</returns>
    public static ClaimsPrincipal Make(Account account, ImmutableArray<string> scopes)
    {
        ClaimsIdentity identity = new("lethe", Claims.Subject, Claims.Role);
        identity.SetClaim(Claims.Subject, account.Id).SetClaim(StampClaim, account.SecurityStamp);
        if (account.TenantId is { } tenant)
        {
            identity.SetClaim(OpenIdServer.TenantClaim, tenant);
        }
        identity.SetScopes(scopes);
        identity.SetResources(OpenIdServer.Audience);
        identity.SetDestinations(claim =>
            claim.Type switch
            {
                Claims.Subject => [Destinations.AccessToken, Destinations.IdentityToken],
                OpenIdServer.TenantClaim => [Destinations.AccessToken],
                _ => [],
            }
        );
        return new(identity);
    }

    /// <summary>Finds out whether a code or refresh token was made since the account's last reset.</summary>
    /// <param name="principal">What the token says.</param>
    /// <param name="account">The account.</param>
    /// <returns>Whether it was.</returns>
    public static bool IsOf(ClaimsPrincipal principal, Account account) =>
        principal.GetClaim(Claims.Subject) == account.Id && principal.GetClaim(StampClaim) == account.SecurityStamp;
}
