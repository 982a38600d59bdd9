using System.Security.Cryptography;
using UglyToad.PdfPig;
using UglyToad.PdfPig.Core;
using UglyToad.PdfPig.Exceptions;
using UglyToad.PdfPig.Fonts;

namespace Lethe.Gateway.Documents.Reading.Pdf;

/// <summary><c>.pdf</c>: the text of its pages in reading order, without running headers and footers. Pictures are not read.</summary>
internal sealed class PdfReader : IDocumentReader
{
    private const int HeaderWithin = 1024; // ISO 32000-2, annex I

    /// <inheritdoc/>
    public bool IsHeavy => true;

    /// <inheritdoc/>
    public Coverage Read(ReadOnlyMemory<byte> file, DocumentTextBuilder text, ReadingBudget budget)
    {
        if (file.Span[..Math.Min(HeaderWithin, file.Length)].IndexOf("%PDF-"u8) < 0)
        {
            throw new DocumentRefusedException(DocumentRefusal.NotWhatItSays);
        }
        PdfResidue.Forget(); // learns the parser's own names before the first document
        byte[] copy = file.ToArray();
        PdfHazards.Hide(copy);
        try
        {
            if (PdfHazards.HasEndlessObjects(copy))
            {
                budget.Refuse(DocumentRefusal.TooComplex);
            }
            return ReadWithin(copy, text, budget);
        }
        finally
        {
            PdfResidue.Forget();
            CryptographicOperations.ZeroMemory(copy);
        }
    }

    private static Coverage ReadWithin(byte[] file, DocumentTextBuilder text, ReadingBudget budget)
    {
        try
        {
            return ReadPages(file, text, budget);
        }
        catch (Exception failure) when (IsOfTheParser(failure))
        {
            budget.CheckNow(); // the parser may have wrapped the refusal
            throw new DocumentRefusedException(
                failure switch
                {
                    PdfDocumentEncryptedException => DocumentRefusal.Encrypted,
                    PdfDocumentStackDepthException => DocumentRefusal.TooComplex,
                    _ => DocumentRefusal.Damaged,
                }
            );
        }
    }

    // PdfPig throws what its callees throw: a malformed number, index or cast is a malformed file. Faults of the machine are not among them.
    private static bool IsOfTheParser(Exception failure) =>
        failure.GetType() == typeof(Exception) // it throws that too, in ten places
        || failure
            is PdfDocumentEncryptedException
                or PdfDocumentFormatException
                or PdfDocumentStackDepthException
                or CorruptCompressedDataException
                or InvalidFontFormatException
                or InvalidOperationException
                or ArgumentException
                or FormatException
                or ArithmeticException
                or InvalidCastException
                or IndexOutOfRangeException
                or NullReferenceException
                or KeyNotFoundException
                or NotSupportedException
                or NotImplementedException
                or IOException
                or InvalidDataException
                or CryptographicException;

    private static Coverage ReadPages(byte[] file, DocumentTextBuilder text, ReadingBudget budget)
    {
        PdfOptions options = new(budget)
        {
            UseLenientParsing = true,
            ClipPaths = false,
            SkipMissingFonts = true,
            FilterProvider = new PdfFilters(budget),
            Logger = new PdfSilence(budget),
            MaxStackDepth = 128,
        };
        using PdfInput input = new(file, budget);
        using PdfDocument document = PdfDocument.Open(input, options);
        budget.CheckNow();
        if (document.IsEncrypted && PdfHazards.MayHideObjects(file))
        {
            budget.Refuse(DocumentRefusal.Encrypted);
        }
        if (document.NumberOfPages > budget.Options.MaxPages)
        {
            budget.Refuse(DocumentRefusal.TooLarge);
        }
        document.AddPageFactory<object, PdfPageFactory>();
        CoverageNotes notes = new();
        List<List<PdfLine>> pages = [];
        int read = 0;
        for (int number = 1; number <= document.NumberOfPages; number++)
        {
            budget.CheckNow();
            (List<PdfLine> lines, bool understood) = ReadPage(document, number, notes, budget);
            pages.Add(lines);
            read += understood ? 1 : 0;
        }
        if (document.NumberOfPages > 0 && notes.Count(CoverageNoteKind.UnreadablePages) == document.NumberOfPages)
        {
            throw new DocumentRefusedException(DocumentRefusal.Damaged);
        }
        notes.Add(CoverageNoteKind.SkippedHeadersAndFooters, PdfRunningLines.Remove(pages));
        PdfParagraphs paragraphs = new(pages, text);
        foreach (List<PdfLine> page in pages)
        {
            paragraphs.Add(page);
            page.ForEach(line => Array.Clear(line.Text));
        }
        text.End();
        notes.Add(CoverageNoteKind.UnreadableCharacters, text.Unreadable);
        double share = document.NumberOfPages == 0 ? 1 : Math.Round((double)read / document.NumberOfPages, 4);
        return notes.ToCoverage(share, read == document.NumberOfPages);
    }

    private static (List<PdfLine> Lines, bool Understood) ReadPage(
        PdfDocument document,
        int number,
        CoverageNotes notes,
        ReadingBudget budget
    )
    {
        PdfPage page;
        try
        {
            page = (PdfPage)document.GetPage<object>(number);
        }
        catch (Exception failure) when (IsOfTheParser(failure) && failure is not PdfDocumentStackDepthException)
        {
            budget.CheckNow();
            notes.Add(CoverageNoteKind.UnreadablePages);
            return ([], false);
        }
        notes.Add(CoverageNoteKind.ImagesWithoutText, page.Images);
        List<PdfLine> lines = PdfFlow.Order(PdfLines.Of(page, budget));
        bool blank = page is { Images: 0, HasDrawing: false };
        if (lines.Count == 0 && !blank)
        {
            notes.Add(CoverageNoteKind.PagesWithoutText);
        }
        return (lines, lines.Count > 0 || blank);
    }
}
