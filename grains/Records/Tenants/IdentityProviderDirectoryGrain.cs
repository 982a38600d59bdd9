using System.Collections.Immutable;
using Lethe.Contracts.Tenants;
using Lethe.Records.Storage;

namespace Lethe.Records.Tenants;

/// <inheritdoc cref="IIdentityProviderDirectoryGrain"/>
[GrainType("identity-provider-directory")]
internal sealed class IdentityProviderDirectoryGrain(
    [PersistentState("identity-providers", StorageNames.Records)] IPersistentState<IdentityProviderDirectoryState> stored
) : Grain, IIdentityProviderDirectoryGrain
{
    /// <inheritdoc/>
    public async Task<bool> ClaimAsync(TenantId tenant, IdentityProvider provider, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(provider);
        ImmutableArray<StoredIdentityProvider> listed = stored.State.Providers;
        if (listed.Any(entry => entry.Provider.Issuer == provider.Issuer && entry.Tenant != tenant.Value))
        {
            return false;
        }
        if (listed.Any(entry => entry.Tenant == tenant.Value && entry.Provider.IsSame(provider)))
        {
            return true;
        }
        cancellationToken.ThrowIfCancellationRequested();
        await stored.CommitAsync(
            new() { Providers = [.. listed.Where(entry => entry.Tenant != tenant.Value), new(tenant.Value, provider)] }
        );
        return true;
    }

    /// <inheritdoc/>
    public async Task ReleaseAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        ImmutableArray<StoredIdentityProvider> left = stored.State.Providers.RemoveAll(entry => entry.Tenant == tenant.Value);
        if (left.Length != stored.State.Providers.Length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await stored.CommitAsync(new() { Providers = left });
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<TenantIdentityProvider>> ListAsync(CancellationToken cancellationToken)
    {
        List<TenantIdentityProvider> listed = [];
        foreach (StoredIdentityProvider entry in stored.State.Providers)
        {
            listed.Add(
                TenantId.TryParse(entry.Tenant, out TenantId tenant)
                    ? new(tenant, entry.Provider)
                    : throw new InvalidOperationException("No tenant.")
            );
        }
        return Task.FromResult<IReadOnlyList<TenantIdentityProvider>>(listed);
    }
}

/// <summary>The issuers of this cell's tenants.</summary>
[GenerateSerializer, Immutable, Alias("identity-provider-directory-state")]
internal sealed record IdentityProviderDirectoryState
{
    [Id(0)]
    public ImmutableArray<StoredIdentityProvider> Providers { get; init; } = [];
}

/// <summary>An issuer and whose it is.</summary>
[GenerateSerializer, Immutable, Alias("stored-identity-provider")]
internal sealed record StoredIdentityProvider([property: Id(0)] string Tenant, [property: Id(1)] IdentityProvider Provider);
