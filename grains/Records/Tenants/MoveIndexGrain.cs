using System.Collections.Immutable;
using Lethe.Contracts.Tenants;
using Lethe.Records.Storage;

namespace Lethe.Records.Tenants;

/// <inheritdoc cref="IMoveIndexGrain"/>
[GrainType("move-index")]
internal sealed class MoveIndexGrain([PersistentState("move-index", StorageNames.Records)] IPersistentState<MoveIndexState> stored)
    : Grain,
        IMoveIndexGrain
{
    /// <inheritdoc/>
    public async Task AddAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!stored.State.Tenants.Contains(tenant.Value, StringComparer.Ordinal))
        {
            await stored.CommitAsync(stored.State with { Tenants = stored.State.Tenants.Add(tenant.Value) });
        }
    }

    /// <inheritdoc/>
    public async Task RemoveAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (stored.State.Tenants.Contains(tenant.Value, StringComparer.Ordinal))
        {
            await stored.CommitAsync(stored.State with { Tenants = stored.State.Tenants.Remove(tenant.Value, StringComparer.Ordinal) });
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<TenantId>> ListAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<TenantId>>([
            .. stored.State.Tenants.Select(text =>
                TenantId.TryParse(text, out TenantId tenant) ? tenant : throw new InvalidOperationException("No tenant.")
            ),
        ]);
}

/// <summary>The tenants whose moves may be pending.</summary>
[GenerateSerializer, Immutable, Alias("move-index-state")]
internal sealed record MoveIndexState
{
    [Id(0)]
    public ImmutableArray<string> Tenants { get; init; } = [];
}
