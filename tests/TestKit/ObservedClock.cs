using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace Lethe.TestKit;

/// <summary>A clock that moves only when a test moves it, and tells which timers it was asked for: who waits on it has asked for one.</summary>
/// <param name="start">What it shows at first.</param>
public sealed class ObservedClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    private readonly ConcurrentDictionary<TimeSpan, int> timers = new();

    /// <summary>Gets how many timers of a length were made so far.</summary>
    /// <param name="length">How long after they were made they are due.</param>
    /// <returns>How many.</returns>
    public int TimersOf(TimeSpan length) => timers.GetValueOrDefault(length);

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ITimer timer = base.CreateTimer(callback, state, dueTime, period);
        timers.AddOrUpdate(dueTime, 1, (_, made) => made + 1); // afterwards: who sees the number can move the clock past it
        return timer;
    }
}
