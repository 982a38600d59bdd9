using System.Collections.Immutable;
using Lethe.Contracts.Ledger;
using Lethe.Contracts.Support;
using Lethe.Contracts.Tenants;
using Lethe.Records.Storage;

namespace Lethe.Records.Support;

// The end of a case, and the reminder that brings it about when nobody does.
internal sealed partial class CaseGrain
{
    private const string SweepReminder = "sweep";

    /// <inheritdoc/>
    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        if (!stored.RecordExists)
        {
            await FinishAsync(); // an opening that never wrote its entry, or an ending cut off at its last steps
            return;
        }
        // Not open after a whole period, or without a key: a fault cut its opening or its ending off.
        if (Entry is null || !await access.HasKeyAsync(KeyHandle, CancellationToken.None))
        {
            await EndAsync(LedgerEvent.CaseExpired, null);
            return;
        }

        await PruneSharesAsync();
        ImmutableArray<StoredMessage> messages = LiveMessages;
        if (messages.Length != stored.State.Messages.Length)
        {
            await stored.CommitAsync(stored.State with { Messages = messages });
            await access.EraseTracesAsync();
        }
    }

    // Keys first: whatever fails after that leaves ciphertext that nothing opens, and the next sweep goes on from there.
    private async Task EndAsync(LedgerEvent? ending, AccountId? actor)
    {
        SupportOwner owner = stored.State.ToOwner();
        ShareEnding shareEnding = ending == LedgerEvent.CaseClosed ? ShareEnding.CaseEnded : ShareEnding.Expired;
        await access.DestroyKeyAsync(KeyHandle);
        await Task.WhenAll(
            stored.State.Shares.Select(share =>
                GrainFactory.GetGrain<IShareGrain>($"s/{share}").EndAsync(owner, shareEnding, CancellationToken.None)
            )
        );
        if (ending is { } what)
        {
            await access.RecordAsync(owner.Tenant, what, actor, Id);
        }
        await GrainFactory.GetGrain<IAccountCasesGrain>(owner.Account.ToGrainKey()).RemoveAsync(Id, CancellationToken.None);
        await GrainFactory.GetGrain<ITenantGrain>(owner.Tenant.GrainKey).DropDataAsync(TenantData.Case, Id.Value, CancellationToken.None);
        await stored.EraseAsync();
        await FinishAsync();
    }

    private async Task FinishAsync()
    {
        await access.EraseTracesAsync();
        if (await this.GetReminder(SweepReminder) is { } reminder)
        {
            await this.UnregisterReminder(reminder);
        }
        DeactivateOnIdle();
    }
}
