using Lethe.Contracts.Sessions;

namespace Lethe.Gateway.Sessions;

/// <summary>Why a lease's work has to stop.</summary>
internal enum StopReason
{
    /// <summary>It does not.</summary>
    None,

    /// <summary>The client went away.</summary>
    ClientGone,

    /// <summary>The session's owner cancelled it.</summary>
    Cancelled,

    /// <summary>The session is gone.</summary>
    SessionGone,

    /// <summary>The lease could not be renewed in time.</summary>
    Lapsed,
}

/// <summary>A lease that is renewed in the background for as long as it is not ended. <see cref="Stopped"/> says when to stop working.</summary>
internal sealed class HeldLease : IAsyncDisposable
{
    private static readonly TimeSpan CallsStartLater = TimeSpan.FromSeconds(1); // most calls are over by then, and need neither task nor call
    private readonly SessionContext session;
    private readonly ISessionGrain grain;
    private readonly LeaseTaken taken;
    private readonly TimeProvider clock;
    private readonly EndedCallsTeller teller;
    private readonly CancellationTokenSource stopped;
    private readonly CancellationTokenSource ending = new();
    private readonly CancellationToken client;
    private readonly ITimer? start;
    private Task keeping = Task.CompletedTask;
    private volatile StopReason reason;

    /// <summary>Initializes a new instance of the <see cref="HeldLease"/> class and begins to renew it.</summary>
    /// <param name="session">The session.</param>
    /// <param name="taken">What its grain gave.</param>
    /// <param name="kind">What the lease is for.</param>
    /// <param name="clock">Times the renewals.</param>
    /// <param name="teller">Tells the grain what has ended.</param>
    /// <param name="client">The client's.</param>
    public HeldLease(
        SessionContext session,
        LeaseTaken taken,
        LeaseKind kind,
        TimeProvider clock,
        EndedCallsTeller teller,
        CancellationToken client
    )
    {
        (this.session, grain, this.taken, this.clock, this.teller, this.client) = (session, session.Grain, taken, clock, teller, client);
        stopped = CancellationTokenSource.CreateLinkedTokenSource(client);
        if (kind == LeaseKind.Call)
        {
            start = clock.CreateTimer(static lease => ((HeldLease)lease!).BeginToKeep(), this, CallsStartLater, Timeout.InfiniteTimeSpan);
        }
        else
        {
            BeginToKeep();
        }
    }

    /// <summary>Gets what the grain gave: fence, revision, manifest.</summary>
    public LeaseTaken Taken => taken;

    /// <summary>Gets the token that is cancelled when the work has to stop.</summary>
    public CancellationToken Stopped => stopped.Token;

    /// <summary>Gets a value indicating whether the lease has been ended.</summary>
    public bool Ended { get; private set; }

    /// <summary>Gets why.</summary>
    public StopReason Reason =>
        reason != StopReason.None ? reason
        : client.IsCancellationRequested ? StopReason.ClientGone
        : StopReason.None;

    /// <summary>
    /// Ends a call whose answer is whole, before its last byte is sent: the grain is told with the session's next lease, which a client that has
    /// its answer may ask for at once.
    /// </summary>
    /// <param name="usedTokens">Model tokens used.</param>
    public void EndCall(long usedTokens)
    {
        Ended = true;
        teller.Add(session.Ended, new EndedCall(taken.Fence, usedTokens));
    }

    /// <summary>Ends the lease and settles its tokens.</summary>
    /// <param name="usedTokens">Model tokens used.</param>
    /// <param name="remember">What a turn leaves behind, or null.</param>
    /// <returns>The grain's answer. On <see cref="ItemsRefusal.ManifestMoved"/> the lease still stands: seal anew and repeat.</returns>
    public async Task<SessionResult> EndAsync(long usedTokens, PutItem? remember = null)
    {
        // Not the client's token: what was used is settled also when nobody listens any more.
        SessionResult result = await grain.EndLeaseAsync(new EndLease(taken.Fence, usedTokens, remember), CancellationToken.None);
        if (result is not ItemsRefused { Reason: ItemsRefusal.ManifestMoved })
        {
            Ended = true;
            await StopKeepingAsync();
        }
        return result;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopKeepingAsync();
        if (!Ended)
        {
            Ended = true;
            try
            {
                await grain.EndLeaseAsync(new EndLease(taken.Fence, 0, Remember: null), CancellationToken.None);
            }
            catch (Exception fault) when (fault is OrleansException or TimeoutException)
            {
                // The silo is out of reach: the lease lapses by itself.
            }
        }
        stopped.Dispose();
        ending.Dispose();
    }

    private void BeginToKeep() => keeping = KeepAsync();

    private async ValueTask StopKeepingAsync()
    {
        if (start is not null)
        {
            await start.DisposeAsync(); // afterwards it begins no more
        }
        if (!keeping.IsCompleted)
        {
            await ending.CancelAsync();
            await keeping;
        }
    }

    private async Task KeepAsync()
    {
        long renewedAt = clock.GetTimestamp();
        TimeSpan lifetime = TimeSpan.FromSeconds(taken.LeaseSeconds);
        try
        {
            while (reason == StopReason.None && !ending.IsCancellationRequested)
            {
                try
                {
                    long askedAt = clock.GetTimestamp();
                    SessionResult result = await grain.KeepLeaseAsync(taken.Fence, ending.Token);
                    renewedAt = askedAt;
                    reason = result switch
                    {
                        LeaseHeld => StopReason.None,
                        LeaseEnded { Ending: LeaseEnding.Cancelled } => StopReason.Cancelled,
                        LeaseEnded { Ending: LeaseEnding.Ended } => StopReason.None, // by ourselves: nobody else can
                        LeaseEnded => StopReason.Lapsed,
                        _ => StopReason.SessionGone,
                    };
                    if (result is LeaseEnded)
                    {
                        break;
                    }
                }
                catch (Exception fault) when (fault is OrleansException or TimeoutException)
                {
                    if (clock.GetElapsedTime(renewedAt) > lifetime)
                    {
                        reason = StopReason.Lapsed;
                        break;
                    }
                    await Task.Delay(TimeSpan.FromMilliseconds(250), clock, ending.Token);
                }
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            return; // ended by its holder
        }
        if (reason != StopReason.None)
        {
            await stopped.CancelAsync();
        }
    }
}
