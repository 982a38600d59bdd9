using System.Runtime.InteropServices;

namespace Lethe.Gateway.Models.Extractive;

/// <summary>
/// The sentences of one text with their terms. It refers to the text by places and to its words by hashes, and zeroes both with
/// <see cref="Dispose"/>.
/// </summary>
internal sealed class SentenceIndex : IDisposable
{
    private const int LongestUnit = 750;
    private readonly List<TextBlock> blocks = [];
    private readonly List<Sentence> sentences = [];
    private readonly List<int> terms = [];
    private readonly Vocabulary vocabulary;

    private SentenceIndex(TextLanguage language)
    {
        Language = language;
        vocabulary = new Vocabulary(language);
    }

    /// <summary>Gets the text's language.</summary>
    public TextLanguage Language { get; }

    /// <summary>Gets the blocks.</summary>
    public IReadOnlyList<TextBlock> Blocks => blocks;

    /// <summary>Gets the words.</summary>
    public Vocabulary Vocabulary => vocabulary;

    /// <summary>Gets the sentences.</summary>
    public ReadOnlySpan<Sentence> Sentences => CollectionsMarshal.AsSpan(sentences);

    /// <summary>Indexes a text.</summary>
    /// <param name="source">The text.</param>
    /// <returns>The index, to be disposed of.</returns>
    public static SentenceIndex Of(MaterialText source)
    {
        ReadOnlySpan<byte> text = source.Utf8.Span;
        SentenceIndex index = new(WordLists.Guess(text));
        BlockScanner scanner = new(text, index.blocks);
        if (source.Paragraphs is { Count: > 0 } paragraphs)
        {
            scanner.Scan(paragraphs);
        }
        else
        {
            scanner.Scan();
        }
        index.Split(text);
        index.AddHeadings(text);
        index.vocabulary.FindParts(text);
        return index;
    }

    /// <summary>Gets a sentence's terms.</summary>
    /// <param name="sentence">The sentence.</param>
    /// <returns>Ids in <see cref="Vocabulary"/>, repeated as in the text.</returns>
    public ReadOnlySpan<int> TermsOf(in Sentence sentence) => CollectionsMarshal.AsSpan(terms).Slice(sentence.FirstTerm, sentence.Terms);

    /// <inheritdoc/>
    public void Dispose()
    {
        CollectionsMarshal.AsSpan(sentences).Clear();
        CollectionsMarshal.AsSpan(terms).Clear();
        CollectionsMarshal.AsSpan(blocks).Clear();
        vocabulary.Dispose();
    }

    private void Split(ReadOnlySpan<byte> text)
    {
        List<int> ends = [];
        int lastHeading = -2;
        int chosenInHeading = 0;
        for (int b = 0; b < blocks.Count; b++)
        {
            TextBlock block = blocks[b];
            if (block.Kind is BlockKind.Heading or BlockKind.Other)
            {
                continue;
            }
            if (block.Heading != lastHeading)
            {
                lastHeading = block.Heading;
                chosenInHeading = 0;
            }
            ends.Clear();
            SentenceSplitter.Split(text, block, Language, ends);
            int start = block.Start;
            foreach (int end in ends)
            {
                int from = start;
                while (from < end && text[from] is (byte)' ' or (byte)'\n' or (byte)'\t' or (byte)'\r')
                {
                    from++;
                }
                start = end;
                if (from >= end)
                {
                    continue;
                }
                int until = end == block.End ? EndWithList(text, b, from) : end;
                bool inside =
                    block.Kind == BlockKind.Item
                    && b > 0
                    && blocks[b - 1].Kind is BlockKind.Item or BlockKind.Paragraph
                    && !SentenceTraits.Ends(text[..blocks[b - 1].End]);
                chosenInHeading += Add(text, from, until, b, inside, chosenInHeading) ? 1 : 0;
            }
        }
    }

    // A question may name the heading alone: "conflict of interest", and below it only "declared that his brother …".
    private void AddHeadings(ReadOnlySpan<byte> text)
    {
        Span<char> folded = stackalloc char[WordReader.LongestWord];
        foreach (TextBlock block in blocks)
        {
            if (block.Kind != BlockKind.Heading)
            {
                continue;
            }
            WordReader words = new(text[block.Start..block.End], folded);
            while (words.MoveNext())
            {
                if (words.Folded.Length > 1 && !words.HasDigit && !WordLists.IsStopWord(TermHash.Of(words.Folded), Language))
                {
                    vocabulary.AddOutsideSentences(words.Folded, block.Start + words.Start);
                }
            }
        }
        folded.Clear();
    }

    // A lead-in ("… verlangen, wenn") says nothing without the list that follows it.
    private int EndWithList(ReadOnlySpan<byte> text, int b, int from)
    {
        int end = blocks[b].End;
        if (SentenceTraits.Ends(text[from..end]))
        {
            return end;
        }
        for (int next = b + 1; next < blocks.Count && blocks[next].Kind == BlockKind.Item && blocks[next].End - from <= LongestUnit; next++)
        {
            end = blocks[next].End;
            bool more =
                next + 1 < blocks.Count && blocks[next + 1].Kind == BlockKind.Item && blocks[next + 1].Heading == blocks[next].Heading;
            if (SentenceTraits.Ends(text[from..end]) && !more)
            {
                return end;
            }
        }
        return blocks[b].End;
    }

    private bool Add(ReadOnlySpan<byte> text, int start, int end, int block, bool fragment, int position)
    {
        SentenceTraits traits = new();
        int first = terms.Count;
        Span<char> folded = stackalloc char[WordReader.LongestWord];
        WordReader words = new(text[start..end], folded);
        while (words.MoveNext())
        {
            ulong hash = TermHash.Of(words.Folded);
            traits.Take(hash, words, Language);
            if (words.Folded.Length > 1 && !words.HasDigit && !WordLists.IsStopWord(hash, Language))
            {
                terms.Add(vocabulary.Add(words.Folded, start + words.Start));
            }
        }
        folded.Clear();
        vocabulary.EndSentence();
        float prior = fragment ? 0 : traits.Prior(text[start..end], position, sentences.Count);
        sentences.Add(
            new Sentence(
                start,
                end,
                block,
                blocks[block].Heading,
                first,
                terms.Count - first,
                prior,
                traits.Leans,
                traits.HasCue,
                traits.Measures
            )
        );
        return prior > 0;
    }
}
