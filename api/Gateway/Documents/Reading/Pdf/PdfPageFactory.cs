using UglyToad.PdfPig;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Core;
using UglyToad.PdfPig.Filters;
using UglyToad.PdfPig.Geometry;
using UglyToad.PdfPig.Graphics.Operations;
using UglyToad.PdfPig.Logging;
using UglyToad.PdfPig.Outline.Destinations;
using UglyToad.PdfPig.Parser;
using UglyToad.PdfPig.Tokenization.Scanner;
using UglyToad.PdfPig.Tokens;

namespace Lethe.Gateway.Documents.Reading.Pdf;

/// <summary>Makes pages of nothing but glyphs. The parser creates it.</summary>
/// <param name="pdfScanner">The parser's.</param>
/// <param name="resourceStore">The parser's.</param>
/// <param name="filterProvider">The parser's.</param>
/// <param name="pageContentParser">The parser's.</param>
/// <param name="parsingOptions">Ours.</param>
public sealed class PdfPageFactory(
    IPdfTokenScanner pdfScanner,
    IResourceStore resourceStore,
    ILookupFilterProvider filterProvider,
    IPageContentParser pageContentParser,
    ParsingOptions parsingOptions
)
    : BasePageFactory<object>(
        pdfScanner,
        new PdfResources(resourceStore, pdfScanner, filterProvider, ((PdfOptions)parsingOptions).Budget),
        filterProvider,
        new PdfContentParser(pageContentParser),
        parsingOptions
    )
{
    /// <inheritdoc/>
    protected override object ProcessPage(
        int pageNumber,
        DictionaryToken dictionary,
        NamedDestinations namedDestinations,
        MediaBox mediaBox,
        CropBox cropBox,
        UserSpaceUnit userSpaceUnit,
        PageRotationDegrees rotation,
        TransformationMatrix initialMatrix,
        IReadOnlyList<IGraphicsStateOperation> operations
    )
    {
        PdfGlyphReader reader = new(
            pageNumber,
            ResourceStore,
            PdfScanner,
            PageContentParser,
            FilterProvider,
            cropBox,
            userSpaceUnit,
            rotation,
            initialMatrix,
            (PdfOptions)ParsingOptions
        );
        return reader.Process(pageNumber, operations);
    }
}

/// <summary>Parses a page's content, which becomes many times as large in memory, when it is no larger than pages are.</summary>
/// <param name="inner">The parser's.</param>
internal sealed class PdfContentParser(IPageContentParser inner) : IPageContentParser
{
    private const int MostBytes = 16 * 1024 * 1024;

    /// <inheritdoc/>
    public IReadOnlyList<IGraphicsStateOperation> Parse(int pageNumber, IInputBytes inputBytes, ILog log) =>
        inputBytes.Length <= MostBytes
            ? inner.Parse(pageNumber, inputBytes, log)
            : throw new PdfDocumentFormatException("The page's content is too large.");
}
