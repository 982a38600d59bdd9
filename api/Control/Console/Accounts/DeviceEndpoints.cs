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

    private static async Task<IResult> ShowAsync(PageRequest page, SignInSettings settings)
    {
        if (!await settings.MayUseDeviceFlowAsync(page.Account!, page.Context.RequestAborted))
        {
            return page.Page<DeviceCodePage>(new FieldView(null, "device.off"));
        }
        string? typed = page.Context.Request.Query["user_code"].ToString() is { Length: > 0 } value ? value : null;
        AuthenticateResult asked = await page.Context.AuthenticateAsync(Server);
        return
            asked.Succeeded
            && asked.Principal.GetClaim(Claims.ClientId) is { } client
            && page.Context.GetOpenIddictServerRequest()?.UserCode is { } code
            ? page.Page<DevicePage>(new DeviceView(code, client, page.Account!.Email!))
            : page.Page<DeviceCodePage>(new FieldView(KeptQuery.UserCode(typed), typed is null ? null : "device.invalid"));
    }

    private static async Task<IResult> AnswerAsync(PageRequest page, SignInSettings settings)
    {
        AuthenticateResult asked = await page.Context.AuthenticateAsync(Server);
        if (!asked.Succeeded || asked.Principal.GetClaim(Claims.ClientId) is null)
        {
            return page.Page<DeviceCodePage>(new FieldView(null, "device.invalid"));
        }
        if (page.Field("refuse") is not null || !await settings.MayUseDeviceFlowAsync(page.Account!, page.Context.RequestAborted))
        {
            return Results.Forbid(new() { RedirectUri = Refused }, [Server]);
        }
        return Results.SignIn(
            TokenPrincipals.Make(page.Account!, asked.Principal.GetScopes()),
            new() { RedirectUri = AccountPaths.DeviceDone },
            Server
        );
    }
}
