namespace Lethe.Gateway.Documents.Reading.Pdf;

/// <summary><c>.pdf</c>.</summary>
internal sealed class PdfReader : IDocumentReader
{
    /// <inheritdoc/>
    public bool IsHeavy => true;

    /// <inheritdoc/>
    public Coverage Read(ReadOnlyMemory<byte> file, DocumentTextBuilder text, ReadingBudget budget) => throw new NotSupportedException();
}
