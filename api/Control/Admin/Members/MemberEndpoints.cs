using Lethe.Contracts.Tenants;
using Lethe.Control.Hosting;
using Lethe.Control.Identity;
using Lethe.Control.Identity.Accounts;
using Lethe.Control.OwnAccount;
using Lethe.Control.Wording;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Admin.Members;

/// <summary>The member list. No route of it sets, shows or asks for what somebody signs in with.</summary>
internal static class MemberEndpoints
{
    private const int LongestPage = 100;

    internal static async Task<IResult> ListAsync(
        TenantContext tenant,
        MemberAccounts accounts,
        IGrainFactory grains,
        IOptions<ControlOptions> options,
        CancellationToken cancellationToken,
        string? after = null,
        int count = LongestPage
    )
    {
        AccountId begin = default;
        if (count is < 1 or > LongestPage || (after is not null && !AccountId.TryParse(after, out begin)))
        {
            return Problems.RequestInvalid;
        }
        TenantResult result = await Grain(tenant, grains)
            .ListMembersAsync(tenant.Account, after is null ? null : begin, count, cancellationToken);
        if (result is not MembersListed page)
        {
            return Problems.OfMembers(result, options.Value);
        }
        IReadOnlyDictionary<AccountId, Account> found = await accounts.FindAsync(
            tenant.Tenant,
            [.. page.Members.Select(member => member.Account)],
            cancellationToken
        );
        return TypedResults.Ok(
            new MembersResponse(
                [.. page.Members.Select(member => MemberResponse.Of(member, found.GetValueOrDefault(member.Account)))],
                page.Next?.Value
            )
        );
    }

    internal static async Task<IResult> InviteAsync(
        InviteMemberRequest request,
        TenantContext tenant,
        MemberInvitations invitations,
        CancellationToken cancellationToken
    )
    {
        if (!TryRead(request.Roles, out Role roles))
        {
            return Problems.RoleUnknown;
        }
        if (!InvitationService.IsAddress(request.Email, out string address))
        {
            return Problems.EmailInvalid;
        }
        if (request.Language is not null && !LanguageCodes.All.Contains(request.Language, StringComparer.Ordinal))
        {
            return Problems.LanguageUnknown;
        }
        (MemberResponse? member, Problem? problem) = await invitations.InviteAsync(
            tenant,
            address,
            request.Language,
            roles,
            cancellationToken
        );
        return problem ?? (IResult)TypedResults.Ok(member);
    }

    internal static Task<IResult> GetAsync(
        string memberId,
        TenantContext tenant,
        MemberAccounts accounts,
        IGrainFactory grains,
        IOptions<ControlOptions> options,
        CancellationToken cancellationToken
    ) =>
        AboutAsync(
            memberId,
            async member =>
                await AnswerAsync(
                    await Grain(tenant, grains).ReadMemberAsync(tenant.Account, member, cancellationToken),
                    await accounts.FindAsync(tenant.Tenant, member, cancellationToken),
                    options.Value
                )
        );

    internal static Task<IResult> ChangeRolesAsync(
        string memberId,
        ChangeRolesRequest request,
        TenantContext tenant,
        MemberAccounts accounts,
        IGrainFactory grains,
        IOptions<ControlOptions> options,
        CancellationToken cancellationToken
    ) =>
        AboutAsync(
            memberId,
            async member =>
                TryRead(request.Roles, out Role roles)
                    ? await AnswerAsync(
                        await Grain(tenant, grains).ChangeMembersAsync(new ChangeRoles(tenant.Account, member, roles), cancellationToken),
                        await accounts.FindAsync(tenant.Tenant, member, cancellationToken),
                        options.Value
                    )
                    : Problems.RoleUnknown
        );

    internal static Task<IResult> ResendAsync(
        string memberId,
        TenantContext tenant,
        MemberAccounts accounts,
        MemberInvitations invitations,
        MailedMembers mailed,
        CancellationToken cancellationToken
    ) =>
        AboutAsync(
            memberId,
            async member =>
            {
                Account? account = await accounts.FindAsync(tenant.Tenant, member, cancellationToken);
                return account is { Status: AccountStatus.Active }
                    ? Problems.InvitationAccepted
                    : await mailed.MayAsync(tenant, member, account, MemberDeed.InvitationMail, cancellationToken)
                        ?? await SentAsync(invitations.SendAsync(account!, cancellationToken));
            }
        );

