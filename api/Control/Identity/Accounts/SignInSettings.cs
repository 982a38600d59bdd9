using Lethe.Contracts.Tenants;
using Lethe.Control.Identity.Accounts.Storage;
using Microsoft.EntityFrameworkCore;

namespace Lethe.Control.Identity.Accounts;

/// <summary>What a tenant has decided about how its people sign in.</summary>
/// <param name="database">The accounts.</param>
internal sealed class SignInSettings(AccountsDbContext database)
{
    /// <summary>Tells whether somebody may sign in by device code.</summary>
    /// <param name="account">Who.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>True unless the tenant has switched it off.</returns>
    public Task<bool> MayUseDeviceFlowAsync(Account account, CancellationToken cancellationToken) =>
        account.TenantId is { } tenant ? DeviceFlowAsync(tenant, cancellationToken) : Task.FromResult(true);

    /// <summary>Tells whether a tenant's people may sign in by device code.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>True unless the tenant has switched it off.</returns>
    public Task<bool> DeviceFlowAsync(TenantId tenant, CancellationToken cancellationToken) =>
        DeviceFlowAsync(tenant.Value, cancellationToken);

    /// <summary>Switches sign-in by device code on or off. Who has signed in already stays so.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="allowed">Whether it may be used.</param>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns>When it is stored.</returns>
    public async Task SetDeviceFlowAsync(TenantId tenant, bool allowed, CancellationToken cancellationToken)
    {
        string id = tenant.Value;
        if (
            await database
                .SignInSettings.Where(row => row.TenantId == id)
                .ExecuteUpdateAsync(row => row.SetProperty(settings => settings.DeviceFlow, allowed), cancellationToken) == 0
        )
        {
            database.SignInSettings.Add(new() { TenantId = id, DeviceFlow = allowed });
            await database.SaveChangesAsync(cancellationToken);
        }
    }

    private async Task<bool> DeviceFlowAsync(string tenant, CancellationToken cancellationToken) =>
        !await database.SignInSettings.AnyAsync(row => row.TenantId == tenant && !row.DeviceFlow, cancellationToken);
}
