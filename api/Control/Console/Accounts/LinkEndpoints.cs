using Lethe.Control.Console.Shell;
using Lethe.Control.Identity.Accounts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Lethe.Control.Console.Accounts;

/// <summary>Where mailed links lead: accepting an invitation, setting a new way in, confirming an address.</summary>
internal static class LinkEndpoints
{
    private const string ResetDone = "/account/reset-done";
    private const int CodeLength = 43;

    /// <summary>Maps the pages.</summary>
    /// <param name="endpoints">The host.</param>
    public static void MapLinks(this IEndpointRouteBuilder endpoints)
    {
        RouteGroupBuilder open = endpoints.MapPages(AccountPaths.Account);
        open.MapGet("/reset", (PageRequest page) => Show(page, "reset", AccountPaths.Reset, null));
        open.MapPost("/reset", ResetAsync);
        open.MapGet("/reset-done", (PageRequest page) => page.Page<MessagePage>(MessageView.Of("resetDone", AccountPaths.SignIn)));
        open.MapGet("/invitation", (PageRequest page) => Show(page, "invitation", AccountPaths.Invitation, null));
        open.MapPost("/invitation", AcceptAsync);
        open.MapGet("/email", (PageRequest page) => page.Page<EmailPage>(new FieldView(null, null)));
        open.MapPost("/email", ConfirmAsync);
    }

    private static async Task<IResult> ResetAsync(PageRequest page, PasswordResetService resets)
    {
        CredentialOutcome outcome = await resets.CompleteAsync(Code(page), Choice(page), page.Context.RequestAborted);
        return outcome == CredentialOutcome.Done
            ? TypedResults.LocalRedirect(ResetDone)
            : Show(page, "reset", AccountPaths.Reset, Problem(outcome));
    }

    private static async Task<IResult> AcceptAsync(PageRequest page, InvitationService invitations)
    {
        CredentialOutcome outcome = await invitations.AcceptAsync(Code(page), Choice(page), page.Context.RequestAborted);
        return outcome == CredentialOutcome.Done
            ? page.Page<MessagePage>(MessageView.Of("welcome", AccountPaths.Account))
            : Show(page, "invitation", AccountPaths.Invitation, Problem(outcome));
    }

    private static async Task<IResult> ConfirmAsync(PageRequest page, EmailChangeService changes) =>
        await changes.CompleteAsync(Code(page), page.Context.RequestAborted)
            ? page.Page<MessagePage>(MessageView.Of("emailDone", AccountPaths.Account))
            : page.Page<EmailPage>(new FieldView(Code(page), "email.invalid"));

    private static RazorComponentResult<CredentialPage> Show(PageRequest page, string part, string path, string? problem) =>
        page.Page<CredentialPage>(new CredentialView(part, path, Code(page), problem));

    // What comes back in the page is a code or nothing.
    private static string? Code(PageRequest page) =>
        page.Field("code")?.Trim() is { Length: CodeLength } code
        && code.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_')
            ? code
            : null;

    private static NewCredential Choice(PageRequest page) =>
        page.Field("credential") is { } answer
            ? new NewPasskey(answer, page.Field("name"))
            : new NewPassword(page.Field("password") ?? string.Empty);

    /// <summary>Names what was wrong.</summary>
    /// <param name="outcome">How it ended.</param>
    /// <returns>The key of a text.</returns>
    public static string Problem(CredentialOutcome outcome) =>
        outcome switch
        {
            CredentialOutcome.LinkInvalid => "credential.linkInvalid",
            CredentialOutcome.PasswordLength => "credential.passwordLength",
            CredentialOutcome.PasswordCommon => "credential.passwordCommon",
            CredentialOutcome.PasswordWrong => "credential.passwordWrong",
            CredentialOutcome.TooMany => "credential.tooMany",
            _ => "credential.passkeyInvalid",
        };
}
