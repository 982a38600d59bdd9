namespace Lethe.Client;

/// <summary>
/// Where the pool outlives Word: tokens drawn on one day open the sessions of the next. One per user and machine, shared by all of the
/// user's windows.
/// </summary>
public interface ITokenStore
{
    /// <summary>Reads the state.</summary>
    /// <returns>The state; an empty one at first.</returns>
    PoolState Read();

    /// <summary>Changes the state. No other window reads or changes it in between.</summary>
    /// <param name="change">Makes the next state of the present one. May be called again when it lost a race.</param>
    /// <returns>The next state.</returns>
    PoolState Update(Func<PoolState, PoolState> change);
}

/// <summary>Keeps the pool for as long as the process lives.</summary>
public sealed class MemoryTokenStore : ITokenStore
{
    private readonly Lock gate = new();
    private PoolState state = new();

    /// <inheritdoc/>
    public PoolState Read()
    {
        lock (gate)
        {
            return state;
        }
    }

    /// <inheritdoc/>
    public PoolState Update(Func<PoolState, PoolState> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        lock (gate)
        {
            return state = change(state);
        }
    }
}
