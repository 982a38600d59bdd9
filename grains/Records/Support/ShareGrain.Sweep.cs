using Lethe.Contracts.Ledger;
using Lethe.Contracts.Support;
using Lethe.Contracts.Tenants;
using Lethe.Records.Storage;

namespace Lethe.Records.Support;

// The end of a share, and the reminder that brings it about when nobody does.
internal sealed partial class ShareGrain
{
    private const string SweepReminder = "sweep";

    /// <inheritdoc/>
    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        if (!stored.RecordExists)
        {
            await FinishAsync(); // an offer that never wrote its entry, or an ending cut off at its last steps
        }
        // Not consented after a whole period, or without a key: a fault cut its offer or its ending off.
        else if (Entry is null || !await access.HasKeyAsync(KeyHandle, CancellationToken.None))
        {
            await EndAsync(LedgerEvent.ShareExpired, null);
        }
    }

    // The key first: whatever fails after that leaves ciphertext that nothing opens, and the next sweep goes on from there.
    private async Task EndAsync(LedgerEvent? ending, AccountId? actor)
    {
        SupportOwner owner = stored.State.ToOwner();
        await access.DestroyKeyAsync(KeyHandle);
        if (ending is { } what)
        {
            await access.RecordAsync(owner.Tenant, what, actor, Id);
        }
        await GrainFactory.GetGrain<ITenantGrain>(owner.Tenant.GrainKey).DropDataAsync(TenantData.Share, Id.Value, CancellationToken.None);
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
