using Lethe.Control.Console.Shell;
using Lethe.Control.Identity.Accounts;

namespace Lethe.Control.Console.Accounts;

/// <summary>
/// Asks somebody who signed in some time ago to prove that it is still the same person, before anything is changed that would
/// let another one in: a computer left alone is not enough for that.
/// </summary>
internal static class ConfirmEndpoints
{
    /// <summary>Maps the page.</summary>
    /// <param name="endpoints">The host.</param>
    public static void MapConfirmation(this IEndpointRouteBuilder endpoints)
    {
        RouteGroupBuilder account = endpoints.MapPages(AccountPaths.Account, needsAccount: true);
        account.MapGet("/confirm", (PageRequest page, PasskeyService passkeys) => ShowAsync(page, passkeys, null));
        account.MapPost("/confirm", ConfirmAsync);
    }

    private static async Task<IResult> ShowAsync(PageRequest page, PasskeyService passkeys, string? problem) =>
        page.Page<ConfirmPage>(
            new ConfirmView(
                page.Account!.Email!,
                page.Account.PasswordHash is not null,
                (await passkeys.ListAsync(page.Account)).Count > 0,
                page.Return,
                problem
            )
        );

    private static async Task<IResult> ConfirmAsync(PageRequest page, SignInService signIn, PasskeyService passkeys)
    {
        string? credential = page.Field("credential");
        SignInOutcome outcome = credential is null
            ? await signIn.ConfirmAsync(page.Account!, page.Field("password"), page.Network, page.Context.RequestAborted)
            : await passkeys.ConfirmAsync(page.Account!, credential, page.Network, page.Context.RequestAborted);
        return outcome switch
        {
            SignInOutcome.SignedIn => TypedResults.LocalRedirect(page.Return ?? AccountPaths.Account),
            SignInOutcome.TooMany => await ShowAsync(page, passkeys, "signIn.tooMany"),
            _ => await ShowAsync(page, passkeys, credential is null ? "confirm.refused" : "signIn.passkeyProblem"),
        };
    }
}
