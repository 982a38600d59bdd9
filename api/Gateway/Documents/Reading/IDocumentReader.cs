namespace Lethe.Gateway.Documents.Reading;

/// <summary>Reads one format.</summary>
internal interface IDocumentReader
{
    /// <summary>Gets a value indicating whether reading takes long enough, or nests deeply enough, for a thread of its own.</summary>
    bool IsHeavy { get; }

    /// <summary>Reads a document's text.</summary>
    /// <param name="file">The file.</param>
    /// <param name="text">Takes the text.</param>
    /// <param name="budget">Bounds; asked again and again.</param>
    /// <returns>How much was read.</returns>
    /// <exception cref="DocumentRefusedException">The document is refused.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    Coverage Read(ReadOnlyMemory<byte> file, DocumentTextBuilder text, ReadingBudget budget);
}
