using Lethe.Contracts.Sessions;

namespace Lethe.Sessions;

/// <summary>
/// The running turn and calls of one session as fenced leases, and the budget that they draw from. A reservation leaves the budget
/// when the lease is taken, so that parallel calls never admit more than there is. A cancelled lease frees its slot at once and
/// keeps its reservation until its holder settles it; a lapsed one has used all of it.
/// </summary>
internal sealed class SessionLeases(SessionOptions limits, long budgetTokens)
{
    // Cancelled leases that nobody settles go within a lease's lifetime; until then they are bounded too.
    private const int MaxLeases = 64;
    private const int EndedRemembered = 64;

    private readonly Dictionary<long, Lease> leases = [];
    private readonly Queue<long> ended = new();
    private long lastFence;

    /// <summary>Gets the tokens that are neither used nor reserved.</summary>
    public long BudgetTokens { get; private set; } = budgetTokens;

    /// <summary>Gets whether a turn is running.</summary>
    public bool TurnRunning => leases.Values.Any(lease => lease is { Kind: LeaseKind.Turn, Cancelled: false });

    /// <summary>Gets how many calls are running.</summary>
    public int CallsRunning => leases.Values.Count(lease => lease is { Kind: LeaseKind.Call, Cancelled: false });

    /// <summary>Takes a lease.</summary>
    /// <param name="command">For what.</param>
    /// <param name="now">The time.</param>
    /// <param name="turnsRemembered">How many turns the session remembers already.</param>
    /// <param name="refused">Why not, when there is no lease.</param>
    /// <returns>The lease, or null.</returns>
    public Lease? Take(TakeLease command, DateTimeOffset now, int turnsRemembered, out LeaseRefused? refused)
    {
        refused = Refuse(command, now, turnsRemembered);
        if (refused is not null)
        {
            return null;
        }
        long reserved = Math.Min(command.ReserveTokens, BudgetTokens);
        BudgetTokens -= reserved;
        Lease lease = new(++lastFence, command.Kind, reserved) { ExpiresAt = now + limits.LeaseLifetime };
        leases.Add(lease.Fence, lease);
        return lease;
    }

    /// <summary>Finds a lease that has not ended; it may be cancelled.</summary>
    /// <returns>The lease, or null.</returns>
    public Lease? Find(long fence) => leases.GetValueOrDefault(fence);

    /// <summary>Tells how a lease ended that is not found any more.</summary>
    /// <returns>Ended by its holder, or else lapsed.</returns>
    public LeaseEnding EndingOf(long fence) => ended.Contains(fence) ? LeaseEnding.Ended : LeaseEnding.Lapsed;

    /// <summary>Ends a lease by its holder's word.</summary>
    public void Settle(Lease lease, long usedTokens)
    {
        _ = leases.Remove(lease.Fence);
        // The model decides how much it uses: beyond the reservation the budget ends at nothing, and nothing is owed.
        BudgetTokens = Math.Max(0, BudgetTokens + lease.ReservedTokens - usedTokens);
        ended.Enqueue(lease.Fence);
        if (ended.Count > EndedRemembered)
        {
            _ = ended.Dequeue();
        }
        lease.Wake();
    }

    /// <summary>Drops the leases that were not renewed in time. Their reservations stay taken.</summary>
    /// <returns>What lapsed.</returns>
    public IReadOnlyList<Lease> Lapse(DateTimeOffset now)
    {
        List<Lease>? lapsed = null;
        foreach (Lease lease in leases.Values)
        {
            if (lease.ExpiresAt <= now)
            {
                (lapsed ??= []).Add(lease);
            }
        }
        foreach (Lease lease in lapsed ?? [])
        {
            _ = leases.Remove(lease.Fence);
            lease.Wake();
        }
        return lapsed ?? [];
    }

    /// <summary>Cancels every running lease and wakes its holder.</summary>
    /// <returns>How many.</returns>
    public int Cancel()
    {
        int cancelled = 0;
        foreach (Lease lease in leases.Values)
        {
            if (!lease.Cancelled)
            {
                lease.Cancelled = true;
                lease.Wake();
                cancelled++;
            }
        }
        return cancelled;
    }

    private LeaseRefused? Refuse(TakeLease command, DateTimeOffset now, int turnsRemembered)
    {
        Lease? turn = leases.Values.FirstOrDefault(lease => lease is { Kind: LeaseKind.Turn, Cancelled: false });
        if (command.Kind == LeaseKind.Turn && turn is not null)
        {
            return new LeaseRefused(LeaseRefusal.TurnRunning, Math.Max(1, (int)Math.Ceiling((turn.ExpiresAt - now).TotalSeconds)));
        }
        if (command.Kind == LeaseKind.Turn && turnsRemembered >= limits.MaxTurns)
        {
            return new LeaseRefused(LeaseRefusal.TooManyTurns, 0);
        }
        if ((command.Kind == LeaseKind.Call && CallsRunning >= limits.MaxCalls) || leases.Count >= MaxLeases)
        {
            return new LeaseRefused(LeaseRefusal.TooManyCalls, 1);
        }
        if (command.ReserveTokens <= BudgetTokens)
        {
            return null;
        }
        // What others have reserved and do not use comes back: as long as that would do, waiting is better than an answer that ends early.
        long mayBe = BudgetTokens + leases.Values.Sum(lease => lease.ReservedTokens);
        return mayBe > BudgetTokens && mayBe >= command.LeastTokens ? new LeaseRefused(LeaseRefusal.OverBudget, 1)
            : command.LeastTokens > BudgetTokens ? new LeaseRefused(LeaseRefusal.OverBudget, 0)
            : null;
    }
}

/// <summary>One lease.</summary>
internal sealed class Lease(long fence, LeaseKind kind, long reservedTokens)
{
    private readonly TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gets its number.</summary>
    public long Fence { get; } = fence;

    /// <summary>Gets what it is for.</summary>
    public LeaseKind Kind { get; } = kind;

    /// <summary>Gets the tokens set aside.</summary>
    public long ReservedTokens { get; } = reservedTokens;

    /// <summary>Gets or sets when it lapses.</summary>
    public required DateTimeOffset ExpiresAt { get; set; }

    /// <summary>Gets or sets a value indicating whether it was cancelled and is not settled yet.</summary>
    public bool Cancelled { get; set; }

    /// <summary>Gets a task that completes when the lease ends in any way.</summary>
    public Task Over => over.Task;

    /// <summary>Wakes whoever waits for the end.</summary>
    public void Wake() => over.TrySetResult();
}
