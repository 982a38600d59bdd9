using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;

namespace Lethe.Control.Identity.Accounts;

/// <summary>What the pages' script sends about passkeys.</summary>
/// <param name="Credential">What the browser answered; null for a question.</param>
/// <param name="Name">What the owner calls the passkey.</param>
/// <param name="Code">The code of an invitation or reset; null for who is signed in.</param>
internal sealed record PasskeyRequest(JsonElement? Credential, string? Name, string? Code);

/// <summary>Passkeys, as JSON for the pages' script. Requests of other sites are refused.</summary>
internal static class PasskeyEndpoints
{
    /// <summary>Maps the routes.</summary>
    /// <param name="account">The group of <c>/account</c>.</param>
    public static void MapPasskeys(this RouteGroupBuilder account)
    {
        RouteGroupBuilder passkeys = account.MapGroup("/passkeys").AddEndpointFilter(SameOriginAsync);
        passkeys.MapPost("/request-options", RequestOptionsAsync);
        passkeys.MapPost("/sign-in", SignInAsync);
        passkeys.MapPost("/creation-options", CreationOptionsAsync);
        passkeys.MapPost("/", RegisterAsync);
        passkeys.MapGet("/", ListAsync);
        passkeys.MapPut("/{id}", RenameAsync);
        passkeys.MapDelete("/{id}", DeleteAsync);
    }

    private static async ValueTask<object?> SameOriginAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        string? site = invocation.HttpContext.Request.Headers["Sec-Fetch-Site"];
        return site is null or "same-origin" ? await next(invocation) : Problems.FormInvalid;
    }

    private static async Task<IResult> RequestOptionsAsync(PasskeyService passkeys) => Json(await passkeys.RequestOptionsAsync());

    private static async Task<IResult> SignInAsync(PasskeyRequest request, HttpContext context, PasskeyService passkeys) =>
        request.Credential is not { } credential
            ? Problems.PasskeyInvalid
            : await passkeys.SignInAsync(credential.GetRawText(), Network(context), context.RequestAborted) switch
            {
                SignInOutcome.SignedIn => Results.NoContent(),
                SignInOutcome.TooMany => Problems.TooManyAttempts,
                _ => Problems.PasskeyInvalid,
            };

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

    private static async Task<IResult> RegisterAsync(
        PasskeyRequest request,
        HttpContext context,
        PasskeyService passkeys,
        InvitationService invitations,
        PasswordResetService resets,
        UserManager<Account> users
    )
    {
        if (request.Credential is not { } credential)
        {
            return Problems.PasskeyInvalid;
        }
        NewPasskey answer = new(credential.GetRawText(), request.Name);
        if (request.Code is { } code)
        {
            CredentialOutcome outcome = await invitations.FindAsync(code, context.RequestAborted) is not null
                ? await invitations.AcceptAsync(code, answer, context.RequestAborted)
                : await resets.CompleteAsync(code, answer, context.RequestAborted);
            return Answer(outcome);
        }
        return await SignedInAsync(context, users) is { } account
            ? Answer(await passkeys.RegisterAsync(account, answer))
            : Problems.SignInRequired;
    }

    private static async Task<IResult> ListAsync(HttpContext context, PasskeyService passkeys, UserManager<Account> users) =>
        await SignedInAsync(context, users) is { } account ? TypedResults.Ok(await passkeys.ListAsync(account)) : Problems.SignInRequired;

    private static async Task<IResult> RenameAsync(
        string id,
        PasskeyRequest request,
        HttpContext context,
        PasskeyService passkeys,
        UserManager<Account> users
    )
    {
        if (await SignedInAsync(context, users) is not { } account)
        {
            return Problems.SignInRequired;
        }
        return await passkeys.RenameAsync(account, id, request.Name) ? Results.NoContent() : Problems.PasskeyUnknown;
    }

    private static async Task<IResult> DeleteAsync(string id, HttpContext context, PasskeyService passkeys, UserManager<Account> users)
    {
        if (await SignedInAsync(context, users) is not { } account)
        {
            return Problems.SignInRequired;
        }
        return await passkeys.DeleteAsync(account, id) ? Results.NoContent() : Problems.PasskeyUnknown;
    }

    private static IResult Answer(CredentialOutcome outcome) =>
        outcome switch
        {
            CredentialOutcome.Done => Results.NoContent(),
            CredentialOutcome.LinkInvalid => Problems.LinkInvalid,
            _ => Problems.PasskeyInvalid,
        };

    private static async Task<Account?> SignedInAsync(HttpContext context, UserManager<Account> users)
    {
        AuthenticateResult browser = await context.AuthenticateAsync(IdentityConstants.ApplicationScheme);
        return browser.Succeeded && await users.GetUserAsync(browser.Principal) is { Status: AccountStatus.Active } account
            ? account
            : null;
    }

    private static string Network(HttpContext context) => AttemptLimits.NetworkOf(context.Connection.RemoteIpAddress);

    private static IResult Json(string json) => Results.Content(json, "application/json");
}
