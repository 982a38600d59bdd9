namespace Lethe.Gateway.Documents.Reading;

/// <summary>
/// What one document may still cost. Parsers swallow exceptions of their callees, so a spent budget stays spent: everything that
/// asks again is refused again, and the caller asks at the end.
/// </summary>
internal sealed class ReadingBudget(DocumentReadingOptions options, TimeProvider clock, CancellationToken cancellationToken)
{
    private readonly long startedAt = clock.GetTimestamp();
    private long unpacked;
    private int calls;

    /// <summary>Gets the bounds.</summary>
    public DocumentReadingOptions Options => options;

    /// <summary>Gets why the document is refused; null while it is not.</summary>
    public DocumentRefusal? Spent { get; private set; }

    /// <summary>Gets how many more bytes may be unpacked.</summary>
    public long Unpackable => options.MaxUnpackedBytes - unpacked;

    /// <summary>Asks whether to go on. Cheap enough for each paragraph or glyph.</summary>
    /// <exception cref="DocumentRefusedException">Time is up or the budget was spent before.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public void Check()
    {
        if ((++calls & 0xFF) == 0)
        {
            CheckNow();
        }
        else if (Spent is { } reason)
        {
            throw new DocumentRefusedException(reason);
        }
    }

    /// <summary>As <see cref="Check"/>, and looks at the clock each time.</summary>
    public void CheckNow()
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (clock.GetElapsedTime(startedAt) > options.MaxDuration)
        {
            Refuse(DocumentRefusal.TooComplex);
        }
        if (Spent is { } reason)
        {
            throw new DocumentRefusedException(reason);
        }
    }

    /// <summary>Counts unpacked bytes.</summary>
    /// <param name="count">How many.</param>
    public void Unpack(long count)
    {
        unpacked += count;
        if (unpacked > options.MaxUnpackedBytes)
        {
            Refuse(DocumentRefusal.TooComplex);
        }
        CheckNow();
    }

    /// <summary>Spends the budget.</summary>
    /// <param name="reason">Why.</param>
    /// <exception cref="DocumentRefusedException">Always.</exception>
    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    public void Refuse(DocumentRefusal reason)
    {
        Spent ??= reason;
        throw new DocumentRefusedException(Spent.Value);
    }
}

/// <summary>Leaves the depths of a parser; becomes <see cref="DocumentRefused"/> and carries nothing of the document.</summary>
/// <param name="reason">Why.</param>
internal sealed class DocumentRefusedException(DocumentRefusal reason) : Exception("The document was refused.")
{
    /// <summary>Gets why the document is refused.</summary>
    public DocumentRefusal Reason => reason;
}
