namespace Lethe.Gateway.Models.Extractive;

/// <summary>
/// Okapi BM25 (Robertson, Walker and others, TREC-3, 1994) with sentences as documents: how well each answers to the words of
/// an instruction. A word of the instruction also counts, for less, where it is part of a compound, where one of its own parts
/// stands, and where a word with the same beginning stands; and in the heading above and in the sentences beside.
/// </summary>
internal sealed class Relevance : IDisposable
{
    private const float Saturation = 1.2f;
    private const float LengthShare = 0.6f;
    private readonly float[] scores;

    private Relevance(int sentences) => scores = new float[sentences];

    /// <summary>Gets how many words of the instruction say what it is about.</summary>
    public int Words { get; private set; }

    /// <summary>Gets how many of them the text knows.</summary>
    public int KnownWords { get; private set; }

    /// <summary>Gets each sentence's score, 0 or more.</summary>
    public ReadOnlySpan<float> Scores => scores;

    /// <summary>Scores all sentences.</summary>
    /// <param name="index">The sentences.</param>
    /// <param name="text">Their text, for the headings.</param>
    /// <param name="instruction">The instruction, UTF-8.</param>
    /// <returns>The scores.</returns>
    public static Relevance Of(SentenceIndex index, ReadOnlySpan<byte> text, ReadOnlySpan<byte> instruction)
    {
        Relevance relevance = new(index.Sentences.Length);
        float[] match = new float[index.Vocabulary.Count];
        float[] counts = new float[index.Sentences.Length];
        TextLanguage asked = WordLists.Guess(instruction);
        bool duration = false;
        Span<char> folded = stackalloc char[WordReader.LongestWord];
        WordReader words = new(instruction, folded);
        HashSet<ulong> seen = [];
        while (words.MoveNext())
        {
            ulong hash = TermHash.Of(words.Folded);
            duration |= WordLists.AsksForMeasure.Contains(hash);
            bool empty =
                words.Folded.Length < 2
                || WordLists.Asking.Contains(hash)
                || WordLists.IsStopWord(hash, asked)
                || WordLists.IsStopWord(hash, index.Language);
            if (empty || !seen.Add(hash))
            {
                continue;
            }
            relevance.Words++;
            Array.Clear(match);
            if (MatchWithKin(index.Vocabulary, words.Folded, match))
            {
                relevance.KnownWords++;
                relevance.Add(index, text, match, counts);
            }
        }
        folded.Clear();
        Array.Clear(match);
        Array.Clear(counts);
        relevance.Finish(index.Sentences, duration);
        return relevance;
    }

    /// <inheritdoc/>
    public void Dispose() => Array.Clear(scores);

    private static bool MatchWithKin(Vocabulary vocabulary, Span<char> folded, float[] match)
    {
        Span<char> kin = stackalloc char[WordReader.LongestWord];
        bool any = false;
        foreach (string[] group in WordLists.Kin)
        {
            bool belongs = false;
            foreach (string word in group)
            {
                belongs |= folded.SequenceEqual(word);
            }
            for (int i = 0; belongs && i < group.Length; i++)
            {
                group[i].CopyTo(kin);
                any |= vocabulary.Match(kin[..group[i].Length], 0.6f, match);
            }
        }
        return vocabulary.Match(folded, 1f, match) | any;
    }

    private void Add(SentenceIndex index, ReadOnlySpan<byte> text, float[] match, float[] counts)
    {
        ReadOnlySpan<Sentence> sentences = index.Sentences;
        float average = 1;
        int with = 0;
        for (int i = 0; i < sentences.Length; i++)
        {
            float count = 0;
            foreach (int term in index.TermsOf(sentences[i]))
            {
                count += match[term];
            }
            counts[i] = count;
            with += count > 0 ? 1 : 0;
            average += sentences[i].Terms;
        }
        average /= sentences.Length;
        float idf = MathF.Log(1 + ((sentences.Length - with + 0.5f) / (with + 0.5f)));
        Dictionary<int, float> headings = [];
        for (int i = 0; i < sentences.Length; i++)
        {
            float beside = Math.Max(
                i > 0 && sentences[i - 1].Block == sentences[i].Block ? counts[i - 1] : 0,
                i + 1 < sentences.Length && sentences[i + 1].Block == sentences[i].Block ? counts[i + 1] : 0
            );
            float above = HeadingMatch(index, text, sentences[i].Heading, match, headings);
            float count = counts[i] + (0.25f * Math.Min(beside, 1)) + (0.5f * Math.Min(above, 1));
            float length = 1 - LengthShare + (LengthShare * sentences[i].Terms / average);
            scores[i] += idf * (count * (Saturation + 1) / (count + (Saturation * length)));
        }
    }

    private static float HeadingMatch(
        SentenceIndex index,
        ReadOnlySpan<byte> text,
        int heading,
        float[] match,
        Dictionary<int, float> known
    )
    {
        if (heading < 0)
        {
            return 0;
        }
        if (known.TryGetValue(heading, out float sum))
        {
            return sum;
        }
        Span<char> folded = stackalloc char[WordReader.LongestWord];
        TextBlock block = index.Blocks[heading];
        WordReader words = new(text[block.Start..block.End], folded);
        while (words.MoveNext())
        {
            int term = index.Vocabulary.Find(words.Folded);
            sum += term < 0 ? 0 : match[term];
        }
        folded.Clear();
        known[heading] = sum;
        return sum;
    }

    private void Finish(ReadOnlySpan<Sentence> sentences, bool duration)
    {
        for (int i = 0; i < scores.Length; i++)
        {
            float prior = Math.Min(sentences[i].Prior, 1);
            scores[i] *= (0.4f + (0.6f * prior)) * (duration && sentences[i].Measures ? 1.35f : 1f);
        }
    }
}
