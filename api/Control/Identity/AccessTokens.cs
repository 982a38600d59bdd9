using Lethe.Contracts.Tenants;
using Lethe.Control.Identity.OpenId;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;

namespace Lethe.Control.Identity;

/// <summary>What an access token must be: <c>at+jwt</c>, ES256, of a known issuer, signed by that issuer's own key, short-lived.</summary>
/// <param name="issuers">The issuers.</param>
/// <param name="options">Lifetimes.</param>
/// <param name="clock">The clock.</param>
internal sealed class AccessTokens(IssuerRegistry issuers, IOptions<IdentityOptions> options, TimeProvider clock)
{
    private const int LongestSubject = 255;

    /// <summary>Gives the rules to the framework's validation.</summary>
    /// <returns>The parameters.</returns>
    public TokenValidationParameters Parameters() =>
        new()
        {
            ValidTypes = ["at+jwt"],
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            TryAllIssuerSigningKeys = false,
            NameClaimType = JwtRegisteredClaimNames.Sub,
            IssuerValidator = (issuer, _, _) =>
                issuers.Find(issuer)?.Name ?? throw new SecurityTokenInvalidIssuerException("Not an issuer of this cell."),
            AudienceValidator = (audiences, token, _) =>
                issuers.Find(token.Issuer) is { } issuer && audiences.Contains(issuer.Audience, StringComparer.Ordinal),
            IssuerSigningKeyResolver = (_, token, keyId, _) => issuers.Find(token.Issuer)?.Keys(keyId) ?? [],
            LifetimeValidator = (notBefore, expires, token, _) => IsShortLived(notBefore, expires, token),
        };

    /// <summary>Reads the subject of a validated token.</summary>
    /// <param name="token">The token.</param>
    /// <returns>1 to 255 characters; null when it has no such subject.</returns>
    public static string? SubjectOf(SecurityToken token) =>
        token is JsonWebToken jwt
        && jwt.TryGetPayloadValue(JwtRegisteredClaimNames.Sub, out string subject)
        && subject is { Length: > 0 and <= LongestSubject }
            ? subject
            : null;

    /// <summary>Reads the id of a token of ours, under which it is on file.</summary>
    /// <param name="token">The token.</param>
    /// <returns>The id; empty when it has none.</returns>
    public static string IdOf(JsonWebToken token) =>
        token.TryGetPayloadValue(OpenIddictConstants.Claims.Private.TokenId, out string id) ? id : string.Empty;

    /// <summary>Reads the scopes of a token of ours.</summary>
    /// <param name="token">The token.</param>
    /// <returns>The scopes.</returns>
    public static IReadOnlySet<string> ScopesOf(JsonWebToken token) =>
        token.TryGetPayloadValue(OpenIddictConstants.Claims.Scope, out string scopes)
            ? scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal)
            : new HashSet<string>(StringComparer.Ordinal);

    /// <summary>Reads the tenant that a token of one of our cells names.</summary>
    /// <param name="token">The token.</param>
    /// <returns>The tenant; null when it names none.</returns>
    public static TenantId? TenantOf(JsonWebToken token) =>
        token.TryGetPayloadValue(OpenIdServer.TenantClaim, out string written) && TenantId.TryParse(written, out TenantId tenant)
            ? tenant
            : null;

    private bool IsShortLived(DateTime? notBefore, DateTime? expires, SecurityToken token)
    {
        if (expires is not { } until || token is not JsonWebToken jwt || jwt.IssuedAt == default)
        {
            return false;
        }
        DateTime now = clock.GetUtcNow().UtcDateTime;
        TimeSpan skew = options.Value.ClockSkew;
        return until > now - skew
            && jwt.IssuedAt <= now + skew
            && (notBefore ?? now) <= now + skew
            && until - jwt.IssuedAt <= options.Value.MaxLifetime;
    }
}
