using System.Net.Mime;
using System.Text.Json;
using Lethe.Control.Admin.Members;
using Lethe.Control.Console.Members;
using Lethe.Control.Console.Shell;
using Lethe.Control.Identity.Accounts;
using Lethe.Control.OwnAccount;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Console.Accounts;

/// <summary>My account: what is signed in, what is stored, and its end.</summary>
internal static class MyDataEndpoints
{
    private const string Data = "/account/data";

    /// <summary>Maps the pages.</summary>
    /// <param name="endpoints">The host.</param>
    public static void MapMyData(this IEndpointRouteBuilder endpoints)
    {
        RouteGroupBuilder account = endpoints.MapPages(AccountPaths.Account, needsAccount: true);
        account.MapGet("/sessions", SessionsAsync);
        account.MapPost("/sessions/end", EndAsync);
        account.MapPost("/sessions/end-all", EndAllAsync);
        RouteGroupBuilder data = endpoints.MapPages(Data, needsAccount: true, recentFor: Data);
        data.MapGet("/", (PageRequest page) => page.Page<DataPage>(MyAccountEndpoints.OutcomeOf(page, null)));
        data.MapPost("/export", ExportAsync);
        data.MapPost("/delete", DeleteAsync);
    }

    private static async Task<IResult> SessionsAsync(PageRequest page, AccountSessions sessions)
    {
        IReadOnlyList<SessionDescription> known = await sessions.ListAsync(page.Account!.Id, page.Context.RequestAborted);
        return page.Page<SessionsPage>(
            new SessionsView(
                [.. known.Select(session => new SessionRow(session.Id, session.Client, session.CreatedAt))],
                MyAccountEndpoints.OutcomeOf(page, null)
            )
        );
    }

    private static async Task<IResult> EndAsync(PageRequest page, AccountSessions sessions)
    {
        await sessions.EndAsync(page.Account!.Id, page.Field("id") ?? string.Empty, page.Context.RequestAborted);
        return MyAccountEndpoints.Done("/account/sessions", "sessions.ended");
    }

    private static async Task<IResult> EndAllAsync(PageRequest page, AccountSessions sessions, SignInService signIn)
    {
        await sessions.EndAllByOwnerAsync(page.Account!, page.Context.RequestAborted);
        await signIn.SignOutAsync();
        return TypedResults.LocalRedirect("/account/signed-out");
    }

    private static async Task<IResult> ExportAsync(
        PageRequest page,
        ConsoleAccess access,
        AccountExport export,
        IOptions<Microsoft.AspNetCore.Http.Json.JsonOptions> json
    )
    {
        if (await access.FindAsync(page) is not { } tenant)
        {
            return page.Page<MessagePage>(MessageView.Of("forbidden", AccountPaths.Account));
        }
        return await export.MakeAsync(tenant, tenant.Account, page.Context.RequestAborted) is Ok<AccountExportResponse> { Value: { } value }
            ? TypedResults.File(
                JsonSerializer.SerializeToUtf8Bytes(value, json.Value.SerializerOptions),
                MediaTypeNames.Application.Json,
                "lethe-account.json"
            )
            : page.Page<MessagePage>(MessageView.Of("away", AccountPaths.Account));
    }

    private static async Task<IResult> DeleteAsync(PageRequest page, ConsoleAccess access, MemberRemoval removal, SignInService signIn)
    {
        if (page.Field("confirmed") != "yes")
        {
            return page.Page<DataPage>(new Outcome(Problem: "data.deleteUnconfirmed"));
        }
        if (await access.FindAsync(page) is not { } tenant)
        {
            return page.Page<MessagePage>(MessageView.Of("forbidden", AccountPaths.Account));
        }
        (_, Problem? problem) = await removal.RemoveAsync(tenant, tenant.Account, page.Context.RequestAborted);
        if (problem is not null)
        {
            return page.Page<DataPage>(new Outcome(Problem: problem.Code == "last_owner" ? "data.lastOwner" : "members.refused"));
        }
        await signIn.SignOutAsync();
        return TypedResults.LocalRedirect("/account/deleted");
    }
}
