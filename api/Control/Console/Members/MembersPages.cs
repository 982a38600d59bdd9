using Lethe.Contracts.Tenants;
using Lethe.Control.Admin.Members;
using Lethe.Control.Console.Accounts;
using Lethe.Control.Console.Shell;
using Lethe.Control.Hosting;
using Lethe.Control.Identity;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Console.Members;

/// <summary>The member list as a page.</summary>
/// <param name="page">The request.</param>
/// <param name="accounts">The accounts behind members.</param>
/// <param name="grains">The records silos.</param>
/// <param name="options">The cells.</param>
internal sealed class MembersPages(PageRequest page, MemberAccounts accounts, IGrainFactory grains, IOptions<ControlOptions> options)
{
    private TenantContext Tenant => page.Context.Features.GetRequiredFeature<TenantContext>();

    private CancellationToken Cancel => page.Context.RequestAborted;

    private string Member => page.Field("id") ?? string.Empty;

    /// <summary>Binds a handler's parameter.</summary>
    /// <param name="context">The request.</param>
    /// <returns>The </returns>
    public static async ValueTask<MembersPages> BindAsync(HttpContext context) =>
        new(
            await PageRequest.BindAsync(context),
            context.RequestServices.GetRequiredService<MemberAccounts>(),
            context.RequestServices.GetRequiredService<IGrainFactory>(),
            context.RequestServices.GetRequiredService<IOptions<ControlOptions>>()
        );

    /// <summary>Shows the list.</summary>
    /// <returns>The page.</returns>
    public Task<IResult> ListAsync() => ShowAsync(null, null, null);

    /// <summary>Invites somebody.</summary>
    public async Task<IResult> InviteAsync(MemberInvitations invitations)
    {
        InviteMemberRequest request = new(page.Field("email"), Chosen(), page.Field("language"));
        IResult result = await MemberEndpoints.InviteAsync(request, Tenant, invitations, Cancel);
        return result is Problem problem ? await ShowAsync(Text(problem), null, request.Email) : ConsoleEndpoints.Done("members.invited");
    }

    /// <summary>Gives a member other roles.</summary>
    public Task<IResult> ChangeRolesAsync() =>
        AnswerAsync(MemberEndpoints.ChangeRolesAsync(Member, new(Chosen()), Tenant, accounts, grains, options, Cancel), "members.changed");

    /// <summary>Deactivates a member, and says until when drawn tokens work.</summary>
    public async Task<IResult> DeactivateAsync()
    {
        IResult result = await MemberEndpoints.DeactivateAsync(Member, Tenant, accounts, grains, options, Cancel);
        return result is Ok<MemberResponse> { Value: { TokensUsableUntil: { } until } }
            ? await ShowAsync(null, until, null)
            : await AnswerAsync(Task.FromResult(result), "members.deactivatedPlain");
    }

    /// <summary>Lets a member in again.</summary>
    public Task<IResult> ActivateAsync() =>
        AnswerAsync(MemberEndpoints.ReactivateAsync(Member, Tenant, accounts, grains, options, Cancel), "members.activated");

    /// <summary>Sends an invitation again.</summary>
    public Task<IResult> ResendAsync(MemberInvitations invitations, MailedMembers mailed) =>
        AnswerAsync(MemberEndpoints.ResendAsync(Member, Tenant, accounts, invitations, mailed, Cancel), "members.invited");

    private static string Text(Problem problem) =>
        problem.Code switch
        {
            "email_invalid" => "members.addressInvalid",
            "last_owner" => "data.lastOwner",
            "role_unknown" => "members.noRole",
            "member_exists" => "members.exists",
            "too_many_mails" => "members.tooManyMails",
            _ => "members.refused",
        };

    private async Task<IResult> AnswerAsync(Task<IResult> doing, string done) =>
        await doing is Problem problem ? await ShowAsync(Text(problem), null, null) : ConsoleEndpoints.Done(done);

    private string[] Chosen() => [.. Roles.ToNames(Roles.OfTenants).Where(name => page.Field($"role-{name}") is not null)];

    private async Task<IResult> ShowAsync(string? problem, DateTimeOffset? until, string? email)
    {
        TenantContext tenant = Tenant;
        string? after = page.Context.Request.Query["after"].ToString() is { Length: > 0 } asked ? asked : null;
        IResult listed = await MemberEndpoints.ListAsync(tenant, accounts, grains, options, Cancel, after);
        if (listed is not Ok<MembersResponse> { Value: { } list })
        {
            return page.Page<MessagePage>(MessageView.Of("forbidden", "/console"));
        }
        Role reach = Roles.GivenBy(tenant.Roles);
        Role given = page.IsRecent ? reach : Role.None; // forms that would be refused are not shown
        return page.Page<MembersPage>(
            new MembersView(
                [.. list.Members.Select(member => Row(member, tenant, given))],
                list.Next,
                Roles.ToNames(given),
                MyAccountEndpoints.OutcomeOf(page, problem),
                until,
                email,
                reach != Role.None && !page.IsRecent
            )
        );
    }

    private static MemberRow Row(MemberResponse member, TenantContext tenant, Role given) =>
        new(
            member.Id,
            member.Email,
            $"{char.ToLowerInvariant(member.Status.ToString()[0])}{member.Status.ToString()[1..]}",
            member.Roles,
            member.TokensUsableUntil,
            member.Id == tenant.Account.Value,
            given != Role.None && member.Roles.All(name => Roles.TryParse(name, out Role role) && given.HasFlag(role))
        );
}
