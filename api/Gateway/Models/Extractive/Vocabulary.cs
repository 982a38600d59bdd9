using System.Runtime.InteropServices;

namespace Lethe.Gateway.Models.Extractive;

/// <summary>The words of one text as numbers: in how many sentences each occurs, and which German compounds hold which others.</summary>
internal sealed class Vocabulary(TextLanguage language) : IDisposable
{
    private const int ShortestPart = 4;
    private const int PrefixLength = 6;
    private readonly Dictionary<ulong, int> ids = [];
    private readonly List<Term> terms = [];
    private readonly HashSet<int> seen = [];

    /// <summary>Gets how many there are.</summary>
    public int Count => terms.Count;

    /// <summary>Adds an occurrence.</summary>
    /// <param name="folded">The word; is stemmed in place.</param>
    /// <param name="place">Where the word begins in the text.</param>
    /// <returns>Its id.</returns>
    public int Add(Span<char> folded, int place)
    {
        int id = AddOutsideSentences(folded, place);
        if (seen.Add(id))
        {
            CollectionsMarshal.AsSpan(terms)[id].Sentences++;
        }
        return id;
    }

    /// <summary>Adds an occurrence that belongs to no sentence.</summary>
    /// <param name="folded">The word; is stemmed in place.</param>
    /// <param name="place">Where the word begins in the text.</param>
    /// <returns>Its id.</returns>
    public int AddOutsideSentences(Span<char> folded, int place)
    {
        ulong prefix = folded.Length >= PrefixLength ? TermHash.Of(folded[..PrefixLength]) : 0;
        Span<char> stem = Stemmer.Stem(folded, language);
        ulong hash = TermHash.Of(stem);
        if (!ids.TryGetValue(hash, out int id))
        {
            id = terms.Count;
            ids.Add(hash, id);
            terms.Add(new Term(place, 0, prefix, -1, -1));
        }
        return id;
    }

    /// <summary>Finds a word.</summary>
    /// <param name="folded">The word; is stemmed in place.</param>
    /// <returns>Its id, or -1.</returns>
    public int Find(Span<char> folded) => ids.TryGetValue(TermHash.Of(Stemmer.Stem(folded, language)), out int id) ? id : -1;

    /// <summary>Tells that the words of a sentence are all there.</summary>
    public void EndSentence() => seen.Clear();

    /// <summary>Gets in how many sentences a term occurs.</summary>
    /// <param name="term">The term.</param>
    /// <returns>1 or more; 0 for a word of headings alone.</returns>
    public int SentencesWith(int term) => terms[term].Sentences;

    /// <summary>Finds compounds whose two parts are words of the text, too (Kündigungsfrist: Kündigung, Frist).</summary>
    /// <param name="text">The text.</param>
    public void FindParts(ReadOnlySpan<byte> text)
    {
        if (language != TextLanguage.De)
        {
            return;
        }
        Span<char> folded = stackalloc char[WordReader.LongestWord];
        foreach (ref Term term in CollectionsMarshal.AsSpan(terms))
        {
            int length = Math.Min(4 * WordReader.LongestWord, text.Length - term.Place);
            WordReader words = new(text.Slice(term.Place, length), folded);
            if (words.MoveNext())
            {
                (term.Head, term.Tail) = PartsOf(words.Folded);
            }
        }
        folded.Clear();
    }

    /// <summary>Tells how far the terms of the text answer to a word that was asked for: itself, compounds with it, its parts, its kin.</summary>
    /// <param name="folded">The word; is stemmed in place.</param>
    /// <param name="share">What an exact match weighs, 0 to 1.</param>
    /// <param name="weights">Per term, the largest weight so far.</param>
    /// <returns>Whether any does.</returns>
    public bool Match(Span<char> folded, float share, Span<float> weights)
    {
        ulong prefix = folded.Length >= PrefixLength ? TermHash.Of(folded[..PrefixLength]) : 0;
        (int head, int tail) = language == TextLanguage.De ? PartsOf(folded) : (-1, -1);
        int exact = Find(folded);
        bool any = false;
        ReadOnlySpan<Term> all = CollectionsMarshal.AsSpan(terms);
        for (int i = 0; i < all.Length; i++)
        {
            float weight =
                i == exact ? 1f
                : exact >= 0 && (all[i].Head == exact || all[i].Tail == exact) ? 0.7f
                : i == head || i == tail ? 0.5f
                : prefix != 0 && all[i].Prefix == prefix ? 0.45f
                : 0;
            weights[i] = Math.Max(weights[i], share * weight);
            any |= weight > 0;
        }
        return any;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ids.Clear();
        CollectionsMarshal.AsSpan(terms).Clear();
        seen.Clear();
    }

    private (int Head, int Tail) PartsOf(ReadOnlySpan<char> word)
    {
        if (word.Length < 2 * ShortestPart)
        {
            return (-1, -1);
        }
        Span<char> part = stackalloc char[WordReader.LongestWord];
        (int Head, int Tail) found = (-1, -1);
        for (int split = word.Length - ShortestPart; split >= ShortestPart && found.Head < 0; split--)
        {
            int tail = Find(word[split..], part);
            if (tail < 0)
            {
                continue;
            }
            int head = Find(word[..split], part);
            if (head < 0 && word[split - 1] is 's' or 'n' && split > ShortestPart)
            {
                head = Find(word[..(split - 1)], part);
            }
            found = head < 0 ? found : (head, tail);
        }
        part.Clear();
        return found;
    }

    private int Find(ReadOnlySpan<char> word, Span<char> buffer)
    {
        word.CopyTo(buffer);
        return Find(buffer[..word.Length]);
    }

    [StructLayout(LayoutKind.Auto)]
    private record struct Term(int Place, int Sentences, ulong Prefix, int Head, int Tail);
}
