using System.Collections.Frozen;
using Lethe.Contracts.Tenants;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Lethe.Control.Identity;

/// <summary>One issuer whose tokens are accepted.</summary>
/// <param name="options">Its configuration.</param>
internal sealed class TrustedIssuer(IssuerOptions options)
{
    private readonly Lock gate = new();
    private DateTime readAt;
    private SecurityKey[] keys = [];

    /// <summary>Gets the <c>iss</c>.</summary>
    public string Name => options.Issuer;

    /// <summary>Gets the <c>aud</c>.</summary>
    public string Audience => options.Audience;

    /// <summary>Gets the tenant; null for the operator's.</summary>
    public TenantId? Tenant { get; } = TenantId.TryParse(options.Tenant, out TenantId tenant) ? tenant : null;

    /// <summary>Finds the keys that may have signed a token.</summary>
    /// <param name="keyId">The token's key id; null for any.</param>
    /// <returns>The keys; none when the issuer has no such key.</returns>
    public IReadOnlyList<SecurityKey> Keys(string? keyId)
    {
        lock (gate)
        {
            SecurityKey[] found = Find(keyId);
            if (found.Length == 0 && File.GetLastWriteTimeUtc(options.KeysFile) != readAt)
            {
                Read();
                found = Find(keyId);
            }
            return found;
        }
    }

    private SecurityKey[] Find(string? keyId) => [.. keys.Where(key => keyId is null || key.KeyId == keyId)];

    private void Read()
    {
        DateTime writtenAt = File.GetLastWriteTimeUtc(options.KeysFile);
        JsonWebKeySet set = new(File.ReadAllText(options.KeysFile)) { SkipUnresolvedJsonWebKeys = true };
        keys = [.. set.Keys.Where(key => key is { Kty: JsonWebAlgorithmsKeyTypes.EllipticCurve, Crv: JsonWebKeyECTypes.P256 })];
        readAt = writtenAt;
    }
}

/// <summary>The issuers whose tokens are accepted, by their exact name.</summary>
/// <param name="options">Their configuration.</param>
internal sealed class IssuerRegistry(IOptions<IdentityOptions> options)
{
    private readonly FrozenDictionary<string, TrustedIssuer> issuers = options
        .Value.Issuers.Select(issuer => new TrustedIssuer(issuer))
        .ToFrozenDictionary(issuer => issuer.Name, StringComparer.Ordinal);

    /// <summary>Finds an issuer.</summary>
    /// <param name="name">The <c>iss</c> of a token, not yet trusted.</param>
    /// <returns>The issuer; null when its tokens are not accepted.</returns>
    public TrustedIssuer? Find(string? name) => name is not null && issuers.TryGetValue(name, out TrustedIssuer? issuer) ? issuer : null;

    /// <summary>Finds the issuer of a tenant.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <returns>The first one configured; null when there is none.</returns>
    public TrustedIssuer? Of(TenantId tenant) =>
        options.Value.Issuers.Select(issuer => Find(issuer.Issuer)).FirstOrDefault(found => found?.Tenant == tenant);
}
