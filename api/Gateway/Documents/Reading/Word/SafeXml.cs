using System.Xml;

namespace Lethe.Gateway.Documents.Reading.Word;

/// <summary>XML from strangers: no document type, nothing external, bounded depth.</summary>
internal static class SafeXml
{
    /// <summary>Nesting beyond this is refused: the SDK builds trees recursively, and no one's letter nests so deep.</summary>
    public const int DeepestNesting = 256;

    /// <summary>Opens a reader.</summary>
    /// <param name="part">The part's bytes.</param>
    /// <returns>The reader.</returns>
    public static XmlReader Open(ArraySegment<byte> part) =>
        XmlReader.Create(
            new MemoryStream(part.Array!, part.Offset, part.Count, writable: false),
            new XmlReaderSettings
            {
                DtdProcessing = DtdProcessing.Prohibit,
                XmlResolver = null,
                IgnoreComments = true,
                IgnoreProcessingInstructions = true,
                MaxCharactersFromEntities = 1024,
                CloseInput = true,
            }
        );

    /// <summary>Goes to the next node.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="budget">Is asked each time.</param>
    /// <returns>Whether there is one.</returns>
    public static bool Next(XmlReader reader, ReadingBudget budget)
    {
        budget.Check();
        if (!reader.Read())
        {
            return false;
        }
        if (reader.Depth > DeepestNesting)
        {
            budget.Refuse(DocumentRefusal.TooComplex);
        }
        return true;
    }

    /// <summary>Reads a part to its end before someone else does who would not look.</summary>
    /// <param name="part">The part's bytes.</param>
    /// <param name="budget">Is asked at each node.</param>
    public static void Check(ArraySegment<byte> part, ReadingBudget budget)
    {
        using XmlReader reader = Open(part);
        while (Next(reader, budget))
        {
            // Well-formed and flat enough so far.
        }
    }
}
