using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Core;
using UglyToad.PdfPig.Filters;
using UglyToad.PdfPig.Graphics.Colors;
using UglyToad.PdfPig.Parser.Parts;
using UglyToad.PdfPig.PdfFonts;
using UglyToad.PdfPig.Tokenization.Scanner;
using UglyToad.PdfPig.Tokens;

namespace Lethe.Gateway.Documents.Reading.Pdf;

/// <summary>
/// A page's resources as far as they are text's: fonts, once their size is known, and forms. The parser would resolve colours, patterns
/// and shadings at once, recursively and without a bound.
/// </summary>
/// <param name="inner">The parser's.</param>
/// <param name="scanner">Finds objects.</param>
/// <param name="filters">Unpack streams.</param>
/// <param name="budget">Counts what fonts become in memory.</param>
internal sealed class PdfResources(IResourceStore inner, IPdfTokenScanner scanner, ILookupFilterProvider filters, ReadingBudget budget)
    : IResourceStore
{
    private readonly Dictionary<DictionaryToken, DictionaryToken> known = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<IndirectReference> knownFonts = [];
    private readonly PdfFontSizes sizes = new(scanner, filters, budget);

    /// <inheritdoc/>
    public void LoadResourceDictionary(DictionaryToken resourceDictionary)
    {
        budget.CheckNow();
        if (!known.TryGetValue(resourceDictionary, out DictionaryToken? ofText))
        {
            ofText = OfText(resourceDictionary);
            known.Add(resourceDictionary, ofText);
        }
        inner.LoadResourceDictionary(ofText);
    }

    /// <inheritdoc/>
    public void UnloadResourceDictionary() => inner.UnloadResourceDictionary();

    /// <inheritdoc/>
    public IFont? GetFont(NameToken name) => inner.GetFont(name);

    /// <inheritdoc/>
    public IFont GetFontDirectly(IndirectReferenceToken fontReferenceToken) =>
        throw new PdfDocumentFormatException("Only graphics states name fonts directly.");

    /// <inheritdoc/>
    public bool TryGetXObject(NameToken name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out StreamToken? stream) =>
        inner.TryGetXObject(name, out stream);

    /// <inheritdoc/>
    public bool TryGetXObjectReference(NameToken name, out IndirectReference reference) =>
        inner.TryGetXObjectReference(name, out reference);

    /// <inheritdoc/>
    public DictionaryToken? GetExtendedGraphicsStateDictionary(NameToken name) => null;

    /// <inheritdoc/>
    public bool TryGetNamedColorSpace(NameToken name, out ResourceColorSpace namedColorSpace)
    {
        namedColorSpace = default;
        return false;
    }

    /// <inheritdoc/>
    public ColorSpaceDetails GetColorSpaceDetails(NameToken? name, DictionaryToken? dictionary) =>
        inner.GetColorSpaceDetails(name, dictionary);

    /// <inheritdoc/>
    public ColorSpaceDetails GetDeviceColorSpaceDetails(ColorSpace deviceColorSpace) => inner.GetDeviceColorSpaceDetails(deviceColorSpace);

    /// <inheritdoc/>
    public DictionaryToken? GetMarkedContentPropertiesDictionary(NameToken name) => null;

    /// <inheritdoc/>
    public IReadOnlyDictionary<NameToken, PatternColor> GetPatterns() => inner.GetPatterns();

    /// <inheritdoc/>
    public Shading GetShading(NameToken name) => inner.GetShading(name);

    private DictionaryToken OfText(DictionaryToken resources)
    {
        Dictionary<NameToken, IToken> ofText = [];
        if (resources.TryGet(NameToken.Font, out IToken fonts))
        {
            ofText.Add(NameToken.Font, fonts);
            foreach (IToken font in DirectObjectFinder.Get<DictionaryToken>(fonts, scanner)?.Data.Values ?? [])
            {
                bool isKnown = font is IndirectReferenceToken { Data: var reference } && !knownFonts.Add(reference);
                if (!isKnown && DirectObjectFinder.TryGet(font, scanner, out DictionaryToken? dictionary))
                {
                    sizes.Count(dictionary);
                }
            }
        }
        if (resources.TryGet(NameToken.Xobject, out IToken forms))
        {
            ofText.Add(NameToken.Xobject, forms);
        }
        return new DictionaryToken(ofText);
    }
}
