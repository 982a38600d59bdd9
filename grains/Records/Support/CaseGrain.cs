using System.Collections.Immutable;
using Lethe.Contracts.Ledger;
using Lethe.Contracts.Support;
using Lethe.Contracts.Tenants;
using Lethe.Records.Storage;
using Microsoft.Extensions.Options;

namespace Lethe.Records.Support;

/// <summary>A support case. The entry is written before its key is made; its key is destroyed before the entry goes.</summary>
[GrainType("case")]
internal sealed partial class CaseGrain(
    [PersistentState("case", StorageNames.Records)] IPersistentState<CaseState> stored,
    SupportAccess access,
    TimeProvider clock,
    IOptions<SupportOptions> options
) : Grain, ICaseGrain, IRemindable
{
    private static readonly AccessEvents Reading = new(null, LedgerEvent.CaseRead);
    private static readonly AccessEvents Writing = new(LedgerEvent.CaseMessageAdded, LedgerEvent.CaseMessageAdded);

    private SupportId Id => StoredIds.FromGrainKey(this.GetPrimaryKeyString());

    private string KeyHandle => $"case-{Id}";

    private SupportEntry? Entry =>
        stored.RecordExists && stored.State.Stage == CaseStage.Open && stored.State.ExpiresAt > clock.GetUtcNow()
            ? new SupportEntry(Id, stored.State.ToOwner(), KeyHandle)
            : null;

    private ImmutableArray<StoredMessage> LiveMessages
    {
        get
        {
            DateTimeOffset now = clock.GetUtcNow();
            return [.. stored.State.Messages.Where(message => message.ExpiresAt > now)];
        }
    }

    /// <inheritdoc/>
    public async Task<SupportResult> OpenAsync(SupportOwner owner, CancellationToken cancellationToken)
    {
        if (stored.RecordExists)
        {
            return Entry is { } entry && entry.Owner == owner
                ? new CaseOpened(stored.State.CreatedAt, stored.State.ExpiresAt)
                : new SupportRefused(SupportRefusal.AlreadyOpen);
        }

        cancellationToken.ThrowIfCancellationRequested(); // the last point at which nothing has happened
        await this.RegisterOrUpdateReminder(SweepReminder, options.Value.SweepPeriod, options.Value.SweepPeriod, CancellationToken.None);
        DateTimeOffset now = clock.GetUtcNow();
        await stored.CommitAsync(
            new CaseState
            {
                Stage = CaseStage.Opening,
                Tenant = owner.Tenant.Value,
                Account = owner.Account.Value,
                CreatedAt = now,
                ExpiresAt = now + options.Value.CaseLifetime,
            }
        );
        if (await EnterAsync(owner) is { } refusal)
        {
            await EndAsync(null, null);
            return new SupportRefused(refusal);
        }

        await access.CreateKeyAsync(KeyHandle);
        await access.RecordAsync(owner.Tenant, LedgerEvent.CaseOpened, owner.Account, Id);
        await stored.CommitAsync(stored.State with { Stage = CaseStage.Open });
        return new CaseOpened(stored.State.CreatedAt, stored.State.ExpiresAt);
    }

    /// <inheritdoc/>
    public async Task<SupportResult> DescribeAsync(SupportCaller caller, CancellationToken cancellationToken)
    {
        SupportResult result = await access.ReleaseAsync(caller, Entry, Reading, cancellationToken);
        if (result is not KeyReleased released)
        {
            return result;
        }
        released.Key.Dispose();
        await PruneSharesAsync();
        CaseState state = stored.State;
        return new CaseDescribed(state.CreatedAt, state.ExpiresAt, LiveMessages.Length, [.. state.Shares.Select(StoredIds.Parse)]);
    }

    /// <inheritdoc/>
    public async Task<SupportResult> BeginMessageAsync(SupportCaller caller, CancellationToken cancellationToken)
    {
        SupportResult result = await access.ReleaseAsync(caller, Entry, Reading, cancellationToken);
        if (result is KeyReleased released && LiveMessages.Length >= options.Value.MaxMessagesPerCase)
        {
            released.Key.Dispose();
            return new SupportRefused(SupportRefusal.TooManyMessages);
        }
        return result;
    }

    /// <inheritdoc/>
    public async Task<SupportResult> AddMessageAsync(AddMessage command, CancellationToken cancellationToken)
    {
        SupportResult result = await access.ReleaseAsync(command.Caller, Entry, Writing, cancellationToken);
        if (result is not KeyReleased released)
        {
            return result;
        }
        released.Key.Dispose(); // it only had to be there: a message for a case whose key is gone is not kept
        string id = command.Message.ToString();
        ImmutableArray<StoredMessage> messages = LiveMessages;
        if (messages.FirstOrDefault(message => string.Equals(message.Id, id, StringComparison.Ordinal)) is { } already)
        {
            return new MessageAdded(already.SentAt, already.ExpiresAt);
        }
        if (messages.Length >= options.Value.MaxMessagesPerCase)
        {
            return new SupportRefused(SupportRefusal.TooManyMessages);
        }
        const int overhead = SupportLimits.ChunkOverheadBytes;
        if (command.Content.Length is <= overhead or > SupportLimits.MessageBytes + overhead)
        {
            return new SupportRefused(SupportRefusal.WrongSize);
        }

        DateTimeOffset now = clock.GetUtcNow();
        StoredMessage added = new(
            id,
            command.Caller is SupportStaff ? MessageAuthor.Staff : MessageAuthor.Owner,
            now,
            Instants.Earlier(now + options.Value.MessageLifetime, stored.State.ExpiresAt),
            command.Content.Memory.ToArray()
        );
        cancellationToken.ThrowIfCancellationRequested(); // the last point at which nothing has happened
        await stored.CommitAsync(stored.State with { Messages = messages.Add(added) });
        return new MessageAdded(added.SentAt, added.ExpiresAt);
    }

    /// <inheritdoc/>
    public async Task<SupportResult> ReadMessagesAsync(SupportCaller caller, CancellationToken cancellationToken)
    {
        SupportResult result = await access.ReleaseAsync(caller, Entry, Reading, cancellationToken);
        return result is KeyReleased released
            ? new MessagesRead(released.Key, released.Tenant, [.. LiveMessages.Select(message => message.ToMessage())])
            : result;
    }

    /// <inheritdoc/>
    public async Task<SupportResult> CloseAsync(SupportOwner owner, CancellationToken cancellationToken)
    {
        // Also when the key is gone already: a closing that a fault interrupted is finished by repeating it.
        if (!stored.RecordExists || stored.State.Stage != CaseStage.Open || stored.State.ToOwner() != owner)
        {
            return new SupportUnknown();
        }
        cancellationToken.ThrowIfCancellationRequested(); // the last point at which nothing has happened
        await EndAsync(LedgerEvent.CaseClosed, owner.Account);
        return new SupportEnded();
    }

    // The tenant counts the case (a tenant with cases does not change its region), the account lists it.
    private async Task<SupportRefusal?> EnterAsync(SupportOwner owner)
    {
        if (!await GrainFactory.GetGrain<IAccountCasesGrain>(owner.Account.ToGrainKey()).AddAsync(Id, CancellationToken.None))
        {
            return SupportRefusal.TooManyCases;
        }
        TenantResult held = await GrainFactory
            .GetGrain<ITenantGrain>(owner.Tenant.GrainKey)
            .HoldDataAsync(TenantData.Case, Id.Value, CancellationToken.None);
        return held is TenantHere ? null : SupportRefusal.TenantNotHere;
    }
}
