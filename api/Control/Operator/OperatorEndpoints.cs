using System.ComponentModel.DataAnnotations;
using Lethe.Contracts.Ledger;
using Lethe.Contracts.Tenants;
using Lethe.Contracts.Tokens;
using Lethe.Control.Admin;
using Lethe.Control.Hosting;
using Lethe.Control.Identity;
using Lethe.Control.Identity.OpenId;
using Lethe.Control.Identity.Providers;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Operator;

/// <summary>What the operator of the cell does. It is in the operator's ledger before it is done.</summary>
internal static partial class OperatorEndpoints
{
    private const int MostLines = 100;

    /// <summary>Maps the routes.</summary>
    /// <param name="endpoints">The host.</param>
    public static void MapOperator(this IEndpointRouteBuilder endpoints)
    {
        RouteGroupBuilder cell = endpoints
            .MapGroup("/v1/operator")
            .WithTags("Operator")
            .WithMetadata(new RequiredScope(TokenScopes.Admin))
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden);
        cell.MapPost("/classes/{policyClass}/epochs/{epoch:long}/close", CloseEpochAsync)
            .WithName("CloseEpoch")
            .WithSummary("Closes an epoch of a class at once, for everybody: its tokens open no session any more.")
            .Produces<EpochClosedResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound);
        cell.MapPost("/identity-providers/release", ReleaseIssuerAsync)
            .WithName("ReleaseIssuer")
            .WithSummary("Takes an issuer from the tenant that claimed it, at once. Safe to repeat until it says that nobody has it.")
            .Produces<IssuerReleasedResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        cell.MapGet("/ledger", GetLedgerAsync)
            .WithName("GetOperatorLedger")
            .WithSummary("The operator's ledger, in order, up to 100 entries a page.")
            .Produces<LedgerResponse>()
            .ProducesProblem(StatusCodes.Status400BadRequest);
    }

    private static async Task<IResult> CloseEpochAsync(
        string policyClass,
        long epoch,
        StaffContext staff,
        IGrainFactory grains,
        ILoggerFactory loggers,
        CancellationToken cancellationToken
    )
    {
        IIssuerDirectoryGrain directory = grains.GetGrain<IIssuerDirectoryGrain>(IIssuerDirectoryGrain.Key);
        if (
            !PolicyClass.TryParse(policyClass, out PolicyClass known)
            || !(await directory.ListAsync(cancellationToken)).Keys.Any(key => key.PolicyClass == known && key.Epoch == epoch)
        )
        {
            return Problems.EpochUnknown;
        }
        await grains
            .GetGrain<ILedgerGrain>(OperatorLedger.Key)
            .AppendAsync(new(LedgerEvent.IssuerKeyClosed, staff.Account, $"{known.Name}-{epoch}", Region: null), cancellationToken);
        bool closed = await directory.CloseEpochAsync(known, epoch, CancellationToken.None);
        LogClosed(loggers.CreateLogger(typeof(OperatorEndpoints)), epoch, closed);
        return closed ? TypedResults.Ok(new EpochClosedResponse(known.Name, epoch)) : Problems.EpochUnknown;
    }

    private static async Task<IResult> ReleaseIssuerAsync(
        ReleaseIssuerRequest request,
        StaffContext staff,
        IGrainFactory grains,
        ProviderRegistry registry,
        IOptions<ControlOptions> options,
        CancellationToken cancellationToken
    )
    {
        IIdentityProviderDirectoryGrain directory = grains.GetGrain<IIdentityProviderDirectoryGrain>(IIdentityProviderDirectoryGrain.Key);
        if (
            (await directory.ListAsync(cancellationToken)).FirstOrDefault(entry => entry.Provider.Issuer == request.Issuer) is not { } claim
        )
        {
            return Problems.IssuerUnclaimed;
        }
        await grains
            .GetGrain<ILedgerGrain>(OperatorLedger.Key)
            .AppendAsync(new(LedgerEvent.IdentityProviderReleased, staff.Account, claim.Tenant.Value, Region: null), cancellationToken);
        TenantResult released = await grains
            .GetGrain<ITenantGrain>(claim.Tenant.GrainKey)
            .ReleaseIdentityProviderAsync(staff.Account, CancellationToken.None);
        if (released is not (IdentityProviderStands or TenantElsewhere or TenantUnknown))
        {
            return TenantProblems.Of(released, options.Value); // it is moving: to be tried again
        }
        await directory.ReleaseAsync(claim.Tenant, CancellationToken.None); // also what a tenant that moved has left here
        registry.Forget();
        return TypedResults.Ok(new IssuerReleasedResponse(claim.Tenant.Value));
    }

    private static async Task<IResult> GetLedgerAsync(
        IGrainFactory grains,
        CancellationToken cancellationToken,
        long from = 1,
        int count = MostLines
    )
    {
        if (from < 1 || count is < 1 or > MostLines)
        {
            return Problems.RequestInvalid;
        }
        LedgerPage page = await grains.GetGrain<ILedgerGrain>(OperatorLedger.Key).ReadAsync(from, count, cancellationToken);
        return TypedResults.Ok(new LedgerResponse([.. page.Lines.Select(LedgerResponseLine.Of)], page.Next, page.ChainHolds));
    }

    [LoggerMessage(EventIds.EpochClosed, LogLevel.Warning, "An operator closed epoch {Epoch} of a class: {Closed}")]
    private static partial void LogClosed(ILogger logger, long epoch, bool closed);
}

/// <summary>An issuer that a tenant should not have.</summary>
/// <param name="Issuer">The <c>iss</c>, just as the tenant claimed it.</param>
internal sealed record ReleaseIssuerRequest([property: Required, MaxLength(512)] string Issuer);

/// <summary>An issuer is nobody's any more.</summary>
/// <param name="Tenant">Whose it was.</param>
internal sealed record IssuerReleasedResponse(string Tenant);

/// <summary>An epoch of a class is closed.</summary>
/// <param name="PolicyClass">The class.</param>
/// <param name="Epoch">The epoch.</param>
internal sealed record EpochClosedResponse(string PolicyClass, long Epoch);
