using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;

namespace Lethe.Control.Identity.Accounts;

/// <summary>What the pages' script sends to ask for the question of a passkey.</summary>
/// <param name="Code">The code of an invitation or reset; null for who is signed in.</param>
internal sealed record PasskeyRequest(string? Code);

/// <summary>The questions that passkeys answer, as JSON for the pages' script. The answers come by forms. Requests of other sites are refused.</summary>
internal static class PasskeyEndpoints
{
    /// <summary>Maps the routes.</summary>
    /// <param name="account">The group of <c>/account</c>.</param>
    public static void MapPasskeys(this RouteGroupBuilder account)
    {
        RouteGroupBuilder passkeys = account.MapGroup("/passkeys").AddEndpointFilter(SameOriginAsync);
        passkeys.MapPost("/request-options", RequestOptionsAsync);
        passkeys.MapPost("/creation-options", CreationOptionsAsync);
    }

    private static async ValueTask<object?> SameOriginAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        string? site = invocation.HttpContext.Request.Headers["Sec-Fetch-Site"];
        return site is null or "same-origin" ? await next(invocation) : Problems.FormInvalid;
    }

    private static async Task<IResult> RequestOptionsAsync(PasskeyService passkeys) => Json(await passkeys.RequestOptionsAsync());

    private static async Task<IResult> CreationOptionsAsync(
        PasskeyRequest request,
        HttpContext context,
        PasskeyService passkeys,
        InvitationService invitations,
        PasswordResetService resets,
        UserManager<Account> users
    )
    {
        Account? account = request.Code is null
            ? await SignedInAsync(context, users)
            : await invitations.FindAsync(request.Code, context.RequestAborted)
                ?? await resets.FindAsync(request.Code, context.RequestAborted);
        return account is null ? Problems.SignInRequired : Json(await passkeys.CreationOptionsAsync(account));
    }

    private static async Task<Account?> SignedInAsync(HttpContext context, UserManager<Account> users)
    {
        AuthenticateResult browser = await context.AuthenticateAsync(IdentityConstants.ApplicationScheme);
        return browser.Succeeded && await users.GetUserAsync(browser.Principal) is { Status: AccountStatus.Active } account
            ? account
            : null;
    }

    private static IResult Json(string json) => Results.Content(json, "application/json");
}
