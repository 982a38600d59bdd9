using System.Security.Claims;
using Lethe.Control.Identity.Accounts;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Primitives;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Lethe.Control.Identity.OpenId;

/// <summary>
/// Our part of the OpenID Connect endpoints: who is signed in, and what a token of theirs says. Parsing, PKCE, rotation and
/// the endpoints that need no person are OpenIddict's.
/// </summary>
internal static class OpenIdEndpoints
{
    private const string Server = OpenIddictServerAspNetCoreDefaults.AuthenticationScheme;

    /// <summary>Maps the routes.</summary>
    /// <param name="endpoints">The host.</param>
    public static void MapOpenId(this IEndpointRouteBuilder endpoints)
    {
        RouteGroupBuilder connect = endpoints.MapGroup("/connect").AllowAnonymous().ExcludeFromDescription();
        connect.MapMethods("/authorize", [HttpMethods.Get, HttpMethods.Post], AuthorizeAsync);
        connect.MapPost("/token", TokenAsync);
        connect.MapMethods("/logout", [HttpMethods.Get, HttpMethods.Post], LogOutAsync);
    }

    /// <summary>Refuses an OAuth request in OAuth's form.</summary>
    /// <param name="error">An <c>error</c> of RFC 6749.</param>
    /// <returns>The answer.</returns>
    public static IResult Refuse(string error) =>
        Results.Forbid(
            new(new Dictionary<string, string?>(StringComparer.Ordinal) { [OpenIddictServerAspNetCoreConstants.Properties.Error] = error }),
            [Server]
        );

    private static async Task<IResult> AuthorizeAsync(HttpContext context, UserManager<Account> users, TimeProvider clock)
    {
        OpenIddictRequest request = context.GetOpenIddictServerRequest() ?? throw new InvalidOperationException("No OpenID request.");
        AuthenticateResult browser = await context.AuthenticateAsync(IdentityConstants.ApplicationScheme);
        bool again =
            request.HasPromptValue(PromptValues.Login)
            || (
                request.MaxAge is { } age
                && browser.Properties?.IssuedUtc is { } since
                && clock.GetUtcNow() - since > TimeSpan.FromSeconds(age)
            );
        if (again || !browser.Succeeded || await users.GetUserAsync(browser.Principal) is not { Status: AccountStatus.Active } account)
        {
            return request.HasPromptValue(PromptValues.None) ? Refuse(Errors.LoginRequired) : AskToSignIn(context);
        }
        ClaimsPrincipal principal = TokenPrincipals.Make(account, request.GetScopes());
        return Results.SignIn(principal, properties: null, Server);
    }

    // Without prompt and max_age: whoever comes back has just signed in.
    private static IResult AskToSignIn(HttpContext context)
    {
        IEnumerable<KeyValuePair<string, StringValues>> asked = context.Request.HasFormContentType
            ? context.Request.Form
            : context.Request.Query;
        QueryString rest = QueryString.Create(asked.Where(parameter => parameter.Key is not (Parameters.Prompt or Parameters.MaxAge)));
        return Results.Challenge(new() { RedirectUri = context.Request.Path + rest }, [IdentityConstants.ApplicationScheme]);
    }

    private static async Task<IResult> TokenAsync(HttpContext context, UserManager<Account> users)
    {
        AuthenticateResult granted = await context.AuthenticateAsync(Server);
        if (
            granted.Principal?.GetClaim(Claims.Subject) is not { } subject
            || await users.FindByIdAsync(subject) is not { Status: AccountStatus.Active } account
            || !TokenPrincipals.IsOf(granted.Principal, account)
        )
        {
            return Refuse(Errors.InvalidGrant);
        }
        return Results.SignIn(TokenPrincipals.Make(account, granted.Principal.GetScopes()), properties: null, Server);
    }

    private static async Task<IResult> LogOutAsync(HttpContext context, SignInService signIn)
    {
        await signIn.SignOutAsync();
        return Results.SignOut(new() { RedirectUri = AccountPaths.SignIn }, [Server]);
    }
}
