using System.Buffers;
using Lethe.Contracts;
using Lethe.Contracts.Ledger;
using Lethe.Contracts.Tenants;

namespace Lethe.Records.Ledger;

/// <summary>Numbers and chains a tenant's entries. Two activations are safe: a number can be taken once.</summary>
[GrainType("ledger")]
internal sealed class LedgerGrain(ILedgerStore store, TimeProvider clock) : Grain, ILedgerGrain
{
    private const int MaxSubjectLength = 64;
    private const int MaxPage = 500;
    private const int MaxAttempts = 16;

    private static readonly SearchValues<char> SubjectCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    );

    private LedgerRow? last; // what this activation saw last; the table decides

    private string Tenant => TenantId.FromGrainKey(this.GetPrimaryKeyString()).Value;

    /// <inheritdoc/>
    public async Task<LedgerAppended> AppendAsync(LedgerEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        Check(entry);
        string tenant = Tenant;
        last ??= await store.FindLastAsync(tenant, cancellationToken);
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            cancellationToken.ThrowIfCancellationRequested(); // the last point at which nothing has happened
            LedgerRow row = LedgerChain.Follow(tenant, last, clock.GetUtcNow(), entry);
            last = null; // until the write is confirmed: a failed one may have happened
            if (await store.TryAppendAsync(row, CancellationToken.None))
            {
                last = row;
                return new LedgerAppended(row.Sequence, row.At);
            }

            last = await store.FindLastAsync(tenant, cancellationToken); // another activation was faster
        }

        throw new TimeoutException("The ledger has too many writers.");
    }

    /// <inheritdoc/>
    public async Task<LedgerPage> ReadAsync(long from, int count, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(from, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MaxPage);

        // One row before and one after: the first shows that the page follows, the last that there is more.
        bool atStart = from == 1;
        long first = atStart ? from : from - 1;
        IReadOnlyList<LedgerRow> rows = await store.ReadAsync(Tenant, first, count + (atStart ? 1 : 2), cancellationToken);
        bool holds =
            LedgerChain.Holds(rows, atStart ? LedgerChain.Origin : (ReadOnlyMemory<byte>?)null)
            && (rows.Count == 0 || rows[0].Sequence == first);
        LedgerLine[] lines =
        [
            .. rows.Where(row => row.Sequence >= from).Take(count).Select(row => new LedgerLine(row.Sequence, row.At, row.Entry, row.Hash)),
        ];
        long? next = rows.Count > 0 && lines.Length > 0 && rows[^1].Sequence > lines[^1].Sequence ? lines[^1].Sequence + 1 : null;
        return new LedgerPage(lines, next, holds);
    }

    private static void Check(LedgerEntry entry)
    {
        bool wellFormed =
            Enum.IsDefined(entry.Event)
            && entry.Region is null or Region.Eu or Region.Ch
            && (entry.Reason is not { } reason || (Enum.IsDefined(reason) && entry.Region is null))
            && (
                entry.Roles is not { } roles
                || (roles != Role.None && (roles & ~Roles.OfTenants) == Role.None && entry is { Region: null, Reason: null })
            )
            && entry.Subject is null or { Length: > 0 and <= MaxSubjectLength }
            && !entry.Subject.AsSpan().ContainsAnyExcept(SubjectCharacters);
        if (!wellFormed)
        {
            throw new ArgumentException("A ledger entry holds enums and ids only.", nameof(entry));
        }
    }
}
