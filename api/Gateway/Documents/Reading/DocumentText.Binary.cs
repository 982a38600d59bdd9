using System.Buffers.Binary;

namespace Lethe.Gateway.Documents.Reading;

/// <summary>The form in which a text is sealed: see <see cref="Write"/>.</summary>
public sealed partial class DocumentText
{
    // Magic, text bytes, paragraphs, id bytes (4 bytes each, big-endian); per paragraph four numbers of 1 to 5 bytes (LEB128):
    // gap since the paragraph before, length, kind + 8 × level, id length; then the text; then the ids.
    private const uint Magic = 0x4C445431; // "LDT1"; another form gets another number
    private const int HeaderLength = 16;
    private const int KindCount = (int)ParagraphKind.Footnote + 1;

    /// <summary>Gets how many bytes <see cref="Write"/> writes.</summary>
    public int BinaryLength
    {
        get
        {
            int length = HeaderLength + buffer.Length;
            int end = 0;
            foreach (ParagraphSpan paragraph in paragraphs)
            {
                length += NumberLength(paragraph.Offset - end) + NumberLength(paragraph.Length);
                length += NumberLength(Shape(paragraph)) + NumberLength(paragraph.IdLength);
                end = paragraph.Offset + paragraph.Length;
            }
            return length;
        }
    }

    /// <summary>Writes the text and its paragraphs.</summary>
    /// <param name="destination">At least <see cref="BinaryLength"/> bytes; the caller zeroes them.</param>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, Magic);
        BinaryPrimitives.WriteInt32BigEndian(destination[4..], textLength);
        BinaryPrimitives.WriteInt32BigEndian(destination[8..], paragraphs.Length);
        BinaryPrimitives.WriteInt32BigEndian(destination[12..], buffer.Length - textLength);
        int at = HeaderLength;
        int end = 0;
        foreach (ParagraphSpan paragraph in paragraphs)
        {
            WriteNumber(destination, ref at, paragraph.Offset - end);
            WriteNumber(destination, ref at, paragraph.Length);
            WriteNumber(destination, ref at, Shape(paragraph));
            WriteNumber(destination, ref at, paragraph.IdLength);
            end = paragraph.Offset + paragraph.Length;
        }
        buffer.CopyTo(destination[at..]);
    }

    /// <summary>Reads what <see cref="Write"/> wrote into a buffer of its own.</summary>
    /// <param name="source">The bytes, as they came out of their seal.</param>
    /// <returns>The text.</returns>
    /// <exception cref="InvalidDataException">The bytes are of another form or version.</exception>
    public static DocumentText Read(ReadOnlySpan<byte> source)
    {
        Require(source.Length >= HeaderLength && BinaryPrimitives.ReadUInt32BigEndian(source) == Magic);
        int textBytes = BinaryPrimitives.ReadInt32BigEndian(source[4..]);
        int count = BinaryPrimitives.ReadInt32BigEndian(source[8..]);
        int idBytes = BinaryPrimitives.ReadInt32BigEndian(source[12..]);
        Require(textBytes >= 0 && idBytes >= 0 && count >= 0 && (long)HeaderLength + textBytes + idBytes + (4L * count) <= source.Length);
        ParagraphSpan[] spans = new ParagraphSpan[count];
        int at = HeaderLength;
        long end = 0;
        long ids = 0;
        for (int index = 0; index < count; index++)
        {
            long offset = end + ReadNumber(source, ref at);
            int length = ReadNumber(source, ref at);
            int shape = ReadNumber(source, ref at);
            int idLength = ReadNumber(source, ref at);
            Require(length > 0 && offset + length <= textBytes && ids + idLength <= idBytes && shape % 8 < KindCount && shape / 8 <= 9);
            spans[index] = new((int)offset, length, (ParagraphKind)(shape % 8), (byte)(shape / 8), (int)ids, idLength);
            end = offset + length;
            ids += idLength;
        }
        Require(ids == idBytes && source.Length - at == textBytes + idBytes);
        byte[] own = source[at..].ToArray();
        return new DocumentText(own, textBytes, spans);
    }

    private static int Shape(ParagraphSpan paragraph) => (int)paragraph.Kind + (8 * paragraph.Level);

    private static int NumberLength(int value) => (38 - System.Numerics.BitOperations.LeadingZeroCount((uint)value | 1)) / 7;

    private static void WriteNumber(Span<byte> destination, ref int at, int value)
    {
        uint rest = (uint)value;
        for (; rest >= 0x80; rest >>= 7)
        {
            destination[at++] = (byte)(rest | 0x80);
        }
        destination[at++] = (byte)rest;
    }

    private static int ReadNumber(ReadOnlySpan<byte> source, ref int at)
    {
        long value = 0;
        for (int shift = 0; shift < 35; shift += 7)
        {
            Require(at < source.Length);
            byte next = source[at++];
            value |= (long)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                Require(value <= int.MaxValue);
                return (int)value;
            }
        }
        throw new InvalidDataException("The document's text is of another form.");
    }

    private static void Require(bool condition)
    {
        if (!condition)
        {
            throw new InvalidDataException("The document's text is of another form.");
        }
    }
}
