using Lethe.Contracts.Support;
using Lethe.Contracts.Tenants;
using Lethe.Control.Hosting;
using Lethe.Control.Identity;
using Lethe.Control.Identity.Accounts;
using Lethe.Control.Support;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Admin.Members;

/// <summary>
/// Erases a member: first the tenant forgets it, which ends its access and is recorded; then its support cases and their keys
/// go, then its account with everything that is signed in. What stopped half-way is finished by repeating it.
/// </summary>
/// <param name="accounts">The accounts behind members.</param>
/// <param name="grains">The records silos.</param>
/// <param name="options">The cells.</param>
internal sealed class MemberRemoval(MemberAccounts accounts, IGrainFactory grains, IOptions<ControlOptions> options)
{
    /// <summary>Removes a member.</summary>
    /// <param name="tenant">Who acts, and where.</param>
    /// <param name="member">Whom.</param>
    /// <param name="cancellationToken">Observed before the first write.</param>
    /// <returns>That it is gone, or the problem.</returns>
    public async Task<(MemberRemovedResponse? Removed, Problem? Problem)> RemoveAsync(
        TenantContext tenant,
        AccountId member,
        CancellationToken cancellationToken
    )
    {
        Account? account = await accounts.FindAsync(tenant.Tenant, member, cancellationToken);
        TenantResult result = await grains
            .GetGrain<ITenantGrain>(tenant.Tenant.GrainKey)
            .ChangeMembersAsync(new RemoveMember(tenant.Account, member), cancellationToken);
        bool halfWay = result is MemberRefused { Reason: MemberRefusal.NoSuchMember } && account is not null;
        if (result is not MemberStands && !halfWay)
        {
            return (null, Problems.OfMembers(result, options.Value));
        }
        await SupportErasure.CloseAllAsync(new SupportOwner(tenant.Tenant, member), grains, CancellationToken.None);
        if (account is not null)
        {
            await accounts.EraseAsync(account, CancellationToken.None);
        }
        return (new((result as MemberStands)?.Member.TokensUsableUntil), null);
    }
}
