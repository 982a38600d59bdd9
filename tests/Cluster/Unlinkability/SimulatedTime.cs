namespace Lethe.ClusterTests.Unlinkability;

/// <summary>One clock for everybody, and what is to happen when. One thing at a time, so that each has its exact instant.</summary>
internal sealed class SimulatedTime(DateTimeOffset start)
{
    private readonly PriorityQueue<Func<Task>, (DateTimeOffset At, long Order)> due = new();
    private long order;

    public DateTimeOffset Now { get; private set; } = start;

    public void At(DateTimeOffset instant, Func<Task> happens) => due.Enqueue(happens, (instant < Now ? Now : instant, order++));

    /// <summary>Runs everything up to an instant.</summary>
    /// <param name="advance">Told of each step before what happens then.</param>
    public async Task RunAsync(DateTimeOffset until, Action<DateTimeOffset> advance)
    {
        while (due.TryPeek(out Func<Task>? happens, out (DateTimeOffset At, long) key) && key.At <= until)
        {
            due.Dequeue();
            if (key.At > Now)
            {
                Now = key.At;
                advance(Now);
            }
            await happens();
        }
    }
}

/// <summary>The clock of one window's client. Tells when the client's background waits again.</summary>
internal sealed class WindowClock(SimulatedTime time) : TimeProvider
{
    private TaskCompletionSource waiting = NewWaiting();

    /// <summary>Gets or sets the background of the client.</summary>
    public Task Background { get; set; } = Task.CompletedTask;

    public override DateTimeOffset GetUtcNow() => time.Now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Alarm alarm = new(this, callback, state);
        alarm.Change(dueTime, period);
        waiting.TrySetResult();
        return alarm;
    }

    private static TaskCompletionSource NewWaiting() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Alarm(WindowClock clock, TimerCallback callback, object? state) : ITimer
    {
        private bool stopped;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                clock.Time.At(clock.Time.Now + dueTime, RingAsync);
            }
            return true;
        }

        public void Dispose() => stopped = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        // What the client does now, it does at this instant: the clock stands until it waits again.
        private async Task RingAsync()
        {
            if (!stopped)
            {
                clock.waiting = NewWaiting();
                callback(state);
                await Task.WhenAny(clock.waiting.Task, clock.Background);
            }
        }
    }

    private SimulatedTime Time => time;
}
