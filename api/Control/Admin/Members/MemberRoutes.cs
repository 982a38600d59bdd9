using Lethe.Control.OwnAccount;

namespace Lethe.Control.Admin.Members;

/// <summary>The routes of the member list, answered by <see cref="MemberEndpoints"/>.</summary>
internal static class MemberRoutes
{
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
        RouteGroupBuilder members = endpoints.MapAdminGroup("/v1/admin/members", "Members");
        members
            .MapGet(string.Empty, MemberEndpoints.ListAsync)
            .WithName("ListMembers")
            .WithSummary("The members, up to 100 a page.")
            .Produces<MembersResponse>()
            .ProducesProblem(StatusCodes.Status400BadRequest);
        members
            .MapPost(string.Empty, MemberEndpoints.InviteAsync)
            .WithName("InviteMember")
            .WithSummary("Invites an address by mail. Safe to repeat: it sends the mail again until the invitation is accepted.")
            .Produces<MemberResponse>()
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status429TooManyRequests);
        RouteGroupBuilder member = members.MapGroup("/{memberId}").ProducesProblem(StatusCodes.Status404NotFound);
        member.MapGet(string.Empty, MemberEndpoints.GetAsync).WithName("GetMember").WithSummary("One member.").Produces<MemberResponse>();
        member
            .MapPut("/roles", MemberEndpoints.ChangeRolesAsync)
            .WithName("ChangeMemberRoles")
            .WithSummary("Gives a member other roles. Safe to repeat.")
            .Produces<MemberResponse>()
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        member
            .MapPost("/invitation", MemberEndpoints.ResendAsync)
            .WithName("ResendInvitation")
            .WithSummary("Sends the invitation again; the earlier link ends.")
            .Produces(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status429TooManyRequests);
        member
            .MapPost("/reset-mail", MemberEndpoints.SendResetAsync)
            .WithName("SendResetMail")
            .WithSummary("Sends the link of a reset to the member's own address.")
            .Produces(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status429TooManyRequests);
        member
            .MapPost("/deactivation", MemberEndpoints.DeactivateAsync)
            .WithName("DeactivateMember")
            .WithSummary("Ends sign-in, sessions, issuance and access at once. Says until when drawn tokens can open a session.")
            .Produces<MemberResponse>()
            .ProducesProblem(StatusCodes.Status409Conflict);
        member
            .MapDelete("/deactivation", MemberEndpoints.ReactivateAsync)
            .WithName("ReactivateMember")
            .WithSummary("Gives a deactivated member its roles and its sign-in back.")
            .Produces<MemberResponse>();
        member
            .MapDelete(string.Empty, MemberEndpoints.RemoveAsync)
            .WithName("RemoveMember")
            .WithSummary("Erases the member: account, sessions, support cases. Safe to repeat when it failed half-way.")
            .Produces<MemberRemovedResponse>()
            .ProducesProblem(StatusCodes.Status409Conflict);
        member
            .MapGet("/export", MemberEndpoints.ExportAsync)
            .WithName("ExportMember")
            .WithSummary("Everything that is stored of the member, for the data subject. Is in the ledger.")
            .Produces<AccountExportResponse>();
    }
}
