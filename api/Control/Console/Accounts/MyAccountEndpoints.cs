using Lethe.Control.Console.Shell;
using Lethe.Control.Identity.Accounts;
using Lethe.Control.Wording;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;

namespace Lethe.Control.Console.Accounts;

/// <summary>My account: address, language, passkeys, password.</summary>
internal static class MyAccountEndpoints
{
    private const string Email = "/account/change-email";
    private const string Passkeys = "/account/passkey";
    private const string Password = "/account/password";

    private static readonly string[] Known =
    [
        "common.done",
        "overview.emailSent",
        "passkeys.added",
        "passkeys.removed",
        "password.changed",
        "password.removed",
        "sessions.ended",
        "members.invited",
        "members.changed",
        "members.deactivatedPlain",
        "members.activated",
    ];

    /// <summary>Maps the pages.</summary>
    /// <param name="endpoints">The host.</param>
    public static void MapMyAccount(this IEndpointRouteBuilder endpoints)
    {
        RouteGroupBuilder account = endpoints.MapPages(AccountPaths.Account, needsAccount: true);
        account.MapGet("/", Overview);
        account.MapPost("/language", LanguageAsync);
        account.MapPost("/passkey/rename", RenamePasskeyAsync);
        RouteGroupBuilder email = endpoints.MapPages(Email, needsAccount: true, recentFor: Email);
        email.MapGet("/", (PageRequest page) => ChangeEmail(page, null));
        email.MapPost("/", ChangeEmailAsync);
        RouteGroupBuilder passkey = endpoints.MapPages(Passkeys, needsAccount: true, recentFor: Passkeys);
        passkey.MapGet("/", (PageRequest page, PasskeyService passkeys) => PasskeysAsync(page, passkeys, null));
        passkey.MapPost("/", AddPasskeyAsync);
        passkey.MapPost("/remove", RemovePasskeyAsync);
        RouteGroupBuilder password = endpoints.MapPages(Password, needsAccount: true, recentFor: Password);
        password.MapGet("/", (PageRequest page, PasskeyService passkeys) => PasswordAsync(page, passkeys, null));
        password.MapPost("/", ChangePasswordAsync);
        password.MapPost("/remove", RemovePasswordAsync);
    }

    /// <summary>Tells what was done just before, by a word of ours in the query.</summary>
    /// <param name="page">The request.</param>
    /// <param name="problem">The key of what was wrong; null for nothing.</param>
    /// <returns>The outcome.</returns>
    public static Outcome OutcomeOf(PageRequest page, string? problem) =>
        new(Array.Find(Known, known => known == page.Context.Request.Query["done"]), problem);

    /// <summary>Goes on to a page, which tells what was done.</summary>
    /// <param name="path">The page.</param>
    /// <param name="done">The key of what was done.</param>
    /// <returns>A redirect, so that reloading does nothing again.</returns>
    public static IResult Done(string path, string done) => TypedResults.LocalRedirect($"{path}?done={done}");

    private static RazorComponentResult<OverviewPage> Overview(PageRequest page) =>
        page.Page<OverviewPage>(
            new OverviewView(
                page.Account!.Email!,
                page.Account.Language,
                new(DateTime.SpecifyKind(page.Account.CreatedAt, DateTimeKind.Utc)),
                OutcomeOf(page, null)
            )
        );

    private static RazorComponentResult<ChangeEmailPage> ChangeEmail(PageRequest page, string? problem) =>
        page.Page<ChangeEmailPage>(new ChangeEmailView(page.Account!.Email!, OutcomeOf(page, problem)));

    private static async Task<IResult> ChangeEmailAsync(PageRequest page, EmailChangeService changes) =>
        await changes.RequestAsync(page.Account!, page.Field("email"), page.Context.RequestAborted)
            ? Done(AccountPaths.Account, "overview.emailSent")
            : ChangeEmail(page, "overview.emailInvalid");

    private static async Task<IResult> LanguageAsync(PageRequest page, UserManager<Account> users)
    {
        if (LanguageCodes.Find(page.Field("language")) is { } language)
        {
            page.Account!.Language = language;
            await users.UpdateAsync(page.Account);
            LanguageCookie.Set(page.Context.Response, language);
        }
        return Done(AccountPaths.Account, "common.done");
    }

    private static async Task<IResult> PasskeysAsync(PageRequest page, PasskeyService passkeys, string? problem)
    {
        IReadOnlyList<PasskeyDescription> known = await passkeys.ListAsync(page.Account!);
        return page.Page<PasskeysPage>(
            new PasskeysView(
                [.. known.Select(passkey => new PasskeyRow(passkey.Id, passkey.Name, passkey.CreatedAt, passkey.Synchronised))],
                OutcomeOf(page, problem)
            )
        );
    }

    private static async Task<IResult> AddPasskeyAsync(PageRequest page, PasskeyService passkeys) =>
        page.Field("credential") is { } answer
        && await passkeys.RegisterAsync(page.Account!, new(answer, page.Field("name"))) == CredentialOutcome.Done
            ? Done(Passkeys, "passkeys.added")
            : await PasskeysAsync(page, passkeys, "credential.passkeyInvalid");

    private static async Task<IResult> RenamePasskeyAsync(PageRequest page, PasskeyService passkeys)
    {
        await passkeys.RenameAsync(page.Account!, page.Field("id") ?? string.Empty, page.Field("name"));
        return Done(Passkeys, "common.done");
    }

    private static async Task<IResult> RemovePasskeyAsync(PageRequest page, PasskeyService passkeys)
    {
        if (page.Account!.PasswordHash is null && (await passkeys.ListAsync(page.Account)).Count < 2)
        {
            return await PasskeysAsync(page, passkeys, "passkeys.last");
        }
        await passkeys.DeleteAsync(page.Account, page.Field("id") ?? string.Empty);
        return Done(Passkeys, "passkeys.removed");
    }

    private static async Task<IResult> PasswordAsync(PageRequest page, PasskeyService passkeys, string? problem) =>
        page.Page<PasswordPage>(
            new PasswordView(
                page.Account!.PasswordHash is not null,
                (await passkeys.ListAsync(page.Account)).Count > 0,
                OutcomeOf(page, problem)
            )
        );

    private static async Task<IResult> ChangePasswordAsync(PageRequest page, PasswordService passwords, PasskeyService passkeys)
    {
        CredentialOutcome outcome = await passwords.ChangeAsync(
            page.Account!,
            page.Field("present"),
            page.Field("password"),
            page.Network,
            page.Context.RequestAborted
        );
        return outcome == CredentialOutcome.Done
            ? Done(Password, "password.changed")
            : await PasswordAsync(page, passkeys, LinkEndpoints.Problem(outcome));
    }

    private static async Task<IResult> RemovePasswordAsync(PageRequest page, PasswordService passwords, PasskeyService passkeys) =>
        await passwords.RemoveAsync(page.Account!, page.Context.RequestAborted)
            ? Done(Password, "password.removed")
            : await PasswordAsync(page, passkeys, "password.removeNeedsPasskey");
}
