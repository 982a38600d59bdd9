using System.Text.Json;
using Lethe.Contracts.Tenants;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Lethe.Control.Identity.Providers;

/// <summary>
/// What an access token of a tenant's own issuer must be: RS256, PS256 or ES256 by a key that the issuer publishes, for our audience, in force,
/// with the scope and the claims that the tenant set. An id token has another audience, no scope, and marks of its own.
/// </summary>
/// <param name="keys">The issuers' keys.</param>
/// <param name="options">Lifetimes.</param>
/// <param name="identity">How far clocks may differ.</param>
/// <param name="clock">The clock.</param>
internal sealed class ProviderTokens(
    ProviderKeys keys,
    IOptions<ProviderOptions> options,
    IOptions<IdentityOptions> identity,
    TimeProvider clock
)
{
    /// <summary>The longest token that is read.</summary>
    public const int LongestToken = 8 * 1024;

    private static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = LongestToken };
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256,
        SecurityAlgorithms.RsaSsaPssSha256,
        SecurityAlgorithms.EcdsaSha256,
    ];

    // Entra's access tokens have the type JWT, as id tokens do; the scope tells them apart.
    private static readonly string[] Types = ["at+jwt", "application/at+jwt", "JWT"];
    private static readonly string[] OfIdTokens = ["nonce", "at_hash", "c_hash"];

    /// <summary>Reads the issuer that a token claims, trusting nothing.</summary>
    /// <param name="token">The token.</param>
    /// <returns>The <c>iss</c>; null when it is no token.</returns>
    public static string? ClaimedIssuer(string token)
    {
        if (token.Length > LongestToken || !Handler.CanReadToken(token))
        {
            return null;
        }
        try
        {
            return Handler.ReadJsonWebToken(token).Issuer;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Validates a token.</summary>
    /// <param name="token">The token.</param>
    /// <param name="provider">The provider that it must be of.</param>
    /// <param name="cancellationToken">Observed.</param>
    /// <returns>Its subject; null when it is not valid.</returns>
    public async Task<string?> ValidateAsync(string token, IdentityProvider provider, CancellationToken cancellationToken)
    {
        if (ClaimedIssuer(token) != provider.Issuer)
        {
            return null;
        }
        JsonWebToken read = Handler.ReadJsonWebToken(token);
        if (!Algorithms.Contains(read.Alg, StringComparer.Ordinal) || !IsType(read) || string.IsNullOrEmpty(read.Kid))
        {
            return null;
        }
        TokenValidationParameters rules = new()
        {
            ValidIssuer = provider.Issuer,
            ValidAudience = provider.Audience,
            ValidAlgorithms = Algorithms,
            IssuerSigningKeys = await keys.FindAsync(provider.Issuer, read.Kid, cancellationToken),
            TryAllIssuerSigningKeys = false,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            LifetimeValidator = (notBefore, expires, validated, _) => IsInForce(notBefore, expires, validated),
        };
        TokenValidationResult result = await Handler.ValidateTokenAsync(read, rules);
        return result.IsValid && Meets(read, provider) ? AccessTokens.SubjectOf(read) : null;
    }

    private static bool Meets(JsonWebToken token, IdentityProvider provider)
    {
        using var payload = JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(token.EncodedPayload));
        JsonElement claims = payload.RootElement;
        return Words(claims, "scope").Concat(Words(claims, "scp")).Contains(provider.RequiredScope, StringComparer.Ordinal)
            && provider.RequiredClaims.All(claim => TextOf(claims, claim.Name) == claim.Value)
            && !OfIdTokens.Any(name => claims.TryGetProperty(name, out JsonElement _));
    }

    private static bool IsType(JsonWebToken token) =>
        string.IsNullOrEmpty(token.Typ) || Types.Contains(token.Typ, StringComparer.OrdinalIgnoreCase);

    private static string? TextOf(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    // A list of words in one text, or an array of texts.
    private static string[] Words(JsonElement claims, string name) =>
        !claims.TryGetProperty(name, out JsonElement value) ? []
        : value.ValueKind == JsonValueKind.String ? value.GetString()!.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        : value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)]
        : [];

    private bool IsInForce(DateTime? notBefore, DateTime? expires, SecurityToken token)
    {
        if (expires is not { } until || token is not JsonWebToken jwt || jwt.IssuedAt == default)
        {
            return false;
        }
        DateTime now = clock.GetUtcNow().UtcDateTime;
        TimeSpan skew = identity.Value.ClockSkew;
        return until > now - skew
            && jwt.IssuedAt <= now + skew
            && (notBefore ?? now) <= now + skew
            && until - jwt.IssuedAt <= options.Value.MaxLifetime;
    }
}
