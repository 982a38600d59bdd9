using Lethe.Control.Identity.Accounts;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Lethe.Control.Identity.OpenId;

/// <summary>What a device's request to sign in is, as its person sees it.</summary>
/// <param name="UserCode">The code that was typed.</param>
/// <param name="Client">The <c>client_id</c> that wants to be signed in.</param>
internal sealed record DeviceRequest(string UserCode, string Client);

/// <summary>The page on which somebody who is signed in lets a device in, by the code that it shows.</summary>
internal static class DeviceForm
{
    private const string Server = OpenIddictServerAspNetCoreDefaults.AuthenticationScheme;
    private const string Path = "/connect/verify";

    /// <summary>Shows the form.</summary>
    public static async Task<IResult> ShowAsync(HttpContext context, UserManager<Account> users, IAntiforgery antiforgery)
    {
        AuthenticateResult browser = await context.AuthenticateAsync(IdentityConstants.ApplicationScheme);
        if (!browser.Succeeded || await users.GetUserAsync(browser.Principal) is not { Status: AccountStatus.Active })
        {
            return SignInFirst(context);
        }
        return await FindAsync(context) is { } device
            ? Forms.Page(
                context,
                antiforgery,
                "Sign a device in",
                Path,
                $"<p>Let {Forms.Text(device.Client)} sign in as you? Only go on if you have just started this yourself.</p>"
                    + $"<input type=\"hidden\" name=\"user_code\" value=\"{Forms.Text(device.UserCode)}\">",
                "Let it in"
            )
            : Forms.Page(
                context,
                antiforgery,
                "Sign a device in",
                Path,
                Forms.Field("user_code", "Code", "text", "off"),
                "Go on",
                get: true
            );
    }

    /// <summary>Lets the device in.</summary>
    public static async Task<IResult> AnswerAsync(
        HttpContext context,
        UserManager<Account> users,
        IAntiforgery antiforgery,
        SignInSettings settings
    )
    {
        AuthenticateResult browser = await context.AuthenticateAsync(IdentityConstants.ApplicationScheme);
        if (!browser.Succeeded || await users.GetUserAsync(browser.Principal) is not { Status: AccountStatus.Active } account)
        {
            return SignInFirst(context);
        }
        if (!await antiforgery.IsRequestValidAsync(context))
        {
            return Problems.FormInvalid;
        }
        AuthenticateResult asked = await context.AuthenticateAsync(Server);
        if (!asked.Succeeded || asked.Principal.GetClaim(Claims.ClientId) is null)
        {
            return Forms.Message("The code is not known, or not good any more. Start again on the device.");
        }
        if (!await settings.MayUseDeviceFlowAsync(account, context.RequestAborted))
        {
            return Forms.Message("Your firm does not allow signing in by code.");
        }
        return Results.SignIn(
            TokenPrincipals.Make(account, asked.Principal.GetScopes()),
            new() { RedirectUri = AccountPaths.DeviceDone },
            Server
        );
    }

    private static IResult SignInFirst(HttpContext context) =>
        Results.Challenge(
            new() { RedirectUri = context.Request.Path + context.Request.QueryString },
            [IdentityConstants.ApplicationScheme]
        );

    private static async Task<DeviceRequest?> FindAsync(HttpContext context)
    {
        AuthenticateResult asked = await context.AuthenticateAsync(Server);
        return
            asked.Succeeded
            && asked.Principal.GetClaim(Claims.ClientId) is { } client
            && context.GetOpenIddictServerRequest()?.UserCode is { } code
            ? new(code, client)
            : null;
    }
}
