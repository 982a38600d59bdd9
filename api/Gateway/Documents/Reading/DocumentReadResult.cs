namespace Lethe.Gateway.Documents.Reading;

/// <summary>The answer to reading a document: <see cref="DocumentRead"/> or <see cref="DocumentRefused"/>.</summary>
public abstract record DocumentReadResult
{
    private protected DocumentReadResult() { }
}

/// <summary>The document was read, wholly or in part.</summary>
/// <param name="Text">Its text, owned by the caller, who disposes of it (that zeroes it).</param>
/// <param name="Coverage">How much was read, and why not all.</param>
public sealed record DocumentRead(DocumentText Text, Coverage Coverage) : DocumentReadResult
{
    /// <inheritdoc/>
    public override string ToString() => nameof(DocumentRead);
}

/// <summary>The document was refused; nothing of it is held.</summary>
/// <param name="Reason">Why.</param>
public sealed record DocumentRefused(DocumentRefusal Reason) : DocumentReadResult;

/// <summary>Why a document was refused.</summary>
public enum DocumentRefusal
{
    /// <summary>There is no text in it, nor anything that could hold text.</summary>
    Empty,

    /// <summary>The file is of another kind than its media type says.</summary>
    NotWhatItSays,

    /// <summary>It opens only with a password.</summary>
    Encrypted,

    /// <summary>It is cut off or malformed.</summary>
    Damaged,

    /// <summary>Its text, its paragraphs or its pages are more than the limits allow.</summary>
    TooLarge,

    /// <summary>It unpacks to far more than it holds, nests too deeply or takes too long: made to exhaust its reader.</summary>
    TooComplex,

    /// <summary>Others are being read, and none was done in time; the document itself may be good.</summary>
    Busy,
}
