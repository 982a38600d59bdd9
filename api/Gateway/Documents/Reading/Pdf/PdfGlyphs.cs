using System.Runtime.InteropServices;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Core;
using UglyToad.PdfPig.Filters;
using UglyToad.PdfPig.Geometry;
using UglyToad.PdfPig.Graphics;
using UglyToad.PdfPig.Graphics.Operations;
using UglyToad.PdfPig.Graphics.Operations.SpecialGraphicsState;
using UglyToad.PdfPig.Parser;
using UglyToad.PdfPig.PdfFonts;
using UglyToad.PdfPig.Tokenization.Scanner;
using UglyToad.PdfPig.Tokens;

namespace Lethe.Gateway.Documents.Reading.Pdf;

/// <summary>A glyph where it stands on the page, in points, the page upright.</summary>
/// <param name="Text">What it means; empty when nobody knows.</param>
/// <param name="Left">Its left edge.</param>
/// <param name="Right">Its right edge.</param>
/// <param name="Baseline">Its height above the bottom.</param>
/// <param name="Size">The font's size.</param>
/// <param name="IsBold">Whether the font's name says so.</param>
/// <param name="Turn">Quarter turns to the left; -1 for other directions.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PdfGlyph(string Text, double Left, double Right, double Baseline, double Size, bool IsBold, int Turn);

/// <summary>What a page shows.</summary>
/// <param name="Glyphs">Its glyphs, in the order of the file.</param>
/// <param name="Images">Its pictures.</param>
/// <param name="HasDrawing">Whether lines or areas are drawn.</param>
internal sealed record PdfPage(List<PdfGlyph> Glyphs, int Images, bool HasDrawing);

