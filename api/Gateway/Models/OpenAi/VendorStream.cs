namespace Lethe.Gateway.Models.OpenAi;

/// <summary>A vendor's answer as it comes: bounded in bytes, in silence and in time.</summary>
internal sealed class VendorStream(
    Stream inner,
    ModelOptions options,
    TimeProvider clock,
    CancellationTokenSource deadline,
    CancellationToken caller
) : IDisposable
{
    private readonly long startedAt = clock.GetTimestamp();
    private long received;

    /// <summary>Reads what has come, or waits for more.</summary>
    /// <param name="buffer">Takes it.</param>
    /// <returns>How many bytes; 0 at the end.</returns>
    /// <exception cref="VendorTimeoutException">Nothing came for too long.</exception>
    /// <exception cref="InvalidDataException">The answer is longer than it may be.</exception>
    /// <exception cref="OperationCanceledException">The caller stopped the call.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        TimeSpan left = options.TotalTimeout - clock.GetElapsedTime(startedAt);
        if (left <= TimeSpan.Zero)
        {
            throw new VendorTimeoutException();
        }
        deadline.CancelAfter(left < options.IdleTimeout ? left : options.IdleTimeout);
        int count;
        try
        {
            count = await inner.ReadAsync(buffer, deadline.Token);
        }
        catch (OperationCanceledException) when (!caller.IsCancellationRequested)
        {
            throw new VendorTimeoutException();
        }
        received += count;
        return received <= options.MaxAnswerBytes ? count : throw new InvalidDataException("The answer is too long.");
    }

    /// <inheritdoc/>
    public void Dispose() => inner.Dispose();
}

/// <summary>A vendor was silent for too long.</summary>
#pragma warning disable RCS1194 // It says one thing.
internal sealed class VendorTimeoutException() : IOException("The vendor was silent for too long.");
#pragma warning restore RCS1194
