using System.Buffers;

namespace Lethe.Gateway.Models.OpenAi;

/// <summary>
/// Writes UTF-8 as a JSON string (RFC 8259 §7) straight into a buffer of ours. <c>Utf8JsonWriter</c> would escape longer
/// texts in shared arrays that nobody zeroes; it writes everything else and takes the result as a raw value.
/// </summary>
internal static class JsonText
{
    private static readonly SearchValues<byte> Escaped = SearchValues.Create([
        .. Enumerable.Range(0, 0x20).Select(value => (byte)value),
        (byte)'"',
        (byte)'\\',
    ]);

    /// <summary>Writes pieces as one string with its quotes.</summary>
    /// <param name="pieces">Valid UTF-8.</param>
    /// <param name="output">Takes the string.</param>
    public static void Write(IEnumerable<ReadOnlyMemory<byte>> pieces, IBufferWriter<byte> output)
    {
        output.Write("\""u8);
        foreach (ReadOnlyMemory<byte> piece in pieces)
        {
            WriteInner(piece.Span, output);
        }
        output.Write("\""u8);
    }

    /// <summary>Writes one text as a string with its quotes.</summary>
    /// <param name="utf8">Valid UTF-8.</param>
    /// <param name="output">Takes the string.</param>
    public static void Write(ReadOnlySpan<byte> utf8, IBufferWriter<byte> output)
    {
        output.Write("\""u8);
        WriteInner(utf8, output);
        output.Write("\""u8);
    }

    private static void WriteInner(ReadOnlySpan<byte> utf8, IBufferWriter<byte> output)
    {
        while (!utf8.IsEmpty)
        {
            int plain = utf8.IndexOfAny(Escaped);
            plain = plain < 0 ? utf8.Length : plain;
            output.Write(utf8[..plain]);
            if (plain == utf8.Length)
            {
                return;
            }
            byte value = utf8[plain];
            switch (value)
            {
                case (byte)'\n':
                    output.Write("\\n"u8);
                    break;
                case (byte)'"':
                    output.Write("\\\""u8);
                    break;
                case (byte)'\\':
                    output.Write("\\\\"u8);
                    break;
                default:
                    output.Write([(byte)'\\', (byte)'u', (byte)'0', (byte)'0', (byte)('0' + (value >> 4)), Hex(value & 15)]);
                    break;
            }
            utf8 = utf8[(plain + 1)..];
        }
    }

    private static byte Hex(int digit) => (byte)(digit < 10 ? '0' + digit : 'a' + digit - 10);
}
