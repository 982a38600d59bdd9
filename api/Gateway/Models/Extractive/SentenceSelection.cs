namespace Lethe.Gateway.Models.Extractive;

/// <summary>
/// Chooses sentences: for a summary by maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998), so that what was said
/// is not said again, with a share for every part of the text; for an answer by relevance alone.
/// </summary>
internal static class SentenceSelection
{
    private const float Novelty = 0.35f;
    private const float SameSection = 0.5f;
    private const float SameBlock = 0.6f;
    private const float SamePart = 0.75f;
    private const float Alike = 0.6f;

    /// <summary>Chooses the sentences of a summary.</summary>
    /// <param name="index">The sentences.</param>
    /// <param name="centrality">How central they are.</param>
    /// <param name="relevance">How they answer to an instruction; null without one.</param>
    /// <param name="most">How many sentences, at most.</param>
    /// <param name="mostBytes">How many bytes, at most.</param>
    /// <returns>Sentences in the order of the text.</returns>
    public static List<int> Summary(SentenceIndex index, Centrality centrality, Relevance? relevance, int most, int mostBytes)
    {
        ReadOnlySpan<Sentence> sentences = index.Sentences;
        float[] scores = Scores(sentences, centrality, relevance);
        float[] closeness = new float[sentences.Length];
        Dictionary<int, int> sections = [];
        Dictionary<int, int> blocks = [];
        int[] parts = new int[most];
        List<int> chosen = [];
        int bytes = 0;
        int opening = relevance is null ? Opening(sentences) : -1;
        while (chosen.Count < most)
        {
            int best = opening;
            float highest = 0;
            for (int i = 0; opening < 0 && i < sentences.Length; i++)
            {
                if (scores[i] <= 0 || closeness[i] > Alike)
                {
                    continue;
                }
                float spread =
                    MathF.Pow(SameSection, sections.GetValueOrDefault(sentences[i].Heading))
                    * MathF.Pow(SameBlock, blocks.GetValueOrDefault(sentences[i].Block))
                    * MathF.Pow(SamePart, parts[PartOf(i, sentences.Length, most)]);
                float value = (scores[i] * spread * (1 - Novelty)) - (Novelty * closeness[i] * scores[i]);
                if (value > highest)
                {
                    (best, highest) = (i, value);
                }
            }
            opening = -1;
            if (best < 0)
            {
                break;
            }
            Sentence taken = sentences[best];
            scores[best] = 0;
            if (bytes + taken.End - taken.Start > mostBytes)
            {
                continue;
            }
            bytes += taken.End - taken.Start;
            chosen.Add(best);
            sections[taken.Heading] = sections.GetValueOrDefault(taken.Heading) + (taken.Heading < 0 ? 0 : 1);
            blocks[taken.Block] = blocks.GetValueOrDefault(taken.Block) + 1;
            parts[PartOf(best, sentences.Length, most)]++;
            centrality.RaiseTo(best, closeness);
            SkipOverlapping(sentences, taken, scores);
        }
        Array.Clear(scores);
        Array.Clear(closeness);
        chosen.Sort();
        return chosen;
    }

    /// <summary>Chooses the sentences of an answer.</summary>
    /// <param name="index">The sentences.</param>
    /// <param name="text">Their text.</param>
    /// <param name="relevance">How they answer.</param>
    /// <param name="atLeast">The score below which nothing is chosen.</param>
    /// <param name="most">How many, at most.</param>
    /// <returns>Sentences in the order of the text.</returns>
    public static List<int> Answer(SentenceIndex index, ReadOnlySpan<byte> text, Relevance relevance, float atLeast, int most)
    {
        ReadOnlySpan<Sentence> sentences = index.Sentences;
        float[] scores = relevance.Scores.ToArray();
        List<int> chosen = [];
        while (chosen.Count < most)
        {
            int best = -1;
            for (int i = 0; i < scores.Length; i++)
            {
                if (sentences[i].Prior > 0 && scores[i] >= atLeast && scores[i] > 0 && (best < 0 || scores[i] > scores[best]))
                {
                    best = i;
                }
            }
            if (best < 0)
            {
                break;
            }
            scores[best] = 0;
            bool said = false;
            foreach (int other in chosen)
            {
                said |= SaysTheSame(text, sentences[other], sentences[best]);
            }
            if (said)
            {
                continue;
            }
            chosen.Add(best);
            SkipOverlapping(sentences, sentences[best], scores);
            int before = best - 1;
            if (
                sentences[best].Leans
                && before >= 0
                && sentences[before].Block == sentences[best].Block
                && !chosen.Contains(before)
                && chosen.Count < most
            )
            {
                scores[before] = 0;
                chosen.Add(before); // what it leans on
            }
        }
        Array.Clear(scores);
        chosen.Sort();
        return chosen;
    }

    // A text says at its beginning what it is about: the first good one of its first sentences opens the summary.
    private static int Opening(ReadOnlySpan<Sentence> sentences)
    {
        int tried = 0;
        for (int i = 0; i < sentences.Length && tried < 5; i++)
        {
            if (sentences[i].Prior >= 0.5f && sentences[i].HasCue)
            {
                return i;
            }
            tried += sentences[i].Prior > 0 ? 1 : 0;
        }
        return -1;
    }

    private static float[] Scores(ReadOnlySpan<Sentence> sentences, Centrality centrality, Relevance? relevance)
    {
        float[] scores = new float[sentences.Length];
        float mostRelevant = 0;
        foreach (float score in relevance is null ? default : relevance.Scores)
        {
            mostRelevant = Math.Max(mostRelevant, score);
        }
        for (int i = 0; i < scores.Length; i++)
        {
            float rank = centrality.Ranks[i];
            float about = mostRelevant > 0 ? relevance!.Scores[i] / mostRelevant : 0;
            scores[i] = sentences[i].Prior * (mostRelevant > 0 ? (0.35f * rank) + (0.65f * about) : rank);
        }
        return scores;
    }

    // A list that was taken whole is not taken again in pieces.
    private static void SkipOverlapping(ReadOnlySpan<Sentence> sentences, in Sentence taken, float[] scores)
    {
        for (int i = 0; i < sentences.Length; i++)
        {
            if (sentences[i].Start < taken.End && taken.Start < sentences[i].End)
            {
                scores[i] = 0;
            }
        }
    }

    // Forms say the same for each of their variants.
    private static bool SaysTheSame(ReadOnlySpan<byte> text, in Sentence one, in Sentence other) =>
        text[one.Start..one.End].SequenceEqual(text[other.Start..other.End]);

    private static int PartOf(int sentence, int sentences, int parts) => (int)((long)sentence * parts / sentences);
}
