using Lethe.Contracts.Tenants;
using Lethe.Control.Hosting;
using Lethe.Control.Identity;
using Lethe.Control.Identity.Accounts;
using Lethe.Control.Identity.Accounts.Mail;
using Lethe.Control.Wording;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Admin.Members;

/// <summary>
/// Invites by mail. The tenant decides first, then the mail goes out. Whether the address has an account with another tenant
/// shows nowhere: neither in the answer nor in the list nor when it is sent again; its owner alone is told.
/// </summary>
/// <param name="accounts">The accounts behind members.</param>
/// <param name="invitations">The links.</param>
/// <param name="mail">The mails.</param>
/// <param name="limits">The limits of mails.</param>
/// <param name="grains">The records silos.</param>
/// <param name="options">The cells.</param>
internal sealed class MemberInvitations(
    MemberAccounts accounts,
    InvitationService invitations,
    IAccountMail mail,
    AttemptLimits limits,
    IGrainFactory grains,
    IOptions<ControlOptions> options
)
{
    private const int Attempts = 3;

    /// <summary>Invites an address. Repeating it while it has not accepted sends the mail again.</summary>
    /// <param name="tenant">Who invites, and where to.</param>
    /// <param name="address">The address.</param>
    /// <param name="language">One of <see cref="LanguageCodes.All"/>; null for the default.</param>
    /// <param name="roles">The roles.</param>
    /// <param name="cancellationToken">Observed until the account is written.</param>
    /// <returns>The member, or the problem.</returns>
    public async Task<(MemberResponse? Member, Problem? Problem)> InviteAsync(
        TenantContext tenant,
        string address,
        string? language,
        Role roles,
        CancellationToken cancellationToken
    )
    {
        if ((roles & ~Roles.GivenBy(tenant.Roles)) != Role.None)
        {
            return (null, Problems.MemberNotYours); // before anything is stored; the tenant says so again
        }
        if (!limits.TryMail(address))
        {
            return (null, Problems.TooManyMails);
        }
        ITenantGrain grain = grains.GetGrain<ITenantGrain>(tenant.Tenant.GrainKey);
        (Account account, bool made) = await FindOrMakeAsync(tenant, grain, address, language, cancellationToken);
        TenantResult result = await grain.ChangeMembersAsync(
            new InviteMember(tenant.Account, accounts.PseudonymOf(account), roles),
            CancellationToken.None
        );
        if (result is not MemberStands stands)
        {
            if (made)
            {
                await accounts.EraseAsync(account, CancellationToken.None);
            }
            return (null, Problems.OfMembers(result, options.Value));
        }
        await SendAsync(account, CancellationToken.None);
        return (MemberResponse.Of(stands.Member, account), null);
    }

    /// <summary>Sends the invitation of an account that has not accepted.</summary>
    /// <param name="account">The account.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>When the mail is queued.</returns>
    public async Task SendAsync(Account account, CancellationToken cancellationToken)
    {
        if (MemberAccounts.IsDecoy(account))
        {
            mail.AlreadyHasAccount(new(account.Email!, account.Language));
            return;
        }
        await invitations.ResendAsync(account.Id, cancellationToken);
    }

    // An account that is left of a removal which did not come to its end is erased first.
    private async Task<(Account Account, bool Made)> FindOrMakeAsync(
        TenantContext tenant,
        ITenantGrain grain,
        string address,
        string? language,
        CancellationToken cancellationToken
    )
    {
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            if (await accounts.FindByAddressAsync(tenant.Tenant, address, cancellationToken) is { } found)
            {
                TenantResult known = await grain.ReadMemberAsync(tenant.Account, accounts.PseudonymOf(found), cancellationToken);
                if (known is not MemberRefused { Reason: MemberRefusal.NoSuchMember })
                {
                    return (found, Made: false);
                }
                await accounts.EraseAsync(found, cancellationToken);
            }
            if (await accounts.MakeAsync(tenant.Tenant, address, language, cancellationToken) is { } made)
            {
                return (made, Made: true);
            }
        }
        throw new TimeoutException("The address has too many writers.");
    }
}
