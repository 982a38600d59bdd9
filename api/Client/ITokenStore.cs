namespace Lethe.Client;

/// <summary>
/// Where the pool outlives Word: tokens drawn on one day open the sessions of the next. One per user and machine, shared by all of the
/// user's windows.
/// </summary>
public interface ITokenStore
{
    /// <summary>Reads the state.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The state; an empty one at first.</returns>
    Task<PoolState> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Changes the state. No other window reads or changes it in between.</summary>
    /// <param name="change">Makes the next state of the present one. May be called again when it lost a race.</param>
    /// <param name="cancellationToken">Observed until the write starts.</param>
    /// <returns>The next state.</returns>
    Task<PoolState> UpdateAsync(Func<PoolState, PoolState> change, CancellationToken cancellationToken);
}

/// <summary>Keeps the pool for as long as the process lives.</summary>
public sealed class MemoryTokenStore : ITokenStore
{
    private readonly Lock gate = new();
    private PoolState state = new();

    /// <inheritdoc/>
    public Task<PoolState> ReadAsync(CancellationToken cancellationToken) => Task.FromResult(Read());

    /// <inheritdoc/>
    public Task<PoolState> UpdateAsync(Func<PoolState, PoolState> change, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(Update(change));
    }

    /// <summary>Reads the state, at once.</summary>
    /// <returns>The state; an empty one at first.</returns>
    public PoolState Read()
    {
        lock (gate)
        {
            return state;
        }
    }

    /// <summary>Changes the state, at once.</summary>
    /// <param name="change">Makes the next state of the present one.</param>
    /// <returns>The next state.</returns>
    public PoolState Update(Func<PoolState, PoolState> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        lock (gate)
        {
            return state = change(state);
        }
    }
}
