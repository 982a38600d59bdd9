using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Lethe.Gateway.Sealing;

/// <summary>
/// Plaintext outside the garbage collector's heap: never moved, never copied by the runtime, zeroed and returned to the operating
/// system's allocator with <see cref="IDisposable.Dispose"/>. A send that still pins it delays the end until it lets go.
/// </summary>
internal sealed unsafe class PlainBuffer : MemoryManager<byte>
{
    private static long liveBytes;
    private readonly Lock gate = new();
    private byte* start;
    private int length;
    private int pins;
    private bool ended;

    private PlainBuffer(int length)
    {
        start = (byte*)NativeMemory.AllocZeroed((nuint)Math.Max(length, 1));
        this.length = length;
        Interlocked.Add(ref liveBytes, length);
    }

    /// <summary>Gets how many bytes of plaintext buffers are alive in this process.</summary>
    public static long LiveBytes => Interlocked.Read(ref liveBytes);

    /// <summary>Gets the number of bytes.</summary>
    public int Length => length;

    /// <summary>Makes a zeroed buffer.</summary>
    /// <param name="length">0 bytes or more.</param>
    /// <returns>The buffer, to be disposed of.</returns>
    public static PlainBuffer Allocate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return new PlainBuffer(length);
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(ended, this);
        return new Span<byte>(start, length);
    }

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(ended, this);
            ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)length, nameof(elementIndex));
            pins++;
            return new MemoryHandle(start + elementIndex, pinnable: this);
        }
    }

    /// <inheritdoc/>
    public override void Unpin()
    {
        lock (gate)
        {
            pins--;
            FreeWhenUnused();
        }
    }

    /// <inheritdoc/>
    public override string ToString() => nameof(PlainBuffer);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        lock (gate)
        {
            ended = true;
            FreeWhenUnused();
        }
    }

    private void FreeWhenUnused()
    {
        if (!ended || pins > 0 || start == null)
        {
            return;
        }
        CryptographicOperations.ZeroMemory(new Span<byte>(start, length));
        NativeMemory.Free(start);
        Interlocked.Add(ref liveBytes, -length);
        start = null;
        length = 0;
    }
}
