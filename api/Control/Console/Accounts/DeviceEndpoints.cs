using System.Security.Claims;
using Lethe.Control.Console.Shell;
using Lethe.Control.Identity.Accounts;
using Lethe.Control.Identity.OpenId;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Lethe.Control.Console.Accounts;

/// <summary>Lets a device in by the code that it shows. The page says that such codes are phished, because they are.</summary>
internal static class DeviceEndpoints
{
    private const string Server = OpenIddictServerAspNetCoreDefaults.AuthenticationScheme;
    private const string Refused = "/account/device-refused";

    /// <summary>Maps the pages.</summary>
    /// <param name="endpoints">The host.</param>
    public static void MapDevices(this IEndpointRouteBuilder endpoints)
    {
        RouteGroupBuilder verify = endpoints.MapPages("/connect", needsAccount: true);
        verify.MapGet("/verify", ShowAsync);
        verify.MapPost("/verify", AnswerAsync);
        RouteGroupBuilder account = endpoints.MapPages(AccountPaths.Account, needsAccount: true);
        account.MapGet("/device", () => TypedResults.LocalRedirect("/connect/verify"));
        account.MapGet("/device-done", (PageRequest page) => page.Page<MessagePage>(MessageView.Of("deviceDone", AccountPaths.Account)));
        account.MapGet(
            "/device-refused",
            (PageRequest page) => page.Page<MessagePage>(MessageView.Of("deviceDenied", AccountPaths.Account))
        );
    }

    private static async Task<IResult> ShowAsync(PageRequest page, SignInSettings settings, DeviceCodeGuesses guesses)
    {
        if (!await settings.MayUseDeviceFlowAsync(page.Account!, page.Context.RequestAborted))
        {
            return page.Page<DeviceCodePage>(new FieldView(null, "device.off"));
        }
        if (page.Context.Request.Query["user_code"].ToString() is not { Length: > 0 } typed)
        {
            return page.Page<DeviceCodePage>(new FieldView(null, null));
        }
        return await AskedAsync(page, guesses) is { } asked && page.Context.GetOpenIddictServerRequest()?.UserCode is { } code
            ? page.Page<DevicePage>(new DeviceView(code, asked.GetClaim(Claims.ClientId)!, page.Account!.Email!))
            : page.Page<DeviceCodePage>(new FieldView(KeptQuery.UserCode(typed), "device.invalid"));
    }

    private static async Task<IResult> AnswerAsync(PageRequest page, SignInSettings settings, DeviceCodeGuesses guesses)
    {
        if (await AskedAsync(page, guesses) is not { } asked)
        {
            return page.Page<DeviceCodePage>(new FieldView(null, "device.invalid"));
        }
        if (page.Field("refuse") is not null || !await settings.MayUseDeviceFlowAsync(page.Account!, page.Context.RequestAborted))
        {
            return Results.Forbid(new() { RedirectUri = Refused }, [Server]);
        }
        return Results.SignIn(
            TokenPrincipals.Make(page.Account!, asked.GetScopes()),
            new() { RedirectUri = AccountPaths.DeviceDone },
            Server
        );
    }

    // What the code stands for; null when there is no such code, or too many were tried.
    private static async Task<ClaimsPrincipal?> AskedAsync(PageRequest page, DeviceCodeGuesses guesses)
    {
        AuthenticateResult found = await page.Context.AuthenticateAsync(Server);
        ClaimsPrincipal? asked = found.Principal?.GetClaim(Claims.ClientId) is null ? null : found.Principal;
        return await guesses.MayAsync(page.Account!, asked is not null, page.Network, page.Context.RequestAborted) ? asked : null;
    }
}
