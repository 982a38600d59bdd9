using Lethe.Contracts.Tenants;
using Lethe.Control.Admin.Members;
using Lethe.Control.Hosting;
using Lethe.Control.Identity;
using Lethe.Control.Identity.OpenId;
using Microsoft.Extensions.Options;

namespace Lethe.Control.OwnAccount;

/// <summary>What a data subject asks of their own account: access, export, erasure.</summary>
internal static class OwnAccountEndpoints
{
    /// <summary>Maps the routes.</summary>
    /// <param name="endpoints">The host.</param>
    public static void MapOwnAccount(this IEndpointRouteBuilder endpoints)
    {
        RouteGroupBuilder account = endpoints
            .MapGroup("/v1/account")
            .WithTags("Account")
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status421MisdirectedRequest);
        account.MapGet(string.Empty, GetAsync).WithName("GetAccount").WithSummary("The caller's own account.").Produces<MemberResponse>();
        account
            .MapGet("/export", ExportAsync)
            .WithName("ExportAccount")
            .WithSummary("Everything that is stored of the caller.")
            .Produces<AccountExportResponse>();
        account
            .MapDelete(string.Empty, EraseAsync)
            .WithName("EraseAccount")
            .WithMetadata(new RequiredScope(TokenScopes.Admin)) // not by what a plugin's token may do
            .WithSummary("Erases the caller: account, sessions, support cases.")
            .Produces<MemberRemovedResponse>()
            .ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> GetAsync(
        TenantContext tenant,
        MemberAccounts accounts,
        IGrainFactory grains,
        IOptions<ControlOptions> options,
        CancellationToken cancellationToken
    )
    {
        TenantResult result = await grains
            .GetGrain<ITenantGrain>(tenant.Tenant.GrainKey)
            .ReadMemberAsync(tenant.Account, tenant.Account, cancellationToken);
        return result is MemberStands stands
            ? TypedResults.Ok(MemberResponse.Of(stands.Member, await accounts.FindAsync(tenant.Tenant, tenant.Account, cancellationToken)))
            : Problems.OfMembers(result, options.Value);
    }

    private static Task<IResult> ExportAsync(TenantContext tenant, AccountExport export, CancellationToken cancellationToken) =>
        export.MakeAsync(tenant, tenant.Account, cancellationToken);

    private static async Task<IResult> EraseAsync(TenantContext tenant, MemberRemoval removal, CancellationToken cancellationToken)
    {
        (MemberRemovedResponse? removed, Problem? problem) = await removal.RemoveAsync(tenant, tenant.Account, cancellationToken);
        return problem ?? (IResult)TypedResults.Ok(removed);
    }
}
