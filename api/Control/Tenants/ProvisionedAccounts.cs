using Lethe.Contracts.Tenants;
using Lethe.Control.Identity;
using Lethe.Control.Identity.Accounts;

namespace Lethe.Control.Tenants;

/// <summary>Accounts of our own that the configuration names by address: found, or made and invited by mail.</summary>
/// <param name="scopes">Makes services.</param>
/// <param name="pseudonyms">Makes pseudonyms.</param>
internal sealed class ProvisionedAccounts(IServiceScopeFactory scopes, Pseudonyms pseudonyms)
{
    /// <summary>Finds or invites somebody.</summary>
    /// <param name="tenant">The tenant; null for the operator's staff.</param>
    /// <param name="email">The address.</param>
    /// <param name="language">The language of the invitation.</param>
    /// <param name="cancellationToken">Observed until the account is written.</param>
    /// <returns>The pseudonym.</returns>
    /// <exception cref="InvalidOperationException">The address is somebody else's.</exception>
    public async Task<AccountId> FindOrInviteAsync(TenantId? tenant, string email, string? language, CancellationToken cancellationToken)
    {
        await using AsyncServiceScope scope = scopes.CreateAsyncScope();
        InvitationService invitations = scope.ServiceProvider.GetRequiredService<InvitationService>();
        string subject =
            await invitations.ProvisionAsync(tenant, email, language, cancellationToken)
            ?? throw new InvalidOperationException("Provisioning: an address is no address, or another tenant's.");
        return pseudonyms.Of(TrustedIssuer.OwnName, subject);
    }
}
