using Lethe.Contracts;
using Lethe.Contracts.Directory;
using Lethe.Contracts.Tenants;
using Lethe.Control.Hosting;
using Lethe.Control.Identity;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Moves;

/// <summary>Does what another cell's Control asks for, if it is signed by that cell and about that cell's own business.</summary>
/// <param name="grains">The records silos.</param>
/// <param name="signatures">Everybody's keys.</param>
/// <param name="issuers">The issuers that this cell accepts.</param>
/// <param name="pseudonyms">Makes pseudonyms.</param>
/// <param name="accounts">Accounts of our own.</param>
/// <param name="control">This cell.</param>
/// <param name="logger">For what was refused.</param>
internal sealed partial class CellInbox(
    IGrainFactory grains,
    CellSignatures signatures,
    IssuerRegistry issuers,
    Pseudonyms pseudonyms,
    MovedAccounts accounts,
    IOptions<ControlOptions> control,
    ILogger<CellInbox> logger
)
{
    private Region Here => control.Value.Here;

    /// <summary>Takes a message.</summary>
    /// <param name="from">Whose connection it came by.</param>
    /// <param name="kind">What it says it is.</param>
    /// <param name="signed">The compact JWS.</param>
    /// <param name="cancellationToken">Observed until something is written.</param>
    /// <returns>The answer; null when the message is none.</returns>
    public async Task<CellAnswer?> ReceiveAsync(Region from, CellMessage kind, string signed, CancellationToken cancellationToken)
    {
        CellAnswer? answer = kind switch
        {
            CellMessage.Account => await AccountAsync(from, signed, cancellationToken),
            CellMessage.Record => await RecordAsync(from, signed, cancellationToken),
            CellMessage.Transfer => await TransferAsync(from, signed, cancellationToken),
            CellMessage.Activation or CellMessage.Cancellation => await EndAsync(from, kind, signed, cancellationToken),
            _ => null,
        };
        if (answer is not { Accepted: true })
        {
            LogRefused(kind, answer is null);
        }
        return answer;
    }

    private async Task<CellAnswer?> AccountAsync(Region from, string signed, CancellationToken cancellationToken)
    {
        if (
            signatures.Open(CellMessage.Account, from, signed, CellJson.Default.AccountClaims) is not { } claims
            || claims.To != Here.ToName()
        )
        {
            return null;
        }
        if (claims is { Issuer: TrustedIssuer.OwnName, Email: { } email } && TenantId.TryParse(claims.Tenant, out TenantId arriving))
        {
            return await accounts.InviteAsync(arriving, email, claims.Language, cancellationToken) is { } there
                ? new CellAnswer(Accepted: true, there.Value)
                : CellAnswer.Refused;
        }
        return issuers.Find(claims.Issuer) is { Tenant: { } tenant } && tenant.Value == claims.Tenant
            ? new CellAnswer(Accepted: true, pseudonyms.Of(claims.Issuer, claims.Subject).Value)
            : CellAnswer.Refused;
    }

    private async Task<CellAnswer?> RecordAsync(Region from, string signed, CancellationToken cancellationToken)
    {
        if (
            signatures.Open(CellMessage.Record, from, signed, CellJson.Default.RecordClaims) is not { } claims
            || CellClaims.Read(claims, signed) is not { } record
            || record.Region != from
        )
        {
            return null;
        }
        DirectoryPut put = await grains.GetGrain<IDirectoryGrain>(record.Tenant.GrainKey).PutAsync(record, cancellationToken);
        return new CellAnswer(put is DirectoryPut.Stored or DirectoryPut.Known or DirectoryPut.Superseded);
    }

    private async Task<CellAnswer?> TransferAsync(Region from, string signed, CancellationToken cancellationToken)
    {
        if (
            signatures.Open(CellMessage.Transfer, from, signed, CellJson.Default.TransferClaims) is not { } claims
            || CellClaims.Read(claims) is not { } transfer
            || transfer.From != from
            || transfer.To != Here
        )
        {
            return null;
        }
        if (issuers.Of(transfer.Tenant) is null && !await accounts.ExpectAsync(transfer.Tenant, cancellationToken))
        {
            return CellAnswer.Refused; // nobody of the tenant could sign in here
        }
        TenantResult result = await grains.GetGrain<ITenantGrain>(transfer.Tenant.GrainKey).ArriveAsync(transfer, cancellationToken);
        return result is TenantArrived arrived
            ? new(Accepted: true, Sign(transfer.Tenant, arrived.Version, arrived.Domains))
            : CellAnswer.Refused;
    }

    private async Task<CellAnswer?> EndAsync(Region from, CellMessage kind, string signed, CancellationToken cancellationToken)
    {
        if (
            signatures.Open(kind, from, signed, CellJson.Default.EndClaims) is not { } claims
            || claims.To != Here.ToName()
            || !CellClaims.TryReadId(claims.Move, out UInt128 id)
            || !TenantId.TryParse(claims.Tenant, out TenantId tenant)
        )
        {
            return null;
        }
        bool serve = kind == CellMessage.Activation;
        TenantResult result = await grains
            .GetGrain<ITenantGrain>(tenant.GrainKey)
            .EndArrivalAsync(id, claims.Version, serve, cancellationToken);
        if (result is not ArrivalEnded ended)
        {
            return CellAnswer.Refused;
        }
        if (ended.Serving)
        {
            string record = Sign(tenant, ended.Version, ended.Domains);
            await grains
                .GetGrain<IDirectoryGrain>(tenant.GrainKey)
                .PutAsync(new(tenant, Here, ended.Version, ended.Domains, record), CancellationToken.None);
        }
        else if (
            await grains.GetGrain<ITenantGrain>(tenant.GrainKey).RouteAsync(CancellationToken.None) is TenantUnknown or TenantElsewhere
        )
        {
            await accounts.EraseAsync(tenant, CancellationToken.None); // whom a move invited that was given up
        }
        return new CellAnswer(Accepted: true);
    }

    private string Sign(TenantId tenant, long version, IReadOnlyList<DomainId> domains) =>
        signatures.Sign(
            CellMessage.Record,
            new(tenant.Value, Here.ToName(), version, [.. domains.Select(domain => domain.Value)]),
            CellJson.Default.RecordClaims
        );

    [LoggerMessage(EventIds.CellMessageRefused, LogLevel.Warning, "A message of another cell was refused: {Kind}, malformed: {Malformed}")]
    private partial void LogRefused(CellMessage kind, bool malformed);
}
