using Lethe.Contracts.Ledger;
using Lethe.Contracts.Tenants;

namespace Lethe.Control.Identity.Accounts;

/// <summary>
/// Records what matters to an auditor about accounts, in the ledger of their tenant; of the operator's staff, in the
/// operator's. The account stands there by its pseudonym, as members do, and nothing else of it. What is recorded first
/// happens afterwards: without the ledger nothing changes.
/// </summary>
/// <param name="pseudonyms">Makes pseudonyms.</param>
/// <param name="grains">The records silos.</param>
internal sealed class AccountLedger(Pseudonyms pseudonyms, IGrainFactory grains)
{
    /// <summary>Records what an account's owner does.</summary>
    /// <param name="deed">What.</param>
    /// <param name="account">The account.</param>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns>When it is durable.</returns>
    public Task RecordAsync(LedgerEvent deed, Account account, CancellationToken cancellationToken) =>
        AppendAsync(deed, account, byOwner: true, cancellationToken);

    /// <summary>Records what happened to an account without anybody known to have done it.</summary>
    /// <param name="happened">What.</param>
    /// <param name="account">The account.</param>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns>When it is durable.</returns>
    public Task RecordWithoutActorAsync(LedgerEvent happened, Account account, CancellationToken cancellationToken) =>
        AppendAsync(happened, account, byOwner: false, cancellationToken);

    private async Task AppendAsync(LedgerEvent what, Account account, bool byOwner, CancellationToken cancellationToken)
    {
        AccountId id = pseudonyms.Of(TrustedIssuer.OwnName, account.Id);
        string ledger = TenantId.TryParse(account.TenantId, out TenantId tenant) ? tenant.GrainKey : OperatorLedger.Key;
        await grains.GetGrain<ILedgerGrain>(ledger).AppendAsync(new(what, byOwner ? id : null, id.Value, Region: null), cancellationToken);
    }
}
