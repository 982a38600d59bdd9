namespace Lethe.Contracts.Ledger;

/// <summary>
/// The append-only record of a tenant: who changed what, who read what. Grain key: <c>t/{tenant id}</c>.
/// Entries are numbered from 1 without gaps and chained by SHA-256; nothing changes or removes one.
/// </summary>
[GrainInterfaceType("ledger")]
public interface ILedgerGrain : IGrainWithStringKey
{
    /// <summary>Appends an entry, durably. Whoever must not act unrecorded awaits this first.</summary>
    /// <param name="entry">What happened.</param>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns>The entry's number and instant.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; nothing was appended.</exception>
    [Alias("append")]
    Task<LedgerAppended> AppendAsync(LedgerEntry entry, CancellationToken cancellationToken);

    /// <summary>Reads entries in order.</summary>
    /// <param name="from">The first number wanted, 1 or more.</param>
    /// <param name="count">How many at most, 1 to 500.</param>
    /// <param name="cancellationToken">Observed before the read.</param>
    /// <returns>The entries, the first number after them, and whether their chain holds.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number outside its range.</exception>
    [Alias("read")]
    Task<LedgerPage> ReadAsync(long from, int count, CancellationToken cancellationToken);
}
