namespace Lethe.Gateway.Models.Extractive;

/// <summary>
/// LexRank with continuous weights (Erkan and Radev, "LexRank: graph-based lexical centrality as salience in text
/// summarization", JAIR 22, 2004): sentences are nodes, an edge weighs the cosine of two sentences' TF-IDF vectors, and a
/// sentence is central when a random walker often comes by. The matrix of cosines is X·Xᵀ, so that each step of the power
/// iteration goes through the terms once and the edges are never written down: time and memory grow with the text, not
/// with the square of its sentences.
/// </summary>
internal sealed class Centrality : IDisposable
{
    private const float Damping = 0.85f;
    private const int Steps = 25;
    private readonly SentenceIndex index;
    private readonly float[] weights; // TF-IDF per occurrence, each sentence of length 1
    private readonly float[] byTerm;
    private readonly float[] rank;

    public Centrality(SentenceIndex index)
    {
        this.index = index;
        ReadOnlySpan<Sentence> sentences = index.Sentences;
        weights = new float[sentences.Length == 0 ? 0 : sentences[^1].FirstTerm + sentences[^1].Terms];
        byTerm = new float[index.Vocabulary.Count];
        rank = new float[sentences.Length];
        Weigh(sentences);
        Walk(sentences);
    }

    /// <summary>Gets how central each sentence is; the most central has 1.</summary>
    public ReadOnlySpan<float> Ranks => rank;

    /// <summary>Raises each sentence's closeness to what was chosen by one more chosen sentence.</summary>
    /// <param name="chosen">The sentence.</param>
    /// <param name="closeness">The largest cosine of TF-IDF vectors so far, per sentence, 0 to 1.</param>
    public void RaiseTo(int chosen, float[] closeness)
    {
        ReadOnlySpan<Sentence> sentences = index.Sentences;
        Scatter(sentences[chosen], 1);
        for (int i = 0; i < closeness.Length; i++)
        {
            closeness[i] = Math.Max(closeness[i], Gather(sentences[i]));
        }
        Array.Clear(byTerm);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.Clear(weights);
        Array.Clear(byTerm);
        Array.Clear(rank);
    }

    private void Weigh(ReadOnlySpan<Sentence> sentences)
    {
        int count = sentences.Length;
        foreach (ref readonly Sentence sentence in sentences)
        {
            ReadOnlySpan<int> terms = index.TermsOf(sentence);
            foreach (int term in terms)
            {
                byTerm[term] += 1;
            }
            float norm = 0;
            foreach (int term in terms)
            {
                float idf = MathF.Log((count + 1f) / index.Vocabulary.SentencesWith(term));
                float weight = byTerm[term] * idf; // an occurrence of n adds up to n times its share of the square
                norm += weight * idf;
            }
            norm = norm > 0 ? 1 / MathF.Sqrt(norm) : 0;
            for (int i = 0; i < terms.Length; i++)
            {
                weights[sentence.FirstTerm + i] = MathF.Log((count + 1f) / index.Vocabulary.SentencesWith(terms[i])) * norm;
            }
            foreach (int term in terms)
            {
                byTerm[term] = 0;
            }
        }
    }

    private void Walk(ReadOnlySpan<Sentence> sentences)
    {
        int count = sentences.Length;
        if (count == 0)
        {
            return;
        }
        float[] degree = new float[count];
        float[] share = new float[count];
        Array.Fill(share, 1f);
        Multiply(sentences, share, degree);
        Array.Fill(rank, 1f / count);
        for (int step = 0; step < Steps; step++)
        {
            for (int i = 0; i < count; i++)
            {
                share[i] = degree[i] > 0 ? rank[i] / degree[i] : 0;
            }
            Multiply(sentences, share, rank);
            for (int i = 0; i < count; i++)
            {
                rank[i] = ((1 - Damping) / count) + (Damping * rank[i]);
            }
        }
        float most = rank.Max();
        for (int i = 0; i < count; i++)
        {
            rank[i] /= most;
        }
        Array.Clear(degree);
        Array.Clear(share);
    }

    // result = X (Xᵀ share)
    private void Multiply(ReadOnlySpan<Sentence> sentences, float[] share, float[] result)
    {
        for (int i = 0; i < sentences.Length; i++)
        {
            Scatter(sentences[i], share[i]);
        }
        for (int i = 0; i < sentences.Length; i++)
        {
            result[i] = Gather(sentences[i]);
        }
        Array.Clear(byTerm);
    }

    private void Scatter(in Sentence sentence, float factor)
    {
        ReadOnlySpan<int> terms = index.TermsOf(sentence);
        for (int i = 0; i < terms.Length; i++)
        {
            byTerm[terms[i]] += factor * weights[sentence.FirstTerm + i];
        }
    }

    private float Gather(in Sentence sentence)
    {
        ReadOnlySpan<int> terms = index.TermsOf(sentence);
        float sum = 0;
        for (int i = 0; i < terms.Length; i++)
        {
            sum += byTerm[terms[i]] * weights[sentence.FirstTerm + i];
        }
        return sum;
    }
}
