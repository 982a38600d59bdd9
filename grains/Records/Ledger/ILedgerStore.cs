using Lethe.Contracts.Ledger;

namespace Lethe.Records.Ledger;

/// <summary>The ledger's rows. There is no way to change or remove one, neither here nor by the database role.</summary>
public interface ILedgerStore
{
    /// <summary>Finds the last row of a tenant.</summary>
    /// <param name="tenant">The tenant's id.</param>
    /// <param name="cancellationToken">Observed during the read.</param>
    /// <returns>The last row; null when there is none.</returns>
    Task<LedgerRow?> FindLastAsync(string tenant, CancellationToken cancellationToken);

    /// <summary>Appends a row, unless another writer has taken its number.</summary>
    /// <param name="row">The row, with its chain.</param>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns>Whether the row is there, durably; false when its number was taken.</returns>
    Task<bool> TryAppendAsync(LedgerRow row, CancellationToken cancellationToken);

    /// <summary>Reads rows in order.</summary>
    /// <param name="tenant">The tenant's id.</param>
    /// <param name="from">The first number wanted.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="cancellationToken">Observed during the read.</param>
    /// <returns>The rows.</returns>
    Task<IReadOnlyList<LedgerRow>> ReadAsync(string tenant, long from, int count, CancellationToken cancellationToken);
}

/// <summary>A row of the table <c>ledger</c>.</summary>
/// <param name="Tenant">The tenant's id.</param>
/// <param name="Sequence">Its number within the tenant, from 1.</param>
/// <param name="At">When, to the millisecond.</param>
/// <param name="Entry">What it records.</param>
/// <param name="PreviousHash">The hash of the row before; 32 zeros at the first.</param>
/// <param name="Hash">See <see cref="LedgerChain"/>.</param>
public sealed record LedgerRow(
    string Tenant,
    long Sequence,
    DateTimeOffset At,
    LedgerEntry Entry,
    ReadOnlyMemory<byte> PreviousHash,
    ReadOnlyMemory<byte> Hash
);
