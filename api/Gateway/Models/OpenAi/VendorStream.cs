namespace Lethe.Gateway.Models.OpenAi;

/// <summary>A vendor's answer as it comes: bounded in bytes, in silence and in time, and with something to do before each wait.</summary>
internal sealed class VendorStream(
    Stream inner,
    ModelOptions options,
    TimeProvider clock,
    CancellationTokenSource deadline,
    CancellationToken caller
) : Stream
{
    private readonly long startedAt = clock.GetTimestamp();
    private long received;

    /// <summary>Gets or sets what is done before more is waited for, such as sending on what came.</summary>
    public Func<ValueTask>? BeforeWaiting { get; set; }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (BeforeWaiting is { } before)
        {
            await before();
        }
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
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush() { }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }
        base.Dispose(disposing);
    }
}

/// <summary>A vendor was silent for too long.</summary>
#pragma warning disable RCS1194 // It says one thing.
internal sealed class VendorTimeoutException() : IOException("The vendor was silent for too long.");
#pragma warning restore RCS1194
