using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using Lethe.Gateway.Sealing;
using Microsoft.Extensions.Options;

namespace Lethe.Gateway.Models.Extractive;

/// <summary>
/// The embedded model: it selects sentences and writes none. Summaries by LexRank with maximal marginal relevance, answers by
/// BM25 (see <see cref="Centrality"/>, <see cref="SentenceSelection"/>, <see cref="Relevance"/>); German and English, French and Italian
/// with less knowledge. Same text, same answer. Needs no network and no weights.
/// </summary>
internal sealed class ExtractiveProtocol(IOptions<ModelOptions> options) : IModelProtocol, IDisposable
{
    /// <summary>The protocol's name.</summary>
    public const string ProtocolName = "extractive";

    private const int MostAnswerBytes = 16 * 1024;
    private const int SummaryBytes = 6000;
    private const int AnswerSentences = 6;
    private const float WorthTelling = 0.48f;
    private readonly SemaphoreSlim runs = new(options.Value.EmbeddedRuns);

    /// <inheritdoc/>
    public string Name => ProtocolName;

    /// <inheritdoc/>
    public ModelInput Input => ModelInput.Material;

    /// <inheritdoc/>
    public bool Supports(ModelAction action) => action is ModelAction.Summarise or ModelAction.Ask or ModelAction.Chat;

    /// <inheritdoc/>
    public async IAsyncEnumerable<ModelEvent> RunAsync(
        ModelRoute route,
        ModelRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        ModelMaterial material = request.Material ?? throw new ArgumentException("no material", nameof(request));
        IReadOnlyList<MaterialText> texts = material.Selection.IsEmpty ? material.Documents : [new MaterialText(material.Selection)];
        int steps = (2 * texts.Count) + 1;
        await runs.WaitAsync(cancellationToken);
        try
        {
            await Task.Yield(); // from here on it computes: not on the caller's stack
            using PlainWriter answer = new(MostAnswerBytes);
            using ExtractiveRun run = new(texts, material.Instruction, request.Action, Math.Min(SummaryBytes, request.MaxOutputTokens * 3));
            yield return new ModelProgress(0, steps);
            for (int i = 0; i < texts.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                run.Index(i);
                yield return new ModelProgress((2 * i) + 1, steps);
                cancellationToken.ThrowIfCancellationRequested();
                run.Rank(i);
                yield return new ModelProgress((2 * i) + 2, steps);
            }
            run.Select(AnswerSentences, WorthTelling);
            yield return new ModelProgress(steps, steps);
            int sent = 0;
            while (run.WriteNext(answer))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return new TextDelta(answer.Written[sent..]);
                sent = answer.Length;
            }
            yield return new ModelUsage(TokenEstimate.OfPrompt(request, Input), TokenEstimate.OfBytes(sent), Measured: false);
            yield return new ModelFinished(FinishReason.Complete);
        }
        finally
        {
            runs.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => runs.Dispose();
}

/// <summary>One run over some texts, step by step.</summary>
internal sealed class ExtractiveRun(IReadOnlyList<MaterialText> texts, ReadOnlyMemory<byte> instruction, ModelAction action, int mostBytes)
    : IDisposable
{
    private readonly SentenceIndex?[] indexes = new SentenceIndex?[texts.Count];
    private readonly Centrality?[] centralities = new Centrality?[texts.Count];
    private readonly Relevance?[] relevances = new Relevance?[texts.Count];
    private readonly List<int>[] chosen = new List<int>[texts.Count];
    private readonly bool answers = action != ModelAction.Summarise && Wishes.AsksSomething(instruction.Span);
    private int atText;
    private int atSentence = -1;
    private bool begun;

    /// <summary>Reads a text's sentences.</summary>
    /// <param name="i">Which text.</param>
    public void Index(int i) => indexes[i] = SentenceIndex.Of(texts[i]);

    /// <summary>Ranks a text's sentences.</summary>
    /// <param name="i">Which text.</param>
    public void Rank(int i)
    {
        SentenceIndex index = indexes[i]!;
        relevances[i] = Relevance.Of(index, texts[i].Utf8.Span, instruction.Span);
        centralities[i] = answers ? null : new Centrality(index);
    }

    /// <summary>Chooses sentences.</summary>
    /// <param name="answerSentences">How many an answer has, at most.</param>
    /// <param name="worthTelling">Which share of the best score a sentence of an answer needs.</param>
    public void Select(int answerSentences, float worthTelling)
    {
        float best = 0;
        foreach (Relevance? relevance in relevances)
        {
            foreach (float score in relevance!.Scores)
            {
                best = Math.Max(best, score);
            }
        }
        for (int i = 0; i < chosen.Length; i++)
        {
            if (answers)
            {
                chosen[i] = SentenceSelection.Answer(indexes[i]!, texts[i].Utf8.Span, relevances[i]!, best * worthTelling, answerSentences);
                continue;
            }
            int wished = Wishes.Sentences(instruction.Span);
            int most = wished > 0 ? wished : SentencesFor(indexes[i]!.Sentences);
            Relevance? about = relevances[i]!.KnownWords > 0 ? relevances[i] : null;
            chosen[i] = SentenceSelection.Summary(indexes[i]!, centralities[i]!, about, most, mostBytes / chosen.Length);
        }
    }

    /// <summary>Writes the next piece of the answer.</summary>
    /// <param name="output">Takes UTF-8.</param>
    /// <returns>Whether anything was written.</returns>
    public bool WriteNext(IBufferWriter<byte> output)
    {
        if (!begun)
        {
            begun = true;
            TextLanguage language = indexes.Length > 0 ? indexes[0]!.Language : TextLanguage.En;
            bool none = chosen.All(sentences => sentences.Count == 0);
            ReadOnlySpan<byte> line =
                answers ? (none ? Phrases.Nothing(language) : Phrases.Answer(language))
                : none ? Phrases.NoSentence(language)
                : Phrases.Summary(language);
            output.Write(line);
            output.Write("\n"u8);
            return true;
        }
        while (atText < chosen.Length)
        {
            if (atSentence < 0 && chosen.Length > 1 && chosen[atText].Count > 0)
            {
                WriteDocument(output);
                atSentence = 0;
                return true;
            }
            atSentence = Math.Max(atSentence, 0);
            if (atSentence < chosen[atText].Count)
            {
                SentenceIndex index = indexes[atText]!;
                SentenceWriter.Write(index, texts[atText].Utf8.Span, index.Sentences[chosen[atText][atSentence++]], output);
                return true;
            }
            atText++;
            atSentence = -1;
        }
        return false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        for (int i = 0; i < indexes.Length; i++)
        {
            centralities[i]?.Dispose();
            relevances[i]?.Dispose();
            indexes[i]?.Dispose();
        }
    }

    // Twice the logarithm: 5 of 10 sentences, 11 of 300, 19 of 15,000.
    private static int SentencesFor(ReadOnlySpan<Sentence> sentences)
    {
        int usable = 0;
        foreach (ref readonly Sentence sentence in sentences)
        {
            usable += sentence.Prior > 0 ? 1 : 0;
        }
        return usable < 4 ? 3 : (int)Math.Round(2 * Math.Log(usable));
    }

    private void WriteDocument(IBufferWriter<byte> output)
    {
        output.Write("\n"u8);
        output.Write(Phrases.Document(indexes[atText]!.Language));
        Span<byte> number = stackalloc byte[11];
        Utf8Formatter.TryFormat(atText + 1, number, out int digits);
        output.Write(number[..digits]);
        output.Write(":"u8);
    }
}
