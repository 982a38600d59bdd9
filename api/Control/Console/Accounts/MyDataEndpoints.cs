using System.Net.Mime;
using System.Text.Json;
using Lethe.Control.Console.Shell;
using Lethe.Control.Identity.Accounts;

namespace Lethe.Control.Console.Accounts;

/// <summary>My account: what is signed in, what is stored, and its end.</summary>
internal static class MyDataEndpoints
{
    /// <summary>Maps the pages.</summary>
    /// <param name="endpoints">The host.</param>
    public static void MapMyData(this IEndpointRouteBuilder endpoints)
    {
        RouteGroupBuilder account = endpoints.MapPages(AccountPaths.Account, needsAccount: true);
        account.MapGet("/sessions", SessionsAsync);
        account.MapPost("/sessions/end", EndAsync);
        account.MapPost("/sessions/end-all", EndAllAsync);
        account.MapGet("/data", (PageRequest page) => page.Page<DataPage>(MyAccountEndpoints.OutcomeOf(page, null)));
        account.MapPost("/data/export", ExportAsync);
        account.MapPost("/data/delete", DeleteAsync);
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
        await sessions.EndAllAsync(page.Account!, page.Context.RequestAborted);
        await signIn.SignOutAsync();
        return TypedResults.LocalRedirect("/account/signed-out");
    }

    private static async Task<IResult> ExportAsync(PageRequest page, AccountSessions sessions, PasskeyService passkeys)
    {
        Account account = page.Account!;
        IReadOnlyList<PasskeyDescription> keys = await passkeys.ListAsync(account);
        IReadOnlyList<SessionDescription> signedIn = await sessions.ListAsync(account.Id, page.Context.RequestAborted);
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes, new() { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("id", account.Id);
            json.WriteString("email", account.Email);
            json.WriteString("tenant", account.TenantId);
            json.WriteString("language", account.Language);
            json.WriteString("createdAt", DateTime.SpecifyKind(account.CreatedAt, DateTimeKind.Utc));
            json.WriteBoolean("hasPassword", account.PasswordHash is not null);
            json.WriteStartArray("passkeys");
            foreach (PasskeyDescription key in keys)
            {
                json.WriteStartObject();
                json.WriteString("id", key.Id);
                json.WriteString("name", key.Name);
                json.WriteString("createdAt", key.CreatedAt);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartArray("sessions");
            foreach (SessionDescription session in signedIn)
            {
                json.WriteStartObject();
                json.WriteString("id", session.Id);
                json.WriteString("client", session.Client);
                json.WriteString("createdAt", session.CreatedAt);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return TypedResults.File(bytes.ToArray(), MediaTypeNames.Application.Json, "lethe-account.json");
    }

    private static async Task<IResult> DeleteAsync(PageRequest page, AccountAdministration administration, SignInService signIn)
    {
        if (page.Field("confirmed") != "yes")
        {
            return page.Page<DataPage>(new Outcome(Problem: "data.deleteUnconfirmed"));
        }
        await administration.EraseAsync(page.Account!, page.Context.RequestAborted);
        await signIn.SignOutAsync();
        return TypedResults.LocalRedirect("/account/deleted");
    }
}
