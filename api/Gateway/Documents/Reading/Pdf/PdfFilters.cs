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
internal sealed class PdfFilters : BaseFilterProvider, IFilterProvider
{
    private readonly PdfStreamBounds bounds;

    private static readonly string[] Pictures = ["DCTDecode", "DCT", "JPXDecode", "JBIG2Decode", "CCITTFaxDecode", "CCF"];

    /// <summary>Initializes a new instance of the <see cref="PdfFilters"/> class.</summary>
    /// <param name="budget">Counts what is unpacked.</param>
    public PdfFilters(ReadingBudget budget)
        : base(Make(budget)) => bounds = new PdfStreamBounds(budget);

    // The parser asks this of a cross-reference stream, which need not be packed.
    IReadOnlyList<IFilter> IFilterProvider.GetFilters(DictionaryToken dictionary)
    {
        bounds.CountObjects(dictionary);
        return GetFilters(dictionary);
    }

    private static Dictionary<string, IFilter> Make(ReadingBudget budget)
    {
        Dictionary<string, IFilter> filters = new(StringComparer.Ordinal)
        {
            ["FlateDecode"] = new Bounded(new FlateFilter(), budget),
            ["Fl"] = new Bounded(new FlateFilter(), budget),
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

    private sealed class Bounded(IFilter inner, ReadingBudget budget) : IFilter
    {
        private const int MostRunLengthBytes = 1024 * 1024; // unpack 64 times, and the budget ends the next one
        private readonly PdfStreamBounds bounds = new(budget);

        public bool IsSupported => true;

        public Memory<byte> Decode(Memory<byte> input, DictionaryToken streamDictionary, IFilterProvider filterProvider, int filterIndex)
        {
            budget.CheckNow();
            bounds.CountObjects(streamDictionary);
            switch (inner)
            {
                case FlateFilter:
                    bounds.CheckRows(streamDictionary, filterIndex);
                    bounds.MeasureFlate(input);
                    break;
                case LzwFilter:
                    bounds.CheckRows(streamDictionary, filterIndex);
                    bounds.MeasureLzw(input.Span, streamDictionary, filterIndex);
                    break;
                case RunLengthFilter when input.Length > MostRunLengthBytes:
                    budget.Refuse(DocumentRefusal.TooComplex);
                    break;
                default:
                    break;
            }
            Memory<byte> output = inner.Decode(input, streamDictionary, filterProvider, filterIndex);
            budget.Unpack(output.Length);
            PdfHazards.Hide(output.Span);
            return output;
        }
    }
}
