using System.Text.Json.Serialization;
using Lethe.Contracts;
using Lethe.Contracts.Directory;
using Lethe.Contracts.Tenants;

namespace Lethe.Control.Moves;

/// <summary>What one cell's Control tells another's. Also the last part of the path and the <c>typ</c> of the signature.</summary>
internal enum CellMessage
{
    /// <summary>Asks for the pseudonym of an acting owner.</summary>
    Account,

    /// <summary>A tenant's directory record.</summary>
    Record,

    /// <summary>A tenant that is to move here.</summary>
    Transfer,

    /// <summary>The old cell has given the tenant up: serve.</summary>
    Activation,

    /// <summary>The old cell keeps the tenant: forget.</summary>
    Cancellation,
}

/// <summary>What the other cell answers.</summary>
/// <param name="Accepted">False when it refuses for good.</param>
/// <param name="Value">The pseudonym, or the signed record; null when there is nothing to tell.</param>
internal sealed record CellAnswer(bool Accepted, string? Value = null)
{
    /// <summary>Gets the refusal.</summary>
    public static CellAnswer Refused { get; } = new(Accepted: false);
}

/// <summary>The way to another cell's Control.</summary>
internal interface ICellLink
{
    /// <summary>Sends a signed message.</summary>
    /// <param name="to">The other cell.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="signed">The compact JWS.</param>
    /// <param name="cancellationToken">Observed.</param>
    /// <returns>The answer; null when there was none and it is not known what the other cell did.</returns>
    Task<CellAnswer?> SendAsync(Region to, CellMessage kind, string signed, CancellationToken cancellationToken);
}

/// <summary>
/// Asks for a pseudonym. Neither side keeps the subject. For an account of our own, the address to which the new cell's
/// invitation goes.
/// </summary>
internal sealed record AccountClaims(string To, string Tenant, string Issuer, string Subject, string? Email = null, string? Language = null)
{
    /// <inheritdoc/>
    public override string ToString() => nameof(AccountClaims);
}

/// <summary>A directory record.</summary>
internal sealed record RecordClaims(string Tenant, string Region, long Version, IReadOnlyList<string> Domains);

/// <summary>A tenant on its way.</summary>
internal sealed record TransferClaims(
    string Move,
    string Tenant,
    string From,
    string To,
    long Version,
    IReadOnlyList<string> Domains,
    string Owner,
    int OwnerRoles,
    int? PerAccount,
    int? PerTenant,
    long Epoch,
    int Drawn,
    long? OwnerLastDraw = null,
    ProviderClaims? Provider = null
);

/// <summary>The end of a move.</summary>
internal sealed record EndClaims(string Move, string Tenant, string To, long Version);

/// <summary>The written form of messages.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true
)]
[JsonSerializable(typeof(AccountClaims))]
[JsonSerializable(typeof(RecordClaims))]
[JsonSerializable(typeof(TransferClaims))]
[JsonSerializable(typeof(EndClaims))]
[JsonSerializable(typeof(CellAnswer))]
internal sealed partial class CellJson : JsonSerializerContext;

/// <summary>Reads and writes the parts of messages.</summary>
internal static class CellClaims
{
    /// <summary>Writes a transfer.</summary>
    /// <param name="transfer">The transfer.</param>
    /// <returns>The claims.</returns>
    public static TransferClaims Of(TenantTransfer transfer) =>
        new(
            transfer.Id.ToString("x32"),
            transfer.Tenant.Value,
            transfer.From.ToName(),
            transfer.To.ToName(),
            transfer.Version,
            [.. transfer.Domains.Select(domain => domain.Value)],
            transfer.Owner.Value,
            (int)transfer.OwnerRoles,
            transfer.Quota?.PerAccount,
            transfer.Quota?.PerTenant,
            transfer.Epoch,
            transfer.Drawn,
            transfer.OwnerLastDraw,
            ProviderClaims.Of(transfer.Provider)
        );

    /// <summary>Reads a transfer.</summary>
    /// <param name="claims">The claims.</param>
    /// <returns>The transfer; null when something in it is not what it should be.</returns>
    public static TenantTransfer? Read(TransferClaims claims) =>
        TryReadId(claims.Move, out UInt128 id)
        && TenantId.TryParse(claims.Tenant, out TenantId tenant)
        && RegionNames.TryParse(claims.From, out Region from)
        && RegionNames.TryParse(claims.To, out Region to)
        && claims is { Version: > 0, Epoch: >= 0, Drawn: >= 0, OwnerLastDraw: null or >= 0 }
        && ReadDomains(claims.Domains) is { } domains
        && AccountId.TryParse(claims.Owner, out AccountId owner)
        && ProviderClaims.TryRead(claims.Provider, out IdentityProvider? provider)
            ? new(
                id,
                tenant,
                from,
                to,
                claims.Version,
                domains,
                owner,
                (Role)claims.OwnerRoles & Roles.OfTenants,
                Quota(claims),
                claims.Epoch,
                claims.Drawn,
                claims.OwnerLastDraw,
                provider
            )
            : null;

    /// <summary>Reads a directory record.</summary>
    /// <param name="claims">The claims.</param>
    /// <param name="signed">The JWS that they came in.</param>
    /// <returns>The record; null when something in it is not what it should be.</returns>
    public static DirectoryRecord? Read(RecordClaims claims, string signed) =>
        TenantId.TryParse(claims.Tenant, out TenantId tenant)
        && RegionNames.TryParse(claims.Region, out Region region)
        && claims.Version > 0
        && ReadDomains(claims.Domains) is { } domains
            ? new(tenant, region, claims.Version, domains, signed)
            : null;

    /// <summary>Reads the id of a move.</summary>
    /// <param name="text">32 lower-case hex digits.</param>
    /// <param name="id">The id, when true.</param>
    /// <returns>Whether the text is an id.</returns>
    public static bool TryReadId(string text, out UInt128 id)
    {
        id = default;
        return text.Length == 32
            && text.All(char.IsAsciiHexDigitLower)
            && UInt128.TryParse(text, System.Globalization.NumberStyles.HexNumber, provider: null, out id);
    }

    private static TokenQuota? Quota(TransferClaims claims) =>
        claims is { PerAccount: { } account and > 0, PerTenant: { } tenant and > 0 } ? new(account, tenant) : null;

    private static List<DomainId>? ReadDomains(IReadOnlyList<string> texts)
    {
        List<DomainId> domains = [];
        foreach (string text in texts)
        {
            if (!DomainId.TryParse(text, out DomainId domain))
            {
                return null;
            }
            domains.Add(domain);
        }
        return domains;
    }
}
