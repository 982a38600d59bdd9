namespace Lethe.Gateway.Models.Extractive;

/// <summary>The few words that the model says itself, by language.</summary>
internal static class Phrases
{
    /// <summary>Says what a summary consists of.</summary>
    /// <param name="language">The language.</param>
    /// <returns>A line.</returns>
    public static ReadOnlySpan<byte> Summary(TextLanguage language) =>
        language switch
        {
            TextLanguage.De => "Die wichtigsten Sätze, wörtlich aus dem Text:"u8,
            TextLanguage.Fr => "Les phrases les plus importantes, citées du texte :"u8,
            TextLanguage.It => "Le frasi più importanti, citate dal testo:"u8,
            _ => "The most important sentences, word for word from the text:"u8,
        };

    /// <summary>Says what an answer consists of.</summary>
    /// <param name="language">The language.</param>
    /// <returns>A line.</returns>
    public static ReadOnlySpan<byte> Answer(TextLanguage language) =>
        language switch
        {
            TextLanguage.De => "Dazu steht im Text, wörtlich:"u8,
            TextLanguage.Fr => "Le texte dit à ce sujet :"u8,
            TextLanguage.It => "Il testo dice al riguardo:"u8,
            _ => "The text says about this, word for word:"u8,
        };

    /// <summary>Says that nothing was found.</summary>
    /// <param name="language">The language.</param>
    /// <returns>A line.</returns>
    public static ReadOnlySpan<byte> Nothing(TextLanguage language) =>
        language switch
        {
            TextLanguage.De => "Im Text wurde kein Satz gefunden, der darauf antwortet."u8,
            TextLanguage.Fr => "Aucune phrase du texte ne répond à cette question."u8,
            TextLanguage.It => "Nel testo non è stata trovata alcuna frase che risponda."u8,
            _ => "No sentence of the text was found that answers this."u8,
        };

    /// <summary>Says that there is no sentence to choose.</summary>
    /// <param name="language">The language.</param>
    /// <returns>A line.</returns>
    public static ReadOnlySpan<byte> NoSentence(TextLanguage language) =>
        language switch
        {
            TextLanguage.De => "Der Text enthält keine ganzen Sätze, aus denen eine Zusammenfassung gewählt werden könnte."u8,
            TextLanguage.Fr => "Le texte ne contient aucune phrase complète à retenir pour un résumé."u8,
            TextLanguage.It => "Il testo non contiene frasi complete da scegliere per un riassunto."u8,
            _ => "The text has no whole sentences from which a summary could be chosen."u8,
        };

    /// <summary>Names a document by its number.</summary>
    /// <param name="language">The language.</param>
    /// <returns>A word.</returns>
    public static ReadOnlySpan<byte> Document(TextLanguage language) =>
        language switch
        {
            TextLanguage.De => "Dokument "u8,
            TextLanguage.It => "Documento "u8,
            _ => "Document "u8,
        };

    /// <summary>Names a numbered clause.</summary>
    /// <param name="language">The language.</param>
    /// <returns>A word.</returns>
    public static ReadOnlySpan<byte> Clause(TextLanguage language) =>
        language switch
        {
            TextLanguage.De => "Ziffer "u8,
            TextLanguage.En => "clause "u8,
            TextLanguage.Fr => "point "u8,
            _ => "punto "u8,
        };

    /// <summary>Names a numbered part of a section.</summary>
    /// <param name="language">The language.</param>
    /// <returns>A word.</returns>
    public static ReadOnlySpan<byte> Paragraph(TextLanguage language) =>
        language switch
        {
            TextLanguage.De => " Abs. "u8,
            TextLanguage.En => " para. "u8,
            TextLanguage.Fr => " al. "u8,
            _ => " comma "u8,
        };
}
