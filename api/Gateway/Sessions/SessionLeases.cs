using Lethe.Contracts.Sessions;

namespace Lethe.Gateway.Sessions;

/// <summary>Takes leases of sessions and holds them while they are used.</summary>
/// <param name="clock">Times the renewals.</param>
/// <param name="teller">Tells the grains what has ended.</param>
internal sealed class SessionLeases(TimeProvider clock, EndedCallsTeller teller)
{
    /// <summary>Takes a lease.</summary>
    /// <param name="session">The session.</param>
    /// <param name="kind">For a turn or a stateless call.</param>
    /// <param name="reserveTokens">Model tokens to set aside, 1 or more.</param>
    /// <param name="leastTokens">As many at least, when the budget has no more.</param>
    /// <param name="cancellationToken">The client's: when it leaves, the work stops.</param>
    /// <returns>The lease, to be disposed of; or the problem.</returns>
    public async Task<Outcome<HeldLease>> TakeAsync(
        SessionContext session,
        LeaseKind kind,
        long reserveTokens,
        long leastTokens,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        return await session.Ended.TakeLeaseAsync(kind, reserveTokens, leastTokens) switch
        {
            LeaseTaken taken => new HeldLease(session, taken, kind, clock, teller, cancellationToken),
            LeaseRefused refused => ToProblem(refused),
            SessionGone => Problems.SessionGone,
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private static Problem ToProblem(LeaseRefused refused)
    {
        Problem problem = refused.Reason switch
        {
            LeaseRefusal.TurnRunning => Problems.TurnRunning,
            LeaseRefusal.TooManyCalls => Problems.TooManyCalls,
            LeaseRefusal.TooManyTurns => Problems.TooManyTurns,
            _ => Problems.OverBudget,
        };
        return refused.RetryAfterSeconds > 0 ? problem with { RetryAfterSeconds = refused.RetryAfterSeconds } : problem;
    }
}
