using Lethe.Contracts.Tenants;
using Lethe.Control.Hosting;
using Lethe.Control.Identity;
using Lethe.Control.Identity.Accounts;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Admin.Members;

/// <summary>Decides whether a mail may go to a member, and has it recorded before it does.</summary>
/// <param name="limits">The limits of mails.</param>
/// <param name="grains">The records silos.</param>
/// <param name="options">The cells.</param>
internal sealed class MailedMembers(AttemptLimits limits, IGrainFactory grains, IOptions<ControlOptions> options)
{
    /// <summary>Decides.</summary>
    /// <param name="tenant">Who acts, and where.</param>
    /// <param name="member">The member.</param>
    /// <param name="account">Its account; null when it has none with us.</param>
    /// <param name="deed">Which mail.</param>
    /// <param name="cancellationToken">Observed before the record.</param>
    /// <returns>Null when it may be sent; otherwise why not.</returns>
    public async Task<Problem?> MayAsync(
        TenantContext tenant,
        AccountId member,
        Account? account,
        MemberDeed deed,
        CancellationToken cancellationToken
    )
    {
        ITenantGrain grain = grains.GetGrain<ITenantGrain>(tenant.Tenant.GrainKey);
        if (account is null)
        {
            TenantResult known = await grain.ReadMemberAsync(tenant.Account, member, cancellationToken);
            return known is MemberStands ? Problems.MemberHasNoAccount : Problems.OfMembers(known, options.Value);
        }
        if (!limits.TryMail(account.Email!))
        {
            return Problems.TooManyMails;
        }
        TenantResult result = await grain.ChangeMembersAsync(new ServeMember(tenant.Account, member, deed), cancellationToken);
        return result is MemberStands ? null : Problems.OfMembers(result, options.Value);
    }
}
