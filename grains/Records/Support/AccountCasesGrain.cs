using System.Collections.Immutable;
using Lethe.Contracts.Support;
using Lethe.Records.Storage;
using Microsoft.Extensions.Options;

namespace Lethe.Records.Support;

/// <summary>The ids of an account's cases as they are stored. No row: none.</summary>
[GenerateSerializer, Immutable, Alias("account-cases-state")]
internal sealed record AccountCasesState
{
    /// <summary>Gets the ids, oldest first.</summary>
    [Id(0)]
    public ImmutableArray<string> Cases { get; init; } = [];
}

/// <summary>Lists an account's cases; the case itself decides what it is.</summary>
[GrainType("account-cases")]
internal sealed class AccountCasesGrain(
    [PersistentState("account-cases", StorageNames.Records)] IPersistentState<AccountCasesState> stored,
    IOptions<SupportOptions> options
) : Grain, IAccountCasesGrain
{
    /// <inheritdoc/>
    public async Task<bool> AddAsync(SupportId id, CancellationToken cancellationToken)
    {
        ImmutableArray<string> cases = stored.State.Cases;
        if (cases.Contains(id.ToString(), StringComparer.Ordinal))
        {
            return true;
        }
        if (cases.Length >= options.Value.MaxCasesPerAccount)
        {
            return false;
        }
        cancellationToken.ThrowIfCancellationRequested(); // the last point at which nothing has happened
        await stored.CommitAsync(stored.State with { Cases = cases.Add(id.ToString()) });
        return true;
    }

    /// <inheritdoc/>
    public async Task RemoveAsync(SupportId id, CancellationToken cancellationToken)
    {
        ImmutableArray<string> left = stored.State.Cases.Remove(id.ToString(), StringComparer.Ordinal);
        if (left.Length == stored.State.Cases.Length)
        {
            return;
        }
        cancellationToken.ThrowIfCancellationRequested(); // the last point at which nothing has happened
        await (left.IsEmpty ? stored.EraseAsync() : stored.CommitAsync(stored.State with { Cases = left }));
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<SupportId>> ListAsync(CancellationToken cancellationToken) =>
        Task.FromResult<ImmutableArray<SupportId>>([.. stored.State.Cases.Select(StoredIds.Parse)]);
}
