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

/// <summary>The console's pages. What they do is what <c>/v1/admin/members</c> does, by the same handlers.</summary>
internal static class ConsoleEndpoints
{
    private const string List = "/console/members";

    /// <summary>Maps the pages.</summary>
    /// <param name="endpoints">The host.</param>
    public static void MapConsole(this IEndpointRouteBuilder endpoints)
    {
        RouteGroupBuilder console = endpoints.MapPages("/console", needsAccount: true);
        console.AddEndpointFilter(ConsoleAccess.EnterAsync);
        console.MapGet("/", Start);
        RouteGroupBuilder members = console.MapGroup("/members");
        members.MapGet("/", (MembersPages pages) => pages.ListAsync());
        RouteGroupBuilder changes = members.MapGroup(string.Empty).WithMetadata(new PageMark(NeedsAccount: true, RecentFor: List));
        changes.MapPost("/invite", (MembersPages pages, MemberInvitations invitations) => pages.InviteAsync(invitations));
        changes.MapPost("/roles", (MembersPages pages) => pages.ChangeRolesAsync());
        changes.MapPost("/deactivate", (MembersPages pages) => pages.DeactivateAsync());
        changes.MapPost("/activate", (MembersPages pages) => pages.ActivateAsync());
        changes.MapPost(
            "/resend",
            (MembersPages pages, MemberInvitations invitations, MailedMembers mailed) => pages.ResendAsync(invitations, mailed)
        );
        endpoints.MapPages("/console").MapGet("/{**path}", Missing);
    }

    /// <summary>Goes back to the list, which tells what was done.</summary>
    /// <param name="done">The key of what was done.</param>
    /// <returns>A redirect.</returns>
    public static IResult Done(string done) => MyAccountEndpoints.Done(List, done);

    private static RazorComponentResult<ConsolePage> Start(PageRequest page, IOptions<ControlOptions> options)
    {
        TenantContext tenant = page.Context.Features.GetRequiredFeature<TenantContext>();
        return page.Page<ConsolePage>(
            new ConsoleView(
                tenant.Tenant.Value,
                options.Value.Region,
                Roles.ToNames(tenant.Roles),
                (tenant.Roles & Roles.ThatSeeMembers) != Role.None
            )
        );
    }

    private static RazorComponentResult<MessagePage> Missing(PageRequest page) =>
        page.Page<MessagePage>(MessageView.Of("missing", "/console"), StatusCodes.Status404NotFound);
}
