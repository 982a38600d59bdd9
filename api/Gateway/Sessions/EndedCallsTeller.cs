using System.Collections.Concurrent;
using Lethe.Contracts.Sessions;

namespace Lethe.Gateway.Sessions;

/// <summary>
/// Lets the end of a call ride with its session's next lease, which saves every second call of a grain. When none is taken soon, the end is
/// told by itself: one timer for the whole process. What is not told when the host stops is told then, after the last request.
/// </summary>
internal sealed class EndedCallsTeller : IHostedService, IAsyncDisposable
{
    /// <summary>How long an end waits for a lease to ride with.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150);

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);
    private readonly ConcurrentQueue<EndedCalls> waiting = new();
    private readonly TimeProvider clock;
    private readonly ITimer timer;
    private bool armed;
    private volatile bool stopping;

    /// <summary>Initializes a new instance of the <see cref="EndedCallsTeller"/> class.</summary>
    /// <param name="clock">Times the pause.</param>
    public EndedCallsTeller(TimeProvider clock)
    {
        this.clock = clock;
        timer = clock.CreateTimer(
            static teller => _ = ((EndedCallsTeller)teller!).TellAsync(),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
    }

    /// <summary>Takes the end of a call.</summary>
    /// <param name="session">Its session's.</param>
    /// <param name="ended">The call.</param>
    public void Add(EndedCalls session, EndedCall ended)
    {
        if (session.Add(ended))
        {
            waiting.Enqueue(session);
        }
        if (stopping)
        {
            _ = TellAsync(); // too late for a timer; when it is too late for this as well, the lease lapses
        }
        else if (!Interlocked.Exchange(ref armed, true))
        {
            timer.Change(Pause, Timeout.InfiniteTimeSpan);
        }
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        stopping = true;
        // Not the host's token: its patience may have ended with the last request, and what was used is settled all the same.
        await TellAsync().WaitAsync(StopLimit, clock, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => timer.DisposeAsync();

    private Task TellAsync()
    {
        Volatile.Write(ref armed, false); // first: whoever comes from now on sets the timer anew
        List<Task> told = [];
        while (waiting.TryDequeue(out EndedCalls? session))
        {
            told.Add(session.TellAsync(unlist: true));
        }
        return Task.WhenAll(told);
    }
}
