using Lethe.Contracts.Ledger;
using Lethe.Control.Identity;
using Lethe.Control.Identity.Accounts;

namespace Lethe.Control.Admin;

/// <summary>How a tenant's people may sign in.</summary>
/// <param name="DeviceFlow">Whether by device code: the portable way in Word, but a code can be phished.</param>
internal sealed record SignInSettingsMessage(bool DeviceFlow);

/// <summary>What a tenant decides about sign-in.</summary>
internal static class SignInSettingsEndpoints
{
    /// <summary>Maps the routes.</summary>
    /// <param name="endpoints">The host.</param>
    public static void MapSignInSettings(this IEndpointRouteBuilder endpoints)
    {
        RouteGroupBuilder settings = endpoints.MapAdminGroup("/v1/admin/sign-in", "Admin");
        settings.MapGet("/", GetAsync).WithName("GetSignInSettings").WithSummary("How the tenant's people may sign in.");
        settings.MapPut("/", PutAsync).WithName("ChangeSignInSettings").WithSummary("Changes it. Safe to repeat.");
    }

    private static async Task<IResult> GetAsync(TenantContext tenant, SignInSettings settings, CancellationToken cancellationToken) =>
        TypedResults.Ok(new SignInSettingsMessage(await settings.DeviceFlowAsync(tenant.Tenant, cancellationToken)));

    private static async Task<IResult> PutAsync(
        SignInSettingsMessage request,
        TenantContext tenant,
        SignInSettings settings,
        IGrainFactory grains,
        CancellationToken cancellationToken
    )
    {
        if (await settings.DeviceFlowAsync(tenant.Tenant, cancellationToken) == request.DeviceFlow)
        {
            return TypedResults.Ok(request); // as it was: nothing to record
        }
        LedgerEvent change = request.DeviceFlow ? LedgerEvent.DeviceFlowAllowed : LedgerEvent.DeviceFlowForbidden;
        await grains
            .GetGrain<ILedgerGrain>(tenant.Tenant.GrainKey)
            .AppendAsync(new(change, tenant.Account, Subject: null, Region: null), cancellationToken);
        await settings.SetDeviceFlowAsync(tenant.Tenant, request.DeviceFlow, cancellationToken);
        return TypedResults.Ok(request);
    }
}
