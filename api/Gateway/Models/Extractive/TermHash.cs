using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Lethe.Gateway.Models.Extractive;

/// <summary>
/// A word as 64 bits: FNV-1a under a seed of this process, so that no word of a document is kept as text and a number means
/// nothing elsewhere. Results do not depend on the seed.
/// </summary>
internal static class TermHash
{
    private const ulong Prime = 1099511628211;

    /// <summary>Gets the hash of the empty word, to be continued with <see cref="Continue"/>.</summary>
    public static ulong Empty { get; } = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8)) | 1;

    /// <summary>Hashes one more character.</summary>
    /// <param name="hash">The hash so far.</param>
    /// <param name="next">The character.</param>
    /// <returns>The hash.</returns>
    public static ulong Continue(ulong hash, char next) => (hash ^ next) * Prime;

    /// <summary>Hashes a folded word.</summary>
    /// <param name="word">The word.</param>
    /// <returns>The hash.</returns>
    public static ulong Of(ReadOnlySpan<char> word)
    {
        ulong hash = Empty;
        foreach (char next in word)
        {
            hash = Continue(hash, next);
        }
        return hash;
    }

    /// <summary>Hashes a list of words.</summary>
    /// <param name="words">Folded words, separated by blanks.</param>
    /// <returns>Their hashes.</returns>
    public static HashSet<ulong> SetOf(string words) =>
        [.. words.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => Of(word))];
}