/// <summary>Runs a page's operations and keeps the glyphs. Each glyph and each operation asks the budget.</summary>
internal sealed class PdfGlyphReader(
    int pageNumber,
    IResourceStore resourceStore,
    IPdfTokenScanner pdfScanner,
    IPageContentParser pageContentParser,
    ILookupFilterProvider filterProvider,
    CropBox cropBox,
    UserSpaceUnit userSpaceUnit,
    PageRotationDegrees rotation,
    TransformationMatrix initialMatrix,
    PdfOptions parsingOptions
)
    : BaseStreamProcessor<PdfPage>(
        pageNumber,
        resourceStore,
        pdfScanner,
        pageContentParser,
        filterProvider,
        cropBox,
        userSpaceUnit,
        rotation,
        initialMatrix,
        parsingOptions
    )
{
    private const int MostGlyphs = 400_000; // on one page; a dense one has 10,000
    private const int DeepestForms = 32;
    private const string Operations = "UglyToad.PdfPig.Graphics.Operations";
    private const int DeepestStates = 512;
    private static readonly string[] OfSymbols = ["CMSY", "CMMI", "CMEX", "MSAM", "MSBM"]; // TeX's
    private readonly List<PdfGlyph> glyphs = [];
    private readonly ReadingBudget budget = parsingOptions.Budget;
    private int images;
    private int forms;
    private bool hasDrawing;

    /// <inheritdoc/>
    public override PdfPage Process(int pageNumberCurrent, IReadOnlyList<IGraphicsStateOperation> operations)
    {
        PageNumber = pageNumberCurrent;
        CloneAllStates();
        ProcessOperations(operations);
        return new PdfPage(glyphs, images, hasDrawing);
    }

    /// <inheritdoc/>
    public override void RenderGlyph(
        IFont font,
        CurrentGraphicsState currentState,
        double fontSize,
        double pointSize,
        int code,
        string unicode,
        long currentOffset,
        in TransformationMatrix renderingMatrix,
        in TransformationMatrix textMatrix,
        in TransformationMatrix transformationMatrix,
        CharacterBoundingBox characterBoundingBox
    )
    {
        budget.Check();
        if (glyphs.Count >= MostGlyphs)
        {
            budget.Refuse(DocumentRefusal.TooComplex);
        }
        PdfRectangle box = PerformantRectangleTransformer.Transform(
            renderingMatrix,
            textMatrix,
            transformationMatrix,
            new PdfRectangle(0, 0, characterBoundingBox.Width, 1)
        );
        double x = box.BottomRight.X - box.BottomLeft.X;
        double y = box.BottomRight.Y - box.BottomLeft.Y;
        double size = Math.Sqrt(Math.Pow(box.TopLeft.X - box.BottomLeft.X, 2) + Math.Pow(box.TopLeft.Y - box.BottomLeft.Y, 2));
        double along = Math.Sqrt((x * x) + (y * y));
        if (!double.IsFinite(size + along + box.BottomLeft.X + box.BottomLeft.Y) || size <= 0)
        {
            return; // nothing to see
        }
        bool straight = Math.Abs(y) <= 0.05 * Math.Abs(x);
        bool upright = Math.Abs(x) <= 0.05 * Math.Abs(y);
        (int turn, double left, double baseline) = (straight, upright) switch
        {
            (true, _) when x >= 0 => (0, box.BottomLeft.X, box.BottomLeft.Y),
            (true, _) => (2, -box.BottomLeft.X, -box.BottomLeft.Y),
            (_, true) when y > 0 => (1, box.BottomLeft.Y, -box.BottomLeft.X),
            (_, true) => (3, -box.BottomLeft.Y, box.BottomLeft.X),
            _ => (-1, box.BottomLeft.X, box.BottomLeft.Y),
        };
        bool bold = font.Details.IsBold || font.Details.Weight >= 600;
        glyphs.Add(new PdfGlyph(Meaning(font, unicode, code), left, left + along, baseline, size, bold, turn));
    }

    // Colours, patterns, shadings and graphics states say nothing about text, and the parser resolves them recursively and without a bound.
    private static bool IsOfText(IGraphicsStateOperation operation) =>
        operation is InvokeNamedXObject
        || operation.GetType().Namespace
            is Operations + ".TextObjects"
                or Operations + ".TextPositioning"
                or Operations + ".TextShowing"
                or Operations + ".TextState"
                or Operations + ".InlineImages"
        || operation.GetType().Namespace == Operations + ".SpecialGraphicsState"
            && operation is not SetGraphicsStateParametersFromDictionary;

    // A code that the font gives no meaning comes as itself. TeX's own encodings of letters have their ligatures at these places.
    private static string Meaning(IFont font, string unicode, int code) =>
        unicode is [< ' '] && unicode[0] == code
            ? code switch
            {
                _ when font.Name?.Data is { } name && OfSymbols.Any(kind => name.Contains(kind, StringComparison.Ordinal)) => "\uFFFD",
                11 or 27 => "ff",
                12 or 28 => "fi",
                13 or 29 => "fl",
                14 or 30 => "ffi",
                15 or 31 => "ffl",
                _ => "\uFFFD", // counted, and left out
            }
            : unicode;

    /// <inheritdoc/>
    public override void PushState()
    {
        if (StackSize > DeepestStates)
        {
            budget.Refuse(DocumentRefusal.TooComplex);
        }
        base.PushState();
    }

    /// <inheritdoc/>
    protected override void ProcessOperations(IReadOnlyList<IGraphicsStateOperation> operations)
    {
        foreach (IGraphicsStateOperation operation in operations)
        {
            budget.Check();
            if (IsOfText(operation))
            {
                operation.Run(this);
            }
            hasDrawing |= operation.GetType().Namespace == Operations + ".PathPainting";
        }
    }

    /// <inheritdoc/>
    protected override void ProcessFormXObject(StreamToken formStream, NameToken xObjectName)
    {
        if (++forms > DeepestForms)
        {
            budget.Refuse(DocumentRefusal.TooComplex);
        }
        base.ProcessFormXObject(formStream, xObjectName);
        forms--;
    }

    /// <inheritdoc/>
    protected override void RenderXObjectImage(XObjectContentRecord xObjectContentRecord) => images++;

    /// <inheritdoc/>
    protected override void RenderInlineImage(InlineImage inlineImage) => images++;

    /// <inheritdoc/>
    public override void EndInlineImage(Memory<byte> bytes)
    {
        images++;
        InlineImageBuilder = null;
    }

    /// <inheritdoc/>
    public override void BeginSubpath() { }

    /// <inheritdoc/>
    public override PdfPoint? CloseSubpath() => null;

    /// <inheritdoc/>
    public override void StrokePath(bool close) => hasDrawing = true;

    /// <inheritdoc/>
    public override void FillPath(FillingRule fillingRule, bool close) => hasDrawing = true;

    /// <inheritdoc/>
    public override void FillStrokePath(FillingRule fillingRule, bool close) => hasDrawing = true;

    /// <inheritdoc/>
    public override void MoveTo(double x, double y) { }

    /// <inheritdoc/>
    public override void BezierCurveTo(double x2, double y2, double x3, double y3) { }

    /// <inheritdoc/>
    public override void BezierCurveTo(double x1, double y1, double x2, double y2, double x3, double y3) { }

    /// <inheritdoc/>
    public override void LineTo(double x, double y) { }

    /// <inheritdoc/>
    public override void Rectangle(double x, double y, double width, double height) { }

    /// <inheritdoc/>
    public override void EndPath() { }

    /// <inheritdoc/>
    public override void ClosePath() { }

    /// <inheritdoc/>
    public override void ModifyClippingIntersect(FillingRule clippingRule) { }

    /// <inheritdoc/>
    protected override void ClipToRectangle(PdfRectangle rectangle, FillingRule clippingRule) { }

    /// <inheritdoc/>
    public override void BeginMarkedContent(NameToken name, NameToken? propertyDictionaryName, DictionaryToken? properties) { }

    /// <inheritdoc/>
    public override void EndMarkedContent() { }

    /// <inheritdoc/>
    public override void PaintShading(NameToken shadingName) => hasDrawing = true;
}
