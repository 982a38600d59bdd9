namespace Lethe.Gateway.Documents.Reading;

/// <summary>The form in which a text is sealed: see <see cref="Write"/>.</summary>
public sealed partial class DocumentText
{
    private const uint Magic = 0x4C445431; // "LDT1"; another form gets another number

    /// <summary>Gets how many bytes <see cref="Write"/> writes.</summary>
    public int BinaryLength => throw new NotSupportedException();

    /// <summary>Writes the text and its paragraphs.</summary>
    /// <param name="destination">At least <see cref="BinaryLength"/> bytes; the caller zeroes them.</param>
    public void Write(Span<byte> destination) => throw new NotSupportedException();

    /// <summary>Reads what <see cref="Write"/> wrote into a buffer of its own.</summary>
    /// <param name="source">The bytes, as they came out of their seal.</param>
    /// <returns>The text.</returns>
    /// <exception cref="InvalidDataException">The bytes are of another form or version.</exception>
    public static DocumentText Read(ReadOnlySpan<byte> source) => throw new NotSupportedException();
}
