using Lethe.Contracts;
using Lethe.Contracts.Ledger;
using Lethe.Contracts.Support;
using Lethe.Contracts.Tenants;
using Lethe.Control.Hosting;
using Lethe.Control.Identity;
using Lethe.Control.Moves;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Admin;

/// <summary>What a tenant's administrators see and change.</summary>
internal static class AdminEndpoints
{
    private const int MostLines = 100;

    /// <summary>Maps the routes.</summary>
    /// <param name="endpoints">The host.</param>
    public static void MapAdmin(this IEndpointRouteBuilder endpoints)
    {
        RouteGroupBuilder admin = endpoints.MapAdminGroup("/v1/admin", "Admin").ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        admin.MapGet("/tenant", GetTenantAsync).WithName("GetTenant").WithSummary("The tenant and its region.").Produces<TenantResponse>();
        admin
            .MapPut("/tenant", PutTenantAsync)
            .WithName("ChangeTenant")
            .WithSummary("Chooses the region. Safe to repeat.")
            .Produces<RegionResponse>()
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        admin.MapGet("/usage", GetUsageAsync).WithName("GetUsage").WithSummary("Tokens drawn per day.").Produces<UsageResponse>();
        admin
            .MapGet("/ledger", GetLedgerAsync)
            .WithName("GetLedger")
            .WithSummary("The ledger, in order, up to 100 entries a page.")
            .Produces<LedgerResponse>()
            .ProducesProblem(StatusCodes.Status400BadRequest);
    }

    private static async Task<IResult> GetTenantAsync(
        TenantContext tenant,
        IGrainFactory grains,
        IOptions<ControlOptions> options,
        CancellationToken cancellationToken
    ) =>
        await grains.GetGrain<ITenantGrain>(tenant.Tenant.GrainKey).DescribeAsync(cancellationToken) switch
        {
            TenantDescribed found => TypedResults.Ok(
                new TenantResponse(
                    tenant.Tenant.Value,
                    options.Value.Region,
                    found.PolicyClass.Name,
                    found.Version,
                    found.Members,
                    found.Domains,
                    found.Cases,
                    found.Shares
                )
            ),
            var elsewhere => TenantProblems.Of(elsewhere, options.Value),
        };

    private static async Task<IResult> PutTenantAsync(
        ChangeTenantRequest request,
        HttpContext context,
        TenantContext tenant,
        MoveDriver driver,
        TimeProvider clock,
        IOptions<ControlOptions> options,
        IOptions<MoveOptions> moves,
        CancellationToken cancellationToken
    )
    {
        if (!RegionNames.TryParse(request.Region, out Region to))
        {
            return Problems.RegionUnknown;
        }
        if (to == options.Value.Here)
        {
            return TypedResults.Ok(Region(to, options.Value));
        }
        Caller caller = context.Features.Get<Caller>() ?? throw new InvalidOperationException("No caller.");
        if (await driver.BeginAsync(tenant.Tenant, caller, to, cancellationToken) is { } problem)
        {
            return problem;
        }
        // Begun: whoever asked may leave, the move goes on.
        using CancellationTokenSource patience = new(moves.Value.Patience, clock);
        try
        {
            if (!await driver.DriveAsync(tenant.Tenant, patience.Token))
            {
                return Problems.RegionChangePending;
            }
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            return Problems.RegionChangePending;
        }
        IGrainFactory grains = context.RequestServices.GetRequiredService<IGrainFactory>();
        TenantResult route = await grains.GetGrain<ITenantGrain>(tenant.Tenant.GrainKey).RouteAsync(cancellationToken);
        return route switch
        {
            TenantElsewhere elsewhere when elsewhere.Region == to => TypedResults.Ok(Region(to, options.Value)),
            TenantHere => Problems.RegionNotAvailable, // the other cell said no, and this one serves again
            _ => Problems.RegionChangePending,
        };
    }

    private static async Task<IResult> GetUsageAsync(
        TenantContext tenant,
        IGrainFactory grains,
        IOptions<ControlOptions> options,
        CancellationToken cancellationToken
    ) =>
        await grains.GetGrain<ITenantGrain>(tenant.Tenant.GrainKey).DescribeAsync(cancellationToken) switch
        {
            TenantDescribed found => TypedResults.Ok(new UsageResponse([.. found.Days.Select(day => new UsageDay(day.Day, day.Tokens))])),
            var elsewhere => TenantProblems.Of(elsewhere, options.Value),
        };

    private static async Task<IResult> GetLedgerAsync(
        TenantContext tenant,
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
        LedgerPage page = await grains.GetGrain<ILedgerGrain>(tenant.Tenant.GrainKey).ReadAsync(from, count, cancellationToken);
        return TypedResults.Ok(new LedgerResponse([.. page.Lines.Select(LedgerResponseLine.Of)], page.Next, page.ChainHolds));
    }

    private static RegionResponse Region(Region region, ControlOptions options)
    {
        CellOptions cell = options.Cell(region) ?? throw new InvalidOperationException("No such cell.");
        return new(region.ToName(), cell.ControlUrl, cell.GatewayUrl);
    }
}

/// <summary>What to change.</summary>
/// <param name="Region"><c>eu</c> or <c>ch</c>.</param>
internal sealed record ChangeTenantRequest(string Region);

/// <summary>Where the tenant is from now on.</summary>
/// <param name="Region"><c>eu</c> or <c>ch</c>.</param>
/// <param name="ControlUrl">Its Control.</param>
/// <param name="GatewayUrl">Its Gateway.</param>
internal sealed record RegionResponse(string Region, string ControlUrl, string GatewayUrl);

/// <summary>The tenant.</summary>
internal sealed record TenantResponse(
    string Tenant,
    string Region,
    string PolicyClass,
    long Version,
    int Members,
    int Domains,
    int Cases,
    int Shares
);

/// <summary>Tokens drawn per day.</summary>
internal sealed record UsageResponse(IReadOnlyList<UsageDay> Days);

/// <summary>Tokens drawn on one day.</summary>
internal sealed record UsageDay(DateOnly Day, long Tokens);

/// <summary>A page of the ledger.</summary>
internal sealed record LedgerResponse(IReadOnlyList<LedgerResponseLine> Entries, long? Next, bool ChainHolds);

/// <summary>An entry of the ledger.</summary>
internal sealed record LedgerResponseLine(
    long Sequence,
    DateTimeOffset At,
    LedgerEvent Event,
    string? Actor,
    string? Subject,
    string? Region,
    ViewReason? Reason,
    IReadOnlyList<string>? Roles
)
{
    /// <summary>Writes an entry.</summary>
    /// <param name="line">The entry.</param>
    /// <returns>Its written form.</returns>
    public static LedgerResponseLine Of(LedgerLine line) =>
        new(
            line.Sequence,
            line.At,
            line.Entry.Event,
            line.Entry.Actor?.Value,
            line.Entry.Subject,
            line.Entry.Region?.ToName(),
            line.Entry.Reason,
            line.Entry.Roles is { } roles ? Contracts.Tenants.Roles.ToNames(roles) : null
        );
}
