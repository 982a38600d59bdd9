using Lethe.Contracts.Tenants;
using Lethe.Control.Identity.Accounts.Storage;
using Microsoft.EntityFrameworkCore;

namespace Lethe.Control.Identity.Accounts;

/// <summary>
/// Invitations of an owner whose tenant was to move here. Each is renewed when the tenant arrives and erased when it is old and the tenant is not
/// here: of the two, the database lets one win, so that no tenant arrives whose owner was erased.
/// </summary>
/// <param name="database">The accounts.</param>
/// <param name="clock">The clock.</param>
internal sealed class StrayInvitations(AccountsDbContext database, TimeProvider clock)
{
    /// <summary>Keeps a tenant's invitations for another while.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns>Whether the tenant has an account here, invited or not.</returns>
    public async Task<bool> RenewAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        DateTime now = clock.GetUtcNow().UtcDateTime;
        int renewed = await database
            .Users.Where(account => account.TenantId == tenant.Value && account.Status == AccountStatus.Invited)
            .ExecuteUpdateAsync(set => set.SetProperty(account => account.CreatedAt, now), cancellationToken);
        return renewed > 0
            || await database.Users.AnyAsync(
                account => account.TenantId == tenant.Value && account.Status != AccountStatus.Invited,
                cancellationToken
            );
    }

    /// <summary>Finds the tenants of old invitations.</summary>
    /// <param name="before">How old.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Each once.</returns>
    public async Task<IReadOnlyList<TenantId>> TenantsAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        DateTime limit = before.UtcDateTime;
        List<string> names = await database
            .Users.Where(account => account.TenantId != null && account.Status == AccountStatus.Invited && account.CreatedAt < limit)
            .Select(account => account.TenantId!)
            .Distinct()
            .ToListAsync(cancellationToken);
        return
        [
            .. names.Select(name =>
                TenantId.TryParse(name, out TenantId tenant) ? tenant : throw new InvalidOperationException("No tenant.")
            ),
        ];
    }

    /// <summary>Erases a tenant's old invitations, with their links. They have signed nobody in.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="before">How old.</param>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns>How many.</returns>
    public Task<int> EraseAsync(TenantId tenant, DateTimeOffset before, CancellationToken cancellationToken)
    {
        DateTime limit = before.UtcDateTime;
        return database
            .Users.Where(account =>
                account.TenantId == tenant.Value && account.Status == AccountStatus.Invited && account.CreatedAt < limit
            )
            .ExecuteDeleteAsync(cancellationToken);
    }
}
