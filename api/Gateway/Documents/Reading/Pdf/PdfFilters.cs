using System.IO.Compression;
using System.Runtime.InteropServices;
using UglyToad.PdfPig;
using UglyToad.PdfPig.Filters;
using UglyToad.PdfPig.Tokens;

namespace Lethe.Gateway.Documents.Reading.Pdf;

/// <summary>The parser's options, and the budget for those that it makes.</summary>
/// <param name="budget">The budget.</param>
internal sealed class PdfOptions(ReadingBudget budget) : ParsingOptions
{
    /// <summary>Gets the budget.</summary>
    public ReadingBudget Budget => budget;
}

/// <summary>The parser's filters, which unpack without any bound, behind one.</summary>
internal sealed class PdfFilters : BaseFilterProvider
{
    private static readonly string[] Pictures = ["DCTDecode", "DCT", "JPXDecode", "JBIG2Decode", "CCITTFaxDecode", "CCF"];

    /// <summary>Initializes a new instance of the <see cref="PdfFilters"/> class.</summary>
    /// <param name="budget">Counts what is unpacked.</param>
    public PdfFilters(ReadingBudget budget)
        : base(Make(budget)) { }

    private static Dictionary<string, IFilter> Make(ReadingBudget budget)
    {
        Dictionary<string, IFilter> filters = new(StringComparer.Ordinal)
        {
            ["FlateDecode"] = new Bounded(new FlateFilter(), budget, inflates: true),
            ["Fl"] = new Bounded(new FlateFilter(), budget, inflates: true),
            ["LZWDecode"] = new Bounded(new LzwFilter(), budget),
            ["LZW"] = new Bounded(new LzwFilter(), budget),
            ["RunLengthDecode"] = new Bounded(new RunLengthFilter(), budget),
            ["RL"] = new Bounded(new RunLengthFilter(), budget),
            ["ASCII85Decode"] = new Bounded(new Ascii85Filter(), budget),
            ["A85"] = new Bounded(new Ascii85Filter(), budget),
            ["ASCIIHexDecode"] = new Bounded(new AsciiHexDecodeFilter(), budget),
            ["AHx"] = new Bounded(new AsciiHexDecodeFilter(), budget),
        };
        foreach (string name in Pictures)
        {
            filters[name] = new Picture();
        }
        return filters;
    }

    // Pictures are not looked at.
    private sealed class Picture : IFilter
    {
        public bool IsSupported => false;

        public Memory<byte> Decode(Memory<byte> input, DictionaryToken streamDictionary, IFilterProvider filterProvider, int filterIndex) =>
            input;
    }

    private sealed class Bounded(IFilter inner, ReadingBudget budget, bool inflates = false) : IFilter
    {
        private const int MostLzwBytes = 1024 * 1024; // LZW and run length unpack at most some 1,000 times, and the budget ends the next one

        public bool IsSupported => true;

        public Memory<byte> Decode(Memory<byte> input, DictionaryToken streamDictionary, IFilterProvider filterProvider, int filterIndex)
        {
            budget.CheckNow();
            if (inflates)
            {
                Measure(input);
            }
            else if (inner is LzwFilter or RunLengthFilter && input.Length > MostLzwBytes)
            {
                budget.Refuse(DocumentRefusal.TooComplex);
            }
            Memory<byte> output = inner.Decode(input, streamDictionary, filterProvider, filterIndex);
            budget.Unpack(output.Length);
            PdfHazards.Hide(output.Span);
            if (PdfHazards.HasEndlessWidths(output.Span))
            {
                budget.Refuse(DocumentRefusal.TooComplex);
            }
            return output;
        }

        // Unpacks into nothing first: the parser's filter would fill the memory.
        private void Measure(Memory<byte> input)
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
                    if (size > budget.Unpackable)
                    {
                        budget.Refuse(DocumentRefusal.TooComplex);
                    }
                }
            }
            catch (InvalidDataException)
            {
                // Damaged from here on; what came before was within bounds, and the parser decides what to do with it.
            }
        }
    }
}
