using Lethe.Contracts.Tokens;
using Lethe.Records.Storage;

namespace Lethe.Records.Tokens;

/// <inheritdoc cref="IQuotaGrain"/>
[GrainType("quota")]
internal sealed class QuotaGrain([PersistentState("quota", StorageNames.Quota)] IPersistentState<QuotaState> stored, TimeProvider clock)
    : Grain,
        IQuotaGrain,
        IRemindable
{
    private const string Expiry = "quota-expiry";
    private static readonly TimeSpan Period = TimeSpan.FromHours(1);

    /// <inheritdoc/>
    public async Task<QuotaDrawn> DrawAsync(int count, int limit, DateTimeOffset expiresAt, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        int drawn = Math.Clamp(limit - stored.State.Drawn, 0, count);
        TimeSpan left = expiresAt - clock.GetUtcNow();
        if (drawn == 0 || left <= TimeSpan.Zero)
        {
            return default; // the epoch is over: its key signs nothing any more
        }
        cancellationToken.ThrowIfCancellationRequested();
        bool first = stored.State.Drawn == 0;
        if (first)
        {
            await this.RegisterOrUpdateReminder(Expiry, left, Period, CancellationToken.None);
        }
        await stored.CommitAsync(new QuotaState { Drawn = stored.State.Drawn + drawn, ExpiresAt = expiresAt });
        return new(drawn, first);
    }

    /// <inheritdoc/>
    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        if (clock.GetUtcNow() < stored.State.ExpiresAt)
        {
            return;
        }
        await stored.EraseAsync();
        if (await this.GetReminder(Expiry) is { } reminder)
        {
            await this.UnregisterReminder(reminder);
        }
        DeactivateOnIdle();
    }
}

/// <summary>What one account has drawn in one epoch.</summary>
[GenerateSerializer, Immutable, Alias("quota-state")]
internal sealed record QuotaState
{
    [Id(0)]
    public int Drawn { get; init; }

    [Id(1)]
    public DateTimeOffset ExpiresAt { get; init; }
}