    internal static Task<IResult> SendResetAsync(
        string memberId,
        TenantContext tenant,
        MemberAccounts accounts,
        MemberInvitations invitations,
        AccountAdministration administration,
        MailedMembers mailed,
        CancellationToken cancellationToken
    ) =>
        AboutAsync(
            memberId,
            async member =>
            {
                Account? account = await accounts.FindAsync(tenant.Tenant, member, cancellationToken);
                return await mailed.MayAsync(tenant, member, account, MemberDeed.ResetMail, cancellationToken)
                    ?? await SentAsync(
                        account!.Status == AccountStatus.Invited
                            ? invitations.SendAsync(account, cancellationToken)
                            : administration.SendResetAsync(account, cancellationToken)
                    );
            }
        );

    internal static Task<IResult> DeactivateAsync(
        string memberId,
        TenantContext tenant,
        MemberAccounts accounts,
        IGrainFactory grains,
        IOptions<ControlOptions> options,
        CancellationToken cancellationToken
    ) =>
        AboutAsync(
            memberId,
            async member =>
            {
                TenantResult result = await Grain(tenant, grains)
                    .ChangeMembersAsync(new DeactivateMember(tenant.Account, member), cancellationToken);
                Account? account = await accounts.FindAsync(tenant.Tenant, member, CancellationToken.None);
                if (result is MemberStands && account is not null)
                {
                    await accounts.DeactivateAsync(account, CancellationToken.None); // also when the member was it already: to finish
                }
                return await AnswerAsync(result, account, options.Value);
            }
        );

    internal static Task<IResult> ReactivateAsync(
        string memberId,
        TenantContext tenant,
        MemberAccounts accounts,
        IGrainFactory grains,
        IOptions<ControlOptions> options,
        CancellationToken cancellationToken
    ) =>
        AboutAsync(
            memberId,
            async member =>
            {
                TenantResult result = await Grain(tenant, grains)
                    .ChangeMembersAsync(new ReactivateMember(tenant.Account, member), cancellationToken);
                Account? account = await accounts.FindAsync(tenant.Tenant, member, CancellationToken.None);
                if (result is MemberStands && account is not null)
                {
                    await accounts.ReactivateAsync(account);
                }
                return await AnswerAsync(result, account, options.Value);
            }
        );

    internal static Task<IResult> RemoveAsync(
        string memberId,
        TenantContext tenant,
        MemberRemoval removal,
        CancellationToken cancellationToken
    ) =>
        AboutAsync(
            memberId,
            async member =>
            {
                (MemberRemovedResponse? removed, Problem? problem) = await removal.RemoveAsync(tenant, member, cancellationToken);
                return problem ?? (IResult)TypedResults.Ok(removed);
            }
        );

    internal static Task<IResult> ExportAsync(
        string memberId,
        TenantContext tenant,
        AccountExport export,
        CancellationToken cancellationToken
    ) => AboutAsync(memberId, member => export.MakeAsync(tenant, member, cancellationToken));

    private static Task<IResult> AboutAsync(string memberId, Func<AccountId, Task<IResult>> act) =>
        AccountId.TryParse(memberId, out AccountId member) ? act(member) : Task.FromResult<IResult>(Problems.MemberUnknown);

    private static Task<IResult> AnswerAsync(TenantResult result, Account? account, ControlOptions options) =>
        Task.FromResult<IResult>(
            result is MemberStands stands ? TypedResults.Ok(MemberResponse.Of(stands.Member, account)) : Problems.OfMembers(result, options)
        );

    private static async Task<IResult> SentAsync(Task sending)
    {
        await sending;
        return TypedResults.StatusCode(StatusCodes.Status202Accepted);
    }

    private static ITenantGrain Grain(TenantContext tenant, IGrainFactory grains) => grains.GetGrain<ITenantGrain>(tenant.Tenant.GrainKey);

    private static bool TryRead(IReadOnlyList<string>? names, out Role roles)
    {
        roles = Role.None;
        foreach (string name in names ?? [])
        {
            if (!Roles.TryParse(name, out Role role) || (role & Roles.OfTenants) == Role.None)
            {
                return false;
            }
            roles |= role;
        }
        return roles != Role.None;
    }
}
