using Microsoft.AspNetCore.Antiforgery;

namespace Lethe.Control.Identity.Accounts;

/// <summary>The forms of <c>/account</c> that work without script. Everything they do is a service's.</summary>
internal static class AccountEndpoints
{
    private const string Wrong = "The address or the password is not right, or the account is locked for some minutes.";
    private const string TooMany = "Too many attempts. Try again in a minute.";

    /// <summary>Maps the routes.</summary>
    /// <param name="endpoints">The host.</param>
    public static void MapAccounts(this IEndpointRouteBuilder endpoints)
    {
        RouteGroupBuilder account = endpoints.MapGroup(AccountPaths.Account).AllowAnonymous().ExcludeFromDescription();
        account.MapGet("/sign-in", ShowSignIn);
        account.MapPost("/sign-in", SignInAsync);
        account.MapPost("/sign-out", SignOutAsync);
        account.MapGet("/forgotten", ShowForgotten);
        account.MapPost("/forgotten", ForgottenAsync);
        account.MapGet("/reset", (HttpContext context, IAntiforgery forms) => ShowCredential(context, forms, AccountPaths.Reset, null));
        account.MapPost("/reset", ResetAsync);
        account.MapGet(
            "/invitation",
            (HttpContext context, IAntiforgery forms) => ShowCredential(context, forms, AccountPaths.Invitation, null)
        );
        account.MapPost("/invitation", AcceptAsync);
        account.MapGet("/device-done", () => Forms.Message("Done. Go back to Word."));
        account.MapPasskeys();
    }

    private static IResult ShowSignIn(HttpContext context, IAntiforgery forms) =>
        SignInPage(context, forms, Target(context.Request.Query[AccountPaths.ReturnUrl]), null);

    private static async Task<IResult> SignInAsync(HttpContext context, IAntiforgery forms, SignInService signIn)
    {
        if (await ReadAsync(context, forms) is not { } form)
        {
            return Problems.FormInvalid;
        }
        string target = Target(form[AccountPaths.ReturnUrl]);
        return await signIn.PasswordAsync(form["email"], form["password"], Network(context), context.RequestAborted) switch
        {
            SignInOutcome.SignedIn => Results.LocalRedirect(target),
            SignInOutcome.TooMany => SignInPage(context, forms, target, TooMany),
            _ => SignInPage(context, forms, target, Wrong),
        };
    }

    private static async Task<IResult> SignOutAsync(HttpContext context, IAntiforgery forms, SignInService signIn)
    {
        if (await ReadAsync(context, forms) is null)
        {
            return Problems.FormInvalid;
        }
        await signIn.SignOutAsync();
        return Results.LocalRedirect(AccountPaths.SignIn);
    }

    private static IResult ShowForgotten(HttpContext context, IAntiforgery forms) =>
        Forms.Page(
            context,
            forms,
            "Forgotten password",
            AccountPaths.Forgotten,
            Forms.Field("email", "E-mail", "email", "username"),
            "Send a link"
        );

    private static async Task<IResult> ForgottenAsync(HttpContext context, IAntiforgery forms, PasswordResetService resets)
    {
        if (await ReadAsync(context, forms) is not { } form)
        {
            return Problems.FormInvalid;
        }
        return Forms.Message(
            resets.Request(form["email"], Network(context)) ? "If this address has an account, a mail with a link is on its way." : TooMany
        );
    }

    private static async Task<IResult> ResetAsync(HttpContext context, IAntiforgery forms, PasswordResetService resets)
    {
        if (await ReadAsync(context, forms) is not { } form)
        {
            return Problems.FormInvalid;
        }
        CredentialOutcome outcome = await resets.CompleteAsync(
            form["code"],
            new NewPassword(form["password"].ToString()),
            context.RequestAborted
        );
        return outcome == CredentialOutcome.Done
            ? Results.LocalRedirect(AccountPaths.SignIn)
            : ShowCredential(context, forms, AccountPaths.Reset, outcome);
    }

    private static async Task<IResult> AcceptAsync(HttpContext context, IAntiforgery forms, InvitationService invitations)
    {
        if (await ReadAsync(context, forms) is not { } form)
        {
            return Problems.FormInvalid;
        }
        CredentialOutcome outcome = await invitations.AcceptAsync(
            form["code"],
            new NewPassword(form["password"].ToString()),
            context.RequestAborted
        );
        return outcome == CredentialOutcome.Done
            ? Forms.Message("Welcome. You are signed in.")
            : ShowCredential(context, forms, AccountPaths.Invitation, outcome);
    }

    private static IResult SignInPage(HttpContext context, IAntiforgery forms, string target, string? message) =>
        Forms.Page(
            context,
            forms,
            "Sign in",
            AccountPaths.SignIn,
            $"<input type=\"hidden\" name=\"{AccountPaths.ReturnUrl}\" value=\"{Forms.Text(target)}\">"
                + Forms.Field("email", "E-mail", "email", "username webauthn")
                + Forms.Field("password", "Password", "password", "current-password"),
            "Sign in",
            message
        );

    private static IResult ShowCredential(HttpContext context, IAntiforgery forms, string path, CredentialOutcome? outcome) =>
        Forms.Page(
            context,
            forms,
            "Choose a password",
            path,
            Forms.Field("code", "Code from the mail", "text", "one-time-code")
                + Forms.Field("password", "Password", "password", "new-password"),
            "Go on",
            outcome switch
            {
                null => null,
                CredentialOutcome.PasswordLength => "A password has 12 to 128 characters.",
                CredentialOutcome.PasswordCommon => "This password is too easy to guess.",
                _ => "The link is not good any more.",
            }
        );

    private static async Task<IFormCollection?> ReadAsync(HttpContext context, IAntiforgery forms) =>
        context.Request.HasFormContentType && await forms.IsRequestValidAsync(context)
            ? await context.Request.ReadFormAsync(context.RequestAborted)
            : null;

    private static string Network(HttpContext context) => AttemptLimits.NetworkOf(context.Connection.RemoteIpAddress);

    // Only a path of this host: never another site's address.
    private static string Target(string? wanted) =>
        wanted is ['/', ..] && !wanted.StartsWith("//", StringComparison.Ordinal) && !wanted.StartsWith("/\\", StringComparison.Ordinal)
            ? wanted
            : AccountPaths.Account;
}
