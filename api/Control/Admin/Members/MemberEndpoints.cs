using Lethe.Contracts.Tenants;
using Lethe.Control.Hosting;
using Lethe.Control.Identity;
using Lethe.Control.Identity.Accounts;
using Lethe.Control.Identity.OpenId;
using Lethe.Control.OwnAccount;
using Lethe.Control.Wording;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Admin.Members;

/// <summary>The member list. No route of it sets, shows or asks for what somebody signs in with.</summary>
internal static class MemberEndpoints
{
    private const int LongestPage = 100;

    /// <summary>Adds what the routes need.</summary>
    /// <param name="services">The host's services.</param>
    public static void AddMembers(this IServiceCollection services) =>
        services
            .AddScoped<MemberAccounts>()
            .AddScoped<MemberInvitations>()
            .AddScoped<MemberRemoval>()
            .AddScoped<MailedMembers>()
            .AddScoped<AccountExport>();

    /// <summary>Maps the routes.</summary>
    /// <param name="endpoints">The host.</param>
    public static void MapMembers(this IEndpointRouteBuilder endpoints)
    {
        RouteGroupBuilder members = endpoints
            .MapGroup("/v1/admin/members")
            .WithTags("Members")
            .WithMetadata(new RequiredScope(TokenScopes.Admin))
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status421MisdirectedRequest);
        members
            .MapGet(string.Empty, ListAsync)
            .WithName("ListMembers")
            .WithSummary("The members, up to 100 a page.")
            .Produces<MembersResponse>()
            .ProducesProblem(StatusCodes.Status400BadRequest);
        members
            .MapPost(string.Empty, InviteAsync)
            .WithName("InviteMember")
            .WithSummary("Invites an address by mail. Safe to repeat: it sends the mail again until the invitation is accepted.")
            .Produces<MemberResponse>()
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status429TooManyRequests);
        RouteGroupBuilder member = members.MapGroup("/{memberId}").ProducesProblem(StatusCodes.Status404NotFound);
        member.MapGet(string.Empty, GetAsync).WithName("GetMember").WithSummary("One member.").Produces<MemberResponse>();
        member
            .MapPut("/roles", ChangeRolesAsync)
            .WithName("ChangeMemberRoles")
            .WithSummary("Gives a member other roles. Safe to repeat.")
            .Produces<MemberResponse>()
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        member
            .MapPost("/invitation", ResendAsync)
            .WithName("ResendInvitation")
            .WithSummary("Sends the invitation again; the earlier link ends.")
            .Produces(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status429TooManyRequests);
        member
            .MapPost("/reset-mail", SendResetAsync)
            .WithName("SendResetMail")
            .WithSummary("Sends the link of a reset to the member's own address.")
            .Produces(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status429TooManyRequests);
        member
            .MapPost("/deactivation", DeactivateAsync)
            .WithName("DeactivateMember")
            .WithSummary("Ends sign-in, sessions, issuance and access at once. Says until when drawn tokens can open a session.")
            .Produces<MemberResponse>()
            .ProducesProblem(StatusCodes.Status409Conflict);
        member
            .MapDelete("/deactivation", ReactivateAsync)
            .WithName("ReactivateMember")
            .WithSummary("Gives a deactivated member its roles and its sign-in back.")
            .Produces<MemberResponse>();
        member
            .MapDelete(string.Empty, RemoveAsync)
            .WithName("RemoveMember")
            .WithSummary("Erases the member: account, sessions, support cases. Safe to repeat when it failed half-way.")
            .Produces<MemberRemovedResponse>()
            .ProducesProblem(StatusCodes.Status409Conflict);
        member
            .MapGet("/export", ExportAsync)
            .WithName("ExportMember")
            .WithSummary("Everything that is stored of the member, for the data subject. Is in the ledger.")
            .Produces<AccountExportResponse>();
    }

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

    private static Task<IResult> GetAsync(
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

    private static Task<IResult> SendResetAsync(
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

    private static Task<IResult> RemoveAsync(
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

    private static Task<IResult> ExportAsync(
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
