using Orleans.Storage;

namespace Lethe.Records.Storage;

/// <summary>How a grain writes its state.</summary>
public static class PersistentStateExtensions
{
    /// <summary>
    /// Writes the next state. When the write fails, the confirmed state is back in memory, and because nobody knows whether
    /// the store took it, the exception makes the activation go: the next call reads what is really stored.
    /// </summary>
    /// <typeparam name="TState">An immutable record.</typeparam>
    /// <param name="stored">The grain's state.</param>
    /// <param name="next">The state to write.</param>
    /// <returns>When the state is durable.</returns>
    /// <exception cref="InconsistentStateException">
    /// The write failed. It carries nothing of the store's words, which may quote keys and values. Let it leave the grain.
    /// </exception>
    public static Task CommitAsync<TState>(this IPersistentState<TState> stored, TState next)
    {
        ArgumentNullException.ThrowIfNull(stored);
        TState confirmed = stored.State;
        stored.State = next;
        return WriteAsync(stored, confirmed, stored.WriteStateAsync);
    }

    /// <summary>Deletes the state's row. When that fails, it ends as <see cref="CommitAsync"/> does.</summary>
    /// <typeparam name="TState">An immutable record.</typeparam>
    /// <param name="stored">The grain's state.</param>
    /// <returns>When the row is gone.</returns>
    /// <exception cref="InconsistentStateException">The deletion failed. Let it leave the grain.</exception>
    public static Task EraseAsync<TState>(this IPersistentState<TState> stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        return WriteAsync(stored, stored.State, stored.ClearStateAsync);
    }

    private static async Task WriteAsync<TState>(IPersistentState<TState> stored, TState confirmed, Func<CancellationToken, Task> write)
    {
        try
        {
            // A write is not cancelled half-way: its outcome would be unknown.
            await write(CancellationToken.None);
        }
        catch (Exception exception)
        {
            stored.State = confirmed;
#pragma warning disable MA0054 // The store's exception may quote keys and values; it ends here.
            throw new InconsistentStateException($"The state was not confirmed ({exception.GetType().Name}).");
#pragma warning restore MA0054
        }
    }
}
