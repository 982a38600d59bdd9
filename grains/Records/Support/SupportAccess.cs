using System.Security.Cryptography;
using Lethe.Contracts.Ledger;
using Lethe.Contracts.Support;
using Lethe.Contracts.Tenants;
using Lethe.Records.Keys;
using Lethe.Records.Storage;

namespace Lethe.Records.Support;

/// <summary>
/// The one way to a case's or share's key: ownership or undertaking first, then the ledger, then the key. A step that fails
/// leaves the key where it is.
/// </summary>
internal sealed class SupportAccess(IGrainFactory grains, IKeyStore keys, IStorageErasure erasure)
{
    private const int KeyBytes = 32;

    /// <summary>Makes a key. The entry that names it is durable before.</summary>
    /// <param name="handle">The key's name.</param>
    /// <returns>When the key is durable.</returns>
    public async Task CreateKeyAsync(string handle)
    {
        byte[] key = RandomNumberGenerator.GetBytes(KeyBytes);
        try
        {
            await keys.PutAsync(handle, key, CancellationToken.None);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Tells whether a key is still there.</summary>
    /// <param name="handle">The key's name.</param>
    /// <param name="cancellationToken">Observed before the read.</param>
    /// <returns>False when it was destroyed: whatever was sealed under it is lost.</returns>
    public async Task<bool> HasKeyAsync(string handle, CancellationToken cancellationToken)
    {
        byte[]? key = await keys.FindAsync(handle, cancellationToken);
        CryptographicOperations.ZeroMemory(key);
        return key is not null;
    }

    /// <summary>Destroys a key, first of all steps of an ending.</summary>
    /// <param name="handle">The key's name.</param>
    /// <returns>When it is gone for good.</returns>
    public Task DestroyKeyAsync(string handle) => keys.DestroyAsync(handle, CancellationToken.None);

    /// <summary>Removes what deleted rows leave in the database's files.</summary>
    /// <returns>When they are gone.</returns>
    public Task EraseTracesAsync() => erasure.EraseTracesAsync(CancellationToken.None);

    /// <summary>Records what happens, durably.</summary>
    /// <param name="tenant">In whose ledger.</param>
    /// <param name="what">What happens.</param>
    /// <param name="actor">Who does it; null for the system.</param>
    /// <param name="subject">To which case or share.</param>
    /// <param name="reason">Why staff look; null for everybody else.</param>
    /// <returns>When it is recorded.</returns>
    public Task RecordAsync(TenantId tenant, LedgerEvent what, AccountId? actor, SupportId subject, ViewReason? reason = null) =>
        grains
            .GetGrain<ILedgerGrain>(tenant.GrainKey)
            .AppendAsync(new LedgerEntry(what, actor, subject.ToString(), null, reason), CancellationToken.None);

    /// <summary>Releases a key: to the owner, or to staff whose undertaking is in force.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="entry">The open case or share; null when there is none.</param>
    /// <param name="events">What the ledger is told before the key is released.</param>
    /// <param name="cancellationToken">Observed before the answer.</param>
    /// <returns><see cref="KeyReleased"/>, <see cref="SupportUnknown"/> or <see cref="StaffRefused"/>.</returns>
    public async Task<SupportResult> ReleaseAsync(
        SupportCaller caller,
        SupportEntry? entry,
        AccessEvents events,
        CancellationToken cancellationToken
    )
    {
        AccountId actor;
        LedgerEvent? toRecord;
        ViewReason? reason = null;
        switch (caller)
        {
            case SupportOwner owner when entry is not null && owner == entry.Owner:
                (actor, toRecord) = (owner.Account, events.ByOwner);
                break;
            case SupportStaff staff when Enum.IsDefined(staff.Reason):
                StaffRefused? refused = await grains
                    .GetGrain<IStaffGrain>(staff.Account.ToGrainKey())
                    .CheckAsync(Role.Support, cancellationToken);
                if (refused is not null)
                {
                    await RecordRefusalAsync(staff, entry, events, refused);
                    return refused;
                }
                (actor, toRecord, reason) = (staff.Account, events.ByStaff, staff.Reason);
                break;
            default:
                return new SupportUnknown();
        }

        if (entry is null || !await HasKeyAsync(entry.KeyHandle, cancellationToken))
        {
            return new SupportUnknown();
        }
        if (toRecord is { } what)
        {
            cancellationToken.ThrowIfCancellationRequested(); // the last point at which nothing has happened
            await RecordAsync(entry.Owner.Tenant, what, actor, entry.Id, reason);
        }
        return await keys.FindAsync(entry.KeyHandle, CancellationToken.None) is { } key
            ? new KeyReleased(new SupportKey(key), entry.Owner.Tenant)
            : new SupportUnknown();
    }

    // Only of staff: an account without the role could fill the ledger by asking.
    private Task RecordRefusalAsync(SupportStaff staff, SupportEntry? entry, AccessEvents events, StaffRefused refused) =>
        entry is not null && events.Refused is { } what && refused.Reason != StaffRefusal.NotStaff
            ? RecordAsync(entry.Owner.Tenant, what, staff.Account, entry.Id, staff.Reason)
            : Task.CompletedTask;
}

/// <summary>An open case or share, as its grain's own state has it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Owner">Whose it is.</param>
/// <param name="KeyHandle">Its key's name.</param>
internal sealed record SupportEntry(SupportId Id, SupportOwner Owner, string KeyHandle);

/// <summary>What the ledger is told before a key is released.</summary>
/// <param name="ByOwner">When the owner asks; null for nothing.</param>
/// <param name="ByStaff">When staff ask.</param>
/// <param name="Refused">When staff without an undertaking in force ask; null for nothing.</param>
internal sealed record AccessEvents(LedgerEvent? ByOwner, LedgerEvent ByStaff, LedgerEvent? Refused = null);
