using System.Text.Json;
using Lethe.Contracts.Directory;
using Lethe.Contracts.Tenants;
using Lethe.Control.Discovery;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Lethe.Control.Identity.Providers;

/// <summary>
/// What proves that a tenant speaks for the firm that runs an issuer: the firm's domain is the tenant's login domain, its DNS says so, and the issuer
/// is of that domain: by its own host, or by the name of the person who presents its access token.
/// </summary>
/// <param name="tokens">Validates the access token.</param>
/// <param name="domains">Names of domains.</param>
/// <param name="records">The domain's DNS.</param>
/// <param name="grains">The records silos.</param>
internal sealed class ProviderProof(ProviderTokens tokens, Domains domains, IDomainRecords records, IGrainFactory grains)
{
    // Names that an issuer's administrator gives; an e-mail address only where the issuer says that it was verified.
    private static readonly string[] Names = ["upn", "preferred_username"];

    /// <summary>Gives the text that the domain publishes at <c>_lethe-issuer.</c> and its name.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="issuer">The issuer.</param>
    /// <returns>The text.</returns>
    public static string RecordOf(TenantId tenant, string issuer) => $"lethe-tenant={tenant.Value} issuer={issuer}";

    /// <summary>Gives the name at which a domain publishes it.</summary>
    /// <param name="domain">The domain, in ASCII.</param>
    /// <returns>The name.</returns>
    public static string NameOf(string domain) => $"_lethe-issuer.{domain}";

    /// <summary>Looks at all of it.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="provider">The provider that it wants.</param>
    /// <param name="domain">The login domain, as it was sent.</param>
    /// <param name="proof">An access token of the issuer.</param>
    /// <param name="cancellationToken">Observed.</param>
    /// <returns>Null when it is proved; otherwise what is missing.</returns>
    public async Task<Problem?> FindFaultAsync(
        TenantId tenant,
        IdentityProvider provider,
        string domain,
        string proof,
        CancellationToken cancellationToken
    )
    {
        if (
            !domains.TryRead(domain, out DomainId id, out string ascii)
            || (await grains.GetGrain<IDirectoryGrain>(id.GrainKey).FindAsync(cancellationToken))?.Tenant != tenant
        )
        {
            return Problems.DomainNotTheTenants;
        }
        if (await tokens.ValidateAsync(proof, provider, cancellationToken) is null)
        {
            return Problems.IssuerNotProved;
        }
        if (!IsOf(new Uri(provider.Issuer), ascii) && !NamesSomebodyOf(proof, ascii))
        {
            return Problems.IssuerOfAnotherDomain;
        }
        return (await records.TextsAsync(NameOf(ascii), cancellationToken)).Contains(
            RecordOf(tenant, provider.Issuer),
            StringComparer.Ordinal
        )
            ? null
            : Problems.IssuerDomainNotProved;
    }

    private static bool IsOf(Uri issuer, string domain) =>
        string.Equals(issuer.IdnHost, domain, StringComparison.OrdinalIgnoreCase)
        || issuer.IdnHost.EndsWith("." + domain, StringComparison.OrdinalIgnoreCase);

    // The token was validated.
    private static bool NamesSomebodyOf(string token, string domain)
    {
        using var payload = JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(new JsonWebToken(token).EncodedPayload));
        JsonElement claims = payload.RootElement;
        bool isVerified = claims.TryGetProperty("email_verified", out JsonElement verified) && verified.ValueKind == JsonValueKind.True;
        return (isVerified ? [.. Names, "email"] : Names).Any(name =>
            claims.TryGetProperty(name, out JsonElement value)
            && value.ValueKind == JsonValueKind.String
            && value.GetString() is { } address
            && address.LastIndexOf('@') is > 0 and int at
            && string.Equals(address[(at + 1)..], domain, StringComparison.OrdinalIgnoreCase)
        );
    }
}
