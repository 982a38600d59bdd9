using Lethe.Control.Console.Shell;
using Lethe.Control.Identity.Accounts;

namespace Lethe.Control.Console.Accounts;

/// <summary>Signing in and out, and asking for a new way in.</summary>
internal static class SignInEndpoints
{
    /// <summary>Maps the pages.</summary>
    /// <param name="endpoints">The host.</param>
    public static void MapSignIn(this IEndpointRouteBuilder endpoints)
    {
        RouteGroupBuilder open = endpoints.MapPages(AccountPaths.Account, isInDialog: true);
        open.MapGet("/sign-in", ShowAsync);
        open.MapPost("/sign-in", SignInAsync);
        open.MapPost("/sign-out", SignOutAsync);
        open.MapGet("/signed-out", (PageRequest page) => page.Page<MessagePage>(MessageView.Of("signedOut", AccountPaths.SignIn)));
        open.MapGet("/forgotten", (PageRequest page) => page.Page<ForgottenPage>(new FieldView(null, null)));
        open.MapPost("/forgotten", Forgotten);
    }

    private static Task<IResult> ShowAsync(PageRequest page, FormTargets targets) => PageAsync(page, targets, null);

    private static async Task<IResult> PageAsync(PageRequest page, FormTargets targets, string? problem)
    {
        if (await targets.FindAsync(page.Return, page.Context.RequestAborted) is { } origin)
        {
            PageHeaders.AllowFormTarget(page.Context.Response.Headers, origin);
        }
        return page.Page<SignInPage>(new SignInView(page.Return, page.Field("email"), problem));
    }

    private static async Task<IResult> SignInAsync(PageRequest page, SignInService signIn, PasskeyService passkeys, FormTargets targets)
    {
        string? credential = page.Field("credential");
        SignInOutcome outcome = credential is null
            ? await signIn.PasswordAsync(page.Field("email"), page.Field("password"), page.Network, page.Context.RequestAborted)
            : await passkeys.SignInAsync(credential, page.Network, page.Context.RequestAborted);
        return outcome switch
        {
            SignInOutcome.SignedIn => TypedResults.LocalRedirect(page.Return ?? AccountPaths.Account),
            SignInOutcome.TooMany => await PageAsync(page, targets, "signIn.tooMany"),
            _ => await PageAsync(page, targets, credential is null ? "signIn.refused" : "signIn.passkeyProblem"),
        };
    }

    private static async Task<IResult> SignOutAsync(SignInService signIn)
    {
        await signIn.SignOutAsync();
        return TypedResults.LocalRedirect("/account/signed-out");
    }

    private static IResult Forgotten(PageRequest page, PasswordResetService resets) =>
        resets.Request(page.Field("email"), page.Network)
            ? page.Page<MessagePage>(MessageView.Of("resetSent", AccountPaths.SignIn))
            : page.Page<ForgottenPage>(new FieldView(page.Field("email"), "signIn.tooMany"));
}
