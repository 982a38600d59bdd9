using System.Collections.Frozen;
using Lethe.Contracts.Tenants;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Identity.Providers;

/// <summary>
/// Which issuer is which tenant's, as the cell has it: a provider that is set is known within seconds, without a restart. One that is removed
/// is refused by the tenant itself at once, whatever is listed here.
/// </summary>
/// <param name="grains">The records silos.</param>
/// <param name="options">How long the list is used.</param>
/// <param name="clock">The clock.</param>
internal sealed class ProviderRegistry(IGrainFactory grains, IOptions<ProviderOptions> options, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim asking = new(1);
    private volatile Listed listed = new(
        FrozenDictionary<string, TenantIdentityProvider>.Empty,
        FrozenDictionary<TenantId, IdentityProvider>.Empty,
        null
    );

    /// <summary>Finds a tenant's provider.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="cancellationToken">Observed.</param>
    /// <returns>The provider; null when the tenant has none in this cell.</returns>
    public async ValueTask<IdentityProvider?> OfAsync(TenantId tenant, CancellationToken cancellationToken) =>
        (await FreshAsync(cancellationToken)).ByTenant.GetValueOrDefault(tenant);

    /// <summary>Finds whose an issuer is.</summary>
    /// <param name="issuer">The <c>iss</c> of a token, not yet trusted.</param>
    /// <param name="cancellationToken">Observed.</param>
    /// <returns>The tenant and its provider; null when it is nobody's.</returns>
    public async ValueTask<TenantIdentityProvider?> FindAsync(string issuer, CancellationToken cancellationToken) =>
        (await FreshAsync(cancellationToken)).ByIssuer.GetValueOrDefault(issuer);

    /// <summary>Makes the next question go to the cell.</summary>
    public void Forget() => listed = listed with { At = null };

    /// <inheritdoc/>
    public void Dispose() => asking.Dispose();

    private async ValueTask<Listed> FreshAsync(CancellationToken cancellationToken)
    {
        if (!IsFresh(listed))
        {
            await asking.WaitAsync(cancellationToken);
            try
            {
                if (!IsFresh(listed))
                {
                    await AskAsync(cancellationToken);
                }
            }
            finally
            {
                asking.Release();
            }
        }
        return listed;
    }

    private bool IsFresh(Listed list) => list.At is { } at && clock.GetElapsedTime(at) < options.Value.ListFresh;

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        long at = clock.GetTimestamp();
        IReadOnlyList<TenantIdentityProvider> all = await grains
            .GetGrain<IIdentityProviderDirectoryGrain>(IIdentityProviderDirectoryGrain.Key)
            .ListAsync(cancellationToken);
        listed = new(
            all.ToFrozenDictionary(entry => entry.Provider.Issuer, StringComparer.Ordinal),
            all.ToFrozenDictionary(entry => entry.Tenant, entry => entry.Provider),
            at
        );
    }

    private sealed record Listed(
        FrozenDictionary<string, TenantIdentityProvider> ByIssuer,
        FrozenDictionary<TenantId, IdentityProvider> ByTenant,
        long? At
    );
}
