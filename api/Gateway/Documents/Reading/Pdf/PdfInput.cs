using UglyToad.PdfPig.Logging;

namespace Lethe.Gateway.Documents.Reading.Pdf;

/// <summary>The file, as the parser gets it: each read asks the budget, so that no loop of the parser over the file is without an end.</summary>
/// <param name="file">The file.</param>
/// <param name="budget">The budget.</param>
internal sealed class PdfInput(byte[] file, ReadingBudget budget) : Stream
{
    private int position;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => file.Length;

    /// <inheritdoc/>
    public override long Position
    {
        get => position;
        set
        {
            budget.Check();
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            position = (int)Math.Min(value, file.Length);
        }
    }

    /// <inheritdoc/>
    public override int ReadByte()
    {
        budget.Check();
        return position < file.Length ? file[position++] : -1;
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        budget.Check();
        int count = Math.Min(buffer.Length, file.Length - position);
        file.AsSpan(position, count).CopyTo(buffer);
        position += count;
        return count;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) =>
        Position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => position + offset,
            _ => file.Length + offset,
        };

    /// <inheritdoc/>
    public override void Flush() { }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

/// <summary>Drops what the parser has to say, which may quote the document, and asks the budget instead.</summary>
/// <param name="budget">The budget.</param>
internal sealed class PdfSilence(ReadingBudget budget) : ILog
{
    /// <inheritdoc/>
    public void Debug(string message) => budget.Check();

    /// <inheritdoc/>
    public void Debug(string message, Exception ex) => budget.Check();

    /// <inheritdoc/>
    public void Warn(string message) => budget.Check();

    /// <inheritdoc/>
    public void Error(string message) => budget.Check();

    /// <inheritdoc/>
    public void Error(string message, Exception ex) => budget.Check();
}
