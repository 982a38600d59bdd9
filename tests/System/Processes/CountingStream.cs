namespace Lethe.SystemTests.Processes;

/// <summary>A body that counts how much of it was asked for.</summary>
/// <param name="length">Its bytes.</param>
public sealed class CountingStream(long length) : Stream
{
    /// <summary>Gets how many bytes were given.</summary>
    public long Given { get; private set; }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => length;

    /// <inheritdoc/>
    public override long Position
    {
        get => Given;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        int given = (int)Math.Min(count, length - Given);
        buffer.AsSpan(offset, given).Fill((byte)'x');
        Given += given;
        return given;
    }

    /// <inheritdoc/>
    public override void Flush() { }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
