using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Lethe.Gateway.Documents.Reading;

/// <summary>
/// A document's text, in one buffer that is zeroed with <see cref="Dispose"/>. Paragraphs are separated by an empty line, rows of one
/// table and items of one list by a line feed, so that the buffer as a whole reads as Markdown does.
/// </summary>
public sealed partial class DocumentText : IDisposable
{
    private readonly byte[] buffer; // text, then the paragraphs' ids
    private readonly int textLength;
    private readonly ParagraphSpan[] paragraphs;

    internal DocumentText(byte[] buffer, int textLength, ParagraphSpan[] paragraphs)
    {
        this.buffer = buffer;
        this.textLength = textLength;
        this.paragraphs = paragraphs;
        foreach (byte unit in buffer.AsSpan(0, textLength))
        {
            Characters += (unit & 0xC0) == 0x80 ? 0 : 1; // continuation bytes count nothing
        }
    }

    /// <summary>Gets the text as valid UTF-8 without NUL. Not to be used after <see cref="Dispose"/>.</summary>
    public ReadOnlyMemory<byte> Utf8 => buffer.AsMemory(0, textLength);

    /// <summary>Gets where the paragraphs lie in <see cref="Utf8"/>, in reading order, without gaps but their separators.</summary>
    public IReadOnlyList<ParagraphSpan> Paragraphs => paragraphs;

    /// <summary>Gets the number of Unicode scalar values in <see cref="Utf8"/>.</summary>
    public int Characters { get; }

    /// <summary>Gets one paragraph's text.</summary>
    /// <param name="paragraph">One of <see cref="Paragraphs"/>.</param>
    /// <returns>A view of <see cref="Utf8"/>.</returns>
    public ReadOnlyMemory<byte> TextOf(ParagraphSpan paragraph) => buffer.AsMemory(paragraph.Offset, paragraph.Length);

    /// <summary>Gets the id that the sender gave a paragraph of <see cref="DocumentKind.Paragraphs"/>; empty otherwise.</summary>
    /// <param name="paragraph">One of <see cref="Paragraphs"/>.</param>
    /// <returns>1 to 64 ASCII letters, digits, <c>-</c>, <c>_</c>, <c>.</c> or <c>:</c>; or nothing.</returns>
    public ReadOnlyMemory<byte> IdOf(ParagraphSpan paragraph) => buffer.AsMemory(textLength + paragraph.IdOffset, paragraph.IdLength);

    /// <summary>Overwrites the text with zeros.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(buffer);

    /// <inheritdoc/>
    public override string ToString() => nameof(DocumentText);
}

/// <summary>Where a paragraph lies.</summary>
/// <param name="Offset">Its first byte in <see cref="DocumentText.Utf8"/>.</param>
/// <param name="Length">Its bytes, at least 1.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Level">Of a heading 1 to 9, of a list item its depth from 1 to 9, otherwise 0.</param>
/// <param name="IdOffset">Where its id begins behind the text.</param>
/// <param name="IdLength">The id's bytes; 0 without one.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ParagraphSpan(int Offset, int Length, ParagraphKind Kind, byte Level, int IdOffset, int IdLength);

/// <summary>What a paragraph is.</summary>
public enum ParagraphKind : byte
{
    /// <summary>Running text.</summary>
    Paragraph,

    /// <summary>A heading.</summary>
    Heading,

    /// <summary>An item of a list, with its number or bullet as far as it could be told.</summary>
    ListItem,

    /// <summary>A row of a table, its cells separated by <c> | </c>.</summary>
    TableRow,

    /// <summary>A footnote or endnote, at the end of the document, after its mark.</summary>
    Footnote,
}
