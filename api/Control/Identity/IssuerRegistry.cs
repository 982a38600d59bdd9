using System.Collections.Frozen;
using Lethe.Contracts.Tenants;
using Lethe.Control.Hosting;
using Lethe.Control.Identity.Accounts.Keys;
using Lethe.Control.Identity.OpenId;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Lethe.Control.Identity;

/// <summary>Whose issuer it is.</summary>
internal enum IssuerKind
{
    /// <summary>Configured with a file of keys: a tenant's, or the operator's.</summary>
    Configured,

    /// <summary>This Control's own.</summary>
    Own,

    /// <summary>A tenant's own identity provider, set at run time: its people draw tokens, and have no account here.</summary>
    TenantProvider,

    /// <summary>Another cell's own: its tokens are told where they belong and are good for nothing else.</summary>
    OtherCell,
}

/// <summary>One issuer whose tokens are accepted.</summary>
/// <param name="options">Its configuration.</param>
/// <param name="kind">Whose it is.</param>
/// <param name="source">Where its keys are, when they are in no file.</param>
internal sealed class TrustedIssuer(
    IssuerOptions options,
    IssuerKind kind = IssuerKind.Configured,
    Func<IReadOnlyList<SecurityKey>>? source = null
)
{
    /// <summary>In pseudonyms, our own issuer has this name: they outlive a change of Control's address.</summary>
    public const string OwnName = "urn:lethe:accounts";

    private readonly Lock gate = new();
    private DateTime readAt;
    private SecurityKey[] keys = [];

    /// <summary>Gets the <c>iss</c>.</summary>
    public string Name => options.Issuer;

    /// <summary>Gets whose it is.</summary>
    public IssuerKind Kind => kind;

    /// <summary>Gets the name that goes into pseudonyms.</summary>
    public string PseudonymName => kind == IssuerKind.Own ? OwnName : options.Issuer;

    /// <summary>Gets the <c>aud</c>.</summary>
    public string Audience => options.Audience;

    /// <summary>Gets the tenant; null for the operator's.</summary>
    public TenantId? Tenant { get; } = TenantId.TryParse(options.Tenant, out TenantId tenant) ? tenant : null;

    /// <summary>Finds the keys that may have signed a token.</summary>
    /// <param name="keyId">The token's key id; null for any.</param>
    /// <returns>The keys; none when the issuer has no such key.</returns>
    public IReadOnlyList<SecurityKey> Keys(string? keyId)
    {
        if (source is not null)
        {
            return [.. source().Where(key => keyId is not null && key.KeyId == keyId)];
        }
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

/// <summary>The cells' own issuers: this Control's, and the others'.</summary>
internal sealed class CellIssuers
{
    /// <summary>Initializes a new instance of the <see cref="CellIssuers"/> class.</summary>
    /// <param name="control">This cell and the others.</param>
    /// <param name="keys">Our own keys.</param>
    /// <param name="others">The other cells' keys.</param>
    public CellIssuers(IOptions<ControlOptions> control, TokenKeys keys, OtherCellKeys others)
    {
        Own = new(Issuer(control.Value.PublicUrl), IssuerKind.Own, () => keys.SigningKeys);
        All =
        [
            Own,
            .. control
                .Value.Cells.Where(cell => cell.Region != control.Value.Region)
                .Select(cell => new TrustedIssuer(Issuer(cell.ControlUrl), IssuerKind.OtherCell, () => others.Of(cell.Region))),
        ];
    }

    /// <summary>Gets this Control's.</summary>
    public TrustedIssuer Own { get; }

    /// <summary>Gets all of them.</summary>
    public IReadOnlyList<TrustedIssuer> All { get; }

    private static IssuerOptions Issuer(string url) => new() { Issuer = new Uri(url).AbsoluteUri, Audience = OpenIdServer.Audience };
}

/// <summary>The issuers whose tokens are accepted, by their exact name.</summary>
/// <param name="options">The configured ones.</param>
/// <param name="cells">The cells' own.</param>
internal sealed class IssuerRegistry(IOptions<IdentityOptions> options, CellIssuers? cells = null)
{
    private readonly FrozenDictionary<string, TrustedIssuer> issuers = options
        .Value.Issuers.Select(issuer => new TrustedIssuer(issuer))
        .Concat(cells?.All ?? [])
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
