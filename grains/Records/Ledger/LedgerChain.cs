using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Lethe.Contracts.Ledger;

namespace Lethe.Records.Ledger;

/// <summary>
/// Chains the rows of a tenant: each hash covers the row and the hash before it, so that a row changed, removed or put in
/// between shows at the next reading. Fields are length-prefixed; the form never changes, a new one gets a new label.
/// </summary>
public static class LedgerChain
{
    private static readonly byte[] Label = "lethe ledger v1"u8.ToArray();

    /// <summary>Gets what the first row follows: 32 zeros.</summary>
    public static ReadOnlyMemory<byte> Origin { get; } = new byte[SHA256.HashSizeInBytes];

    /// <summary>Makes the row that follows another.</summary>
    /// <param name="tenant">The tenant's id.</param>
    /// <param name="last">The last row; null at the start.</param>
    /// <param name="at">Now; cut to the millisecond.</param>
    /// <param name="entry">What to record.</param>
    /// <returns>The row.</returns>
    public static LedgerRow Follow(string tenant, LedgerRow? last, DateTimeOffset at, LedgerEntry entry)
    {
        long sequence = (last?.Sequence ?? 0) + 1;
        DateTimeOffset instant = DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds());
        ReadOnlyMemory<byte> previous = last?.Hash ?? Origin;
        return new LedgerRow(tenant, sequence, instant, entry, previous, Hash(tenant, sequence, instant, entry, previous.Span));
    }

    /// <summary>Tells whether rows follow from each other and each hash from its row.</summary>
    /// <param name="rows">Rows in order.</param>
    /// <param name="before">The hash of the row before the first; null when that is not known.</param>
    /// <returns>Whether the chain holds.</returns>
    public static bool Holds(IReadOnlyList<LedgerRow> rows, ReadOnlyMemory<byte>? before)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ReadOnlyMemory<byte>? previous = before;
        long? sequence = null;
        foreach (LedgerRow row in rows)
        {
            byte[] hash = Hash(row.Tenant, row.Sequence, row.At, row.Entry, row.PreviousHash.Span);
            bool follows =
                (previous is not { } expected || expected.Span.SequenceEqual(row.PreviousHash.Span))
                && (sequence is not { } number || row.Sequence == number + 1)
                && hash.AsSpan().SequenceEqual(row.Hash.Span);
            if (!follows)
            {
                return false;
            }

            previous = row.Hash;
            sequence = row.Sequence;
        }

        return true;
    }

    private static byte[] Hash(string tenant, long sequence, DateTimeOffset at, LedgerEntry entry, ReadOnlySpan<byte> previous)
    {
        using IncrementalHash sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(sha, Label);
        Add(sha, previous);
        Add(sha, Encoding.UTF8.GetBytes(tenant));
        Add(sha, sequence);
        Add(sha, at.ToUnixTimeMilliseconds());
        Add(sha, (long)entry.Event);
        Add(sha, entry.Actor?.Value);
        Add(sha, entry.Subject);
        Add(sha, entry.Region is { } region ? Contracts.RegionNames.ToName(region) : null);
        if (entry.Reason is { } reason)
        {
            Add(sha, (long)reason);
        }
        if (entry.Roles is { } roles)
        {
            Add(sha, "roles"); // apart from a reason, which is a number as well
            Add(sha, (long)roles);
        }

        return sha.GetHashAndReset();
    }

    private static void Add(IncrementalHash sha, string? text)
    {
        if (text is null)
        {
            Add(sha, -1L);
            return;
        }

        Add(sha, Encoding.UTF8.GetBytes(text));
    }

    private static void Add(IncrementalHash sha, ReadOnlySpan<byte> bytes)
    {
        Add(sha, (long)bytes.Length);
        sha.AppendData(bytes);
    }

    private static void Add(IncrementalHash sha, long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        sha.AppendData(bytes);
    }
}
