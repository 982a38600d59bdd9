using System.Buffers;

namespace Lethe.Gateway.Sealing;

/// <summary>Collects plaintext up to a bound. Growing zeroes the smaller buffer that it leaves.</summary>
/// <param name="limit">The most bytes that may be written.</param>
internal sealed class PlainWriter(int limit) : IBufferWriter<byte>, IDisposable
{
    private const int FirstSize = 4096;
    private PlainBuffer? buffer;

    /// <summary>Gets how many bytes were written.</summary>
    public int Length { get; private set; }

    /// <summary>Gets how many bytes may still be written.</summary>
    public int Room => limit - Length;

    /// <summary>Gets what was written. Valid until the next write.</summary>
    public Memory<byte> Written => buffer is null ? Memory<byte>.Empty : buffer.Memory[..Length];

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, (buffer?.Length ?? 0) - Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Room);
        Length += count;
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return buffer!.Memory[Length..];
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return buffer!.GetSpan()[Length..];
    }

    /// <summary>Appends bytes if they fit.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>Whether they fitted; nothing is written when they did not.</returns>
    public bool TryWrite(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > Room)
        {
            return false;
        }
        if (!bytes.IsEmpty)
        {
            Reserve(bytes.Length);
            bytes.CopyTo(buffer!.GetSpan()[Length..]);
            Length += bytes.Length;
        }
        return true;
    }

    /// <summary>Zeroes what was written and begins again.</summary>
    public void Reset()
    {
        Written.Span.Clear();
        Length = 0;
    }

    /// <inheritdoc/>
    public void Dispose() => ((IDisposable?)buffer)?.Dispose();

    /// <inheritdoc/>
    public override string ToString() => nameof(PlainWriter);

    private void Reserve(int size)
    {
        int needed = Length + Math.Max(size, 1);
        if (buffer is not null && buffer.Length >= needed)
        {
            return;
        }
        PlainBuffer larger = PlainBuffer.Allocate(Math.Max(Math.Max(needed, FirstSize), (int)Math.Min(2L * Length, limit)));
        if (buffer is { } smaller)
        {
            smaller.GetSpan()[..Length].CopyTo(larger.GetSpan());
            ((IDisposable)smaller).Dispose();
        }
        buffer = larger;
    }
}
