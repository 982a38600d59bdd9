using Lethe.Contracts;
using Lethe.Contracts.Tenants;
using Lethe.Control.Identity;
using Lethe.Control.Identity.Accounts;

namespace Lethe.Control.Moves;

/// <summary>
/// Accounts of our own when their tenant changes its region. Accounts live in their tenant's cell only: the new cell invites the
/// owner by mail, since neither passwords nor passkeys travel, and the old one erases what it had.
/// </summary>
/// <param name="scopes">Makes services.</param>
/// <param name="pseudonyms">Makes pseudonyms.</param>
internal sealed class MovedAccounts(IServiceScopeFactory scopes, Pseudonyms pseudonyms)
{
    /// <summary>Describes the acting owner to the other cell.</summary>
    /// <param name="caller">The owner.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="to">The new region.</param>
    /// <returns>The message; with an address for an account of our own only.</returns>
    public async Task<AccountClaims> DescribeAsync(Caller caller, TenantId tenant, Region to)
    {
        if (caller.Issuer.Kind != IssuerKind.Own)
        {
            return new(to.ToName(), tenant.Value, caller.Issuer.Name, caller.Subject);
        }
        await using AsyncServiceScope scope = scopes.CreateAsyncScope();
        Account account =
            await scope.ServiceProvider.GetRequiredService<AccountAdministration>().FindAsync(tenant, caller.Subject)
            ?? throw new InvalidOperationException("The caller's account is gone.");
        return new(to.ToName(), tenant.Value, caller.Issuer.PseudonymName, caller.Subject, account.Email, account.Language);
    }

    /// <summary>Makes the account of an arriving owner, and invites.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="email">The owner's address.</param>
    /// <param name="language">The owner's language.</param>
    /// <param name="cancellationToken">Observed until the account is written.</param>
    /// <returns>The pseudonym here; null when the address is somebody else's.</returns>
    public async Task<AccountId?> InviteAsync(TenantId tenant, string email, string? language, CancellationToken cancellationToken)
    {
        await using AsyncServiceScope scope = scopes.CreateAsyncScope();
        InvitationService invitations = scope.ServiceProvider.GetRequiredService<InvitationService>();
        return await invitations.ProvisionAsync(tenant, email, language, cancellationToken) is { } subject
            ? pseudonyms.Of(TrustedIssuer.OwnName, subject)
            : null;
    }

    /// <summary>Tells whether somebody of a tenant has an account here; whoever is invited is kept for a tenant that now arrives.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Whether.</returns>
    public async Task<bool> ExpectAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        await using AsyncServiceScope scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<StrayInvitations>().RenewAsync(tenant, cancellationToken);
    }

    /// <summary>
    /// Erases who was invited for a tenant that has not come: an answer was lost, or the old cell said no after it had asked. Safe to repeat.
    /// </summary>
    /// <param name="grains">The records silos.</param>
    /// <param name="before">Who was invited since is left.</param>
    /// <param name="cancellationToken">Observed between tenants.</param>
    /// <returns>How many were erased.</returns>
    public async Task<int> EraseStraysAsync(IGrainFactory grains, DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using AsyncServiceScope scope = scopes.CreateAsyncScope();
        StrayInvitations invitations = scope.ServiceProvider.GetRequiredService<StrayInvitations>();
        int erased = 0;
        foreach (TenantId tenant in await invitations.TenantsAsync(before, cancellationToken))
        {
            if (await grains.GetGrain<ITenantGrain>(tenant.GrainKey).RouteAsync(cancellationToken) is TenantUnknown or TenantElsewhere)
            {
                erased += await invitations.EraseAsync(tenant, before, cancellationToken);
            }
        }
        return erased;
    }

    /// <summary>Erases the accounts of a tenant that is not served here. Safe to repeat.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="cancellationToken">Observed between accounts.</param>
    /// <returns>When there are none.</returns>
    public async Task EraseAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        await using AsyncServiceScope scope = scopes.CreateAsyncScope();
        AccountAdministration accounts = scope.ServiceProvider.GetRequiredService<AccountAdministration>();
        foreach (AccountDescription described in await accounts.ListAsync(tenant, cancellationToken))
        {
            if (await accounts.FindAsync(tenant, described.Id) is { } account)
            {
                await accounts.EraseAsync(account, cancellationToken);
            }
        }
    }
}
