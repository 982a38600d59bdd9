using Lethe.Contracts.Sessions;

namespace Lethe.Gateway.Sessions;

/// <summary>
/// Calls of one session that have ended and whose grain has not been told yet. They are settled with the next lease and before it, so that
/// they hold neither a slot nor tokens of a client that has its answers. Messages may overtake each other: a lease that is refused while
/// ended calls are on their way is asked for again when they have arrived.
/// </summary>
/// <param name="grain">The session's grain.</param>
internal sealed class EndedCalls(ISessionGrain grain)
{
    private const int MostTries = 4; // others may go on ending calls meanwhile
    private readonly Lock gate = new();
    private readonly List<Task> underWay = []; // messages that carry ended calls
    private readonly List<EndedCall> untold = [];
    private bool listed;

    /// <summary>Notes an ended call.</summary>
    /// <param name="ended">The call.</param>
    /// <returns>Whether somebody has to be found who will tell it if no lease is taken soon: from then on to <see cref="TellAsync"/>.</returns>
    public bool Add(EndedCall ended)
    {
        lock (gate)
        {
            untold.Add(ended);
            return !listed && (listed = true);
        }
    }

    /// <summary>Tells what has ended and takes a lease, in one call.</summary>
    /// <param name="kind">For what.</param>
    /// <param name="reserveTokens">Model tokens to set aside.</param>
    /// <param name="leastTokens">As many at least.</param>
    /// <returns>The grain's answer.</returns>
    public async Task<SessionResult> TakeLeaseAsync(LeaseKind kind, long reserveTokens, long leastTokens)
    {
        for (int attempt = 1; ; attempt++)
        {
            (Task<SessionResult> taking, Task[] earlier) = Take(kind, reserveTokens, leastTokens);
            SessionResult result = await taking;
            if (result is not LeaseRefused || attempt == MostTries || (earlier.Length == 0 && !IsAnyLeft()))
            {
                return result;
            }
            await Task.WhenAll(earlier).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // who sent them sees to what fails
        }
    }

    /// <summary>Tells what has ended, now.</summary>
    /// <param name="unlist">Whether whoever was found by <see cref="Add"/> does it.</param>
    /// <returns>When the grain knows it, or cannot be reached: then the leases lapse by themselves.</returns>
    public async Task TellAsync(bool unlist = false)
    {
        Task[] all;
        lock (gate)
        {
            listed &= !unlist;
            foreach (EndedCall call in untold)
            {
                Track(EndAsync(call));
            }
            untold.Clear();
            all = [.. underWay];
        }
        await Task.WhenAll(all).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private (Task<SessionResult> Taking, Task[] Earlier) Take(LeaseKind kind, long reserveTokens, long leastTokens)
    {
        lock (gate)
        {
            Task[] earlier = [.. underWay];
            if (untold.Count == 0)
            {
                return (SendAsync(kind, reserveTokens, leastTokens, ended: null), earlier);
            }
            EndedCall[] ended = [.. untold.Take(TakeLease.MostEnded)];
            untold.RemoveRange(0, ended.Length);
            Task<SessionResult> taking = SendAsync(kind, reserveTokens, leastTokens, ended);
            Track(taking);
            return (taking, earlier);
        }
    }

    private async Task<SessionResult> SendAsync(LeaseKind kind, long reserveTokens, long leastTokens, EndedCall[]? ended)
    {
        try
        {
            // The call is short: to wait for it costs less than telling the silo that somebody has left, and a lease that is there can be ended.
            return await grain.TakeLeaseAsync(new TakeLease(kind, reserveTokens, leastTokens, ended), CancellationToken.None);
        }
        catch (Exception fault) when (ended is not null && fault is OrleansException or TimeoutException)
        {
            await Task.WhenAll(ended.Select(EndAsync)); // who knows whether it arrived; to say it twice does no harm
            throw;
        }
    }

    private async Task EndAsync(EndedCall call)
    {
        try
        {
            await grain.EndLeaseAsync(new EndLease(call.Fence, call.UsedTokens, Remember: null), CancellationToken.None);
        }
        catch (Exception fault) when (fault is OrleansException or TimeoutException)
        {
            // The silo is out of reach: the lease lapses by itself, and all that it reserved counts as used.
        }
    }

    private void Track(Task message)
    {
        _ = underWay.RemoveAll(static earlier => earlier.IsCompleted);
        underWay.Add(message);
    }

    private bool IsAnyLeft()
    {
        lock (gate)
        {
            return untold.Count > 0 || underWay.Exists(static message => !message.IsCompleted);
        }
    }
}
