using Lethe.Contracts.Ledger;
using Lethe.Contracts.Tenants;
using Lethe.Contracts.Tokens;
using Lethe.Control.Admin;
using Lethe.Control.Identity;
using Lethe.Control.Identity.OpenId;

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

/// <summary>An epoch of a class is closed.</summary>
/// <param name="PolicyClass">The class.</param>
/// <param name="Epoch">The epoch.</param>
internal sealed record EpochClosedResponse(string PolicyClass, long Epoch);
