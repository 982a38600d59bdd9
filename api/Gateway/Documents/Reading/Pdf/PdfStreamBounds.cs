using System.IO.Compression;
using System.Runtime.InteropServices;
using UglyToad.PdfPig.Filters;
using UglyToad.PdfPig.Tokens;

namespace Lethe.Gateway.Documents.Reading.Pdf;

/// <summary>What a stream says of itself, and what it would unpack to, before the parser believes it.</summary>
/// <param name="budget">The budget.</param>
internal sealed class PdfStreamBounds(ReadingBudget budget)
{
    private const long MostRowBytes = 1024 * 1024;
    private const int BytesOfObjectNumber = 16; // of the parser's lists, about
    private const int LzwCodes = 4096;
    private const int LzwClear = 256;
    private const int LzwEnd = 257;

    /// <summary>Refuses rows of a predictor (ISO 32000-2, 7.4.4.4) that are longer than any, or empty, which the parser never gets past.</summary>
    /// <param name="stream">The stream's dictionary.</param>
    /// <param name="filter">Which of its filters.</param>
    public void CheckRows(DictionaryToken stream, int filter)
    {
        DictionaryToken parameters = DecodeParameterResolver.GetFilterParameters(stream, filter);
        if (Number(parameters, NameToken.Predictor, 1) <= 1)
        {
            return;
        }
        double bits =
            Math.Min(Number(parameters, NameToken.Colors, 1), 32)
            * Number(parameters, NameToken.BitsPerComponent, 8)
            * Number(parameters, NameToken.Columns, 1);
        if (!(bits >= 1 && bits <= MostRowBytes * 8))
        {
            budget.Refuse(DocumentRefusal.Damaged);
        }
    }

    /// <summary>Counts the objects that a cross-reference or object stream says it has: the parser makes room for each.</summary>
    /// <param name="stream">The stream's dictionary.</param>
    public void CountObjects(DictionaryToken stream)
    {
        double objects = Number(stream, NameToken.N, 0);
        if (stream.TryGet(NameToken.Type, out IToken type) && NameToken.Xref.Equals(type))
        {
            objects += Number(stream, NameToken.Size, 0);
            if (stream.TryGet(NameToken.Index, out IToken index) && index is ArrayToken sections)
            {
                objects += sections.Data.OfType<NumericToken>().Where((_, at) => at % 2 == 1).Sum(count => Math.Max(0, count.Double));
            }
        }
        budget.Unpack((long)Math.Clamp(objects * BytesOfObjectNumber, 0, int.MaxValue));
    }

    /// <summary>Refuses a Flate stream that unpacks to more than there is left.</summary>
    /// <param name="input">The stream.</param>
    public void MeasureFlate(Memory<byte> input)
    {
        if (input.Length <= 2 || !MemoryMarshal.TryGetArray<byte>(input, out ArraySegment<byte> bytes))
        {
            return;
        }
        long size = 0;
        byte[] sink = new byte[32 * 1024];
        using DeflateStream deflate = new(
            new MemoryStream(bytes.Array!, bytes.Offset + 2, bytes.Count - 2, writable: false),
            CompressionMode.Decompress
        );
        try
        {
            for (int read = deflate.Read(sink); read > 0; read = deflate.Read(sink))
            {
                size += read;
                RefuseAbove(size);
            }
        }
        catch (InvalidDataException)
        {
            // Damaged from here on; what came before was within bounds, and the parser decides what to do with it.
        }
    }

    /// <summary>Refuses an LZW stream (ISO 32000-2, 7.4.4.2) that unpacks to more than there is left, the parser's table with it.</summary>
    /// <param name="input">The stream.</param>
    /// <param name="stream">The stream's dictionary.</param>
    /// <param name="filter">Which of its filters.</param>
    public void MeasureLzw(ReadOnlySpan<byte> input, DictionaryToken stream, int filter)
    {
        DictionaryToken parameters = DecodeParameterResolver.GetFilterParameters(stream, filter);
        int late = (int)Number(parameters, NameToken.EarlyChange, 1) == 1 ? 0 : 1;
        int[] lengths = new int[LzwCodes];
        lengths.AsSpan(0, LzwClear).Fill(1);
        int count = LzwEnd + 1;
        int previous = 0;
        long size = 0;
        long bit = 0;
        int width = 9;
        for (; bit + width <= input.Length * 8L; )
        {
            int code = Code(input, bit, width);
            bit += width;
            if (code == LzwEnd)
            {
                return;
            }
            if (code == LzwClear)
            {
                (count, previous, width) = (LzwEnd + 1, 0, 9);
                continue;
            }
            int length = code < count ? lengths[code] : previous + 1;
            if (previous > 0)
            {
                lengths[Math.Min(count, LzwCodes - 1)] = count < LzwCodes ? previous + 1 : lengths[LzwCodes - 1];
                count++;
                size += previous + 1;
            }
            previous = length;
            size += length;
            RefuseAbove(size);
            width = (count - late) switch
            {
                >= 2047 => 12,
                >= 1023 => 11,
                >= 511 => 10,
                _ => 9,
            };
        }
    }

    private static double Number(DictionaryToken dictionary, NameToken key, double otherwise) =>
        dictionary.TryGet(key, out IToken token) && token is NumericToken number ? number.Double : otherwise;

    private static int Code(ReadOnlySpan<byte> input, long bit, int width)
    {
        int at = (int)(bit / 8);
        int window = input[at] << 16 | (at + 1 < input.Length ? input[at + 1] << 8 : 0) | (at + 2 < input.Length ? input[at + 2] : 0);
        return (window >> (24 - width - (int)(bit % 8))) & ((1 << width) - 1);
    }

    private void RefuseAbove(long size)
    {
        if (size > budget.Unpackable)
        {
            budget.Refuse(DocumentRefusal.TooComplex);
        }
    }
}
