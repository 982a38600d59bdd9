using Lethe.Gateway.Sealing;

namespace Lethe.Gateway.Models.OpenAi;

/// <summary>
/// Finds the events in a vendor's answer (HTML Standard, §9.2.6; of their fields only <c>data</c>). Everything that has come is read at once into
/// one buffer of ours, so that events which come together cost one read, and nothing of them is left in a pool.
/// </summary>
/// <param name="stream">The answer; it bounds the bytes.</param>
internal sealed class VendorEvents(VendorStream stream) : IDisposable
{
    private const int FirstSize = 8 * 1024;
    private PlainBuffer buffer = PlainBuffer.Allocate(FirstSize);
    private (int Start, int End)? data; // of the event whose end has not come yet
    private int line; // where the line begins whose end has not come yet
    private int searched; // up to here it does not end
    private int end;
    private bool begun;
    private bool afterReturn;

    /// <summary>Takes the next event of those that have come.</summary>
    /// <param name="taken">Its data; valid until more is waited for.</param>
    /// <returns>Whether there was one; if not, more has to come.</returns>
    public bool TryTake(out ReadOnlySpan<byte> taken)
    {
        Span<byte> bytes = buffer.GetSpan();
        while (TryTakeLine(bytes, out int start, out int length))
        {
            if (length > 0)
            {
                TakeField(bytes, start, length);
            }
            else if (data is { } whole)
            {
                data = null;
                taken = bytes[whole.Start..whole.End];
                return true;
            }
        }
        taken = default;
        return false;
    }

    /// <summary>Waits until more has come.</summary>
    /// <returns>False at the end of the answer. An event that has not ended then is none.</returns>
    public async ValueTask<bool> WaitAsync()
    {
        KeepOnlyWhatIsOpen();
        int count = await stream.ReadAsync(buffer.Memory[end..]);
        end += count;
        return count > 0;
    }

    /// <inheritdoc/>
    public void Dispose() => ((IDisposable)buffer).Dispose();

    private bool TryTakeLine(Span<byte> bytes, out int start, out int length)
    {
        if (afterReturn && line < end)
        {
            afterReturn = false;
            line = searched = bytes[line] == '\n' ? line + 1 : line; // CR LF is one end of a line
        }
        (start, length) = (line, bytes[searched..end].IndexOfAny((byte)'\n', (byte)'\r'));
        if (length < 0)
        {
            searched = end;
            return false;
        }
        int at = searched + length;
        length = at - start;
        afterReturn = bytes[at] == '\r';
        line = searched = at + 1;
        if (!begun && bytes.Slice(start, length).StartsWith("\uFEFF"u8))
        {
            (start, length) = (start + 3, length - 3);
        }
        begun = true;
        return true;
    }

    private void TakeField(Span<byte> bytes, int start, int length)
    {
        Span<byte> field = bytes.Slice(start, length);
        int value =
            field.StartsWith("data: "u8) ? 6
            : field.StartsWith("data:"u8) ? 5
            : field.SequenceEqual("data"u8) ? 4
            : 0;
        if (value == 0)
        {
            return;
        }
        if (data is not { } earlier)
        {
            data = (start + value, start + length);
            return;
        }
        // Lines of one event's data are joined where they lie: the name of the field leaves room for the line break.
        bytes[earlier.End] = (byte)'\n';
        field[value..].CopyTo(bytes[(earlier.End + 1)..]);
        data = (earlier.Start, earlier.End + 1 + length - value);
    }

    private void KeepOnlyWhatIsOpen()
    {
        int first = data?.Start ?? line;
        Span<byte> open = buffer.GetSpan()[first..end];
        if (open.Length < buffer.Length)
        {
            open.CopyTo(buffer.GetSpan());
        }
        else
        {
            PlainBuffer larger = PlainBuffer.Allocate(2 * buffer.Length);
            open.CopyTo(larger.GetSpan());
            Dispose();
            buffer = larger;
        }
        (line, searched, end) = (line - first, searched - first, end - first);
        data = data is { } kept ? (kept.Start - first, kept.End - first) : null;
    }
}
