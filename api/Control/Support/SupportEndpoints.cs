using Lethe.Contracts.Support;
using Lethe.Control.Identity;
using Lethe.Control.Identity.OpenId;

namespace Lethe.Control.Support;

/// <summary>Support for members: their cases, messages and shares. Nothing is shared without a consent of its own.</summary>
internal static class SupportEndpoints
{
    /// <summary>Adds what the routes need.</summary>
    /// <param name="services">The host's services.</param>
    public static void AddSupport(this IServiceCollection services) => services.AddSingleton<ConsentTexts>();

    /// <summary>Maps the routes.</summary>
    /// <param name="endpoints">The host.</param>
    public static void MapSupport(this IEndpointRouteBuilder endpoints)
    {
        RouteGroupBuilder support = endpoints
            .MapGroup("/v1/support")
            .WithTags("Support")
            .WithMetadata(new RequiredScope(TokenScopes.Support))
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status421MisdirectedRequest);
        support.MapPost("/cases", OpenAsync).WithName("OpenCase").WithSummary("Opens a case.").Produces<CaseOpenedResponse>(201);
        support.MapGet("/cases", ListAsync).WithName("ListCases").WithSummary("Lists the caller's open cases.").Produces<CasesResponse>();
        support
            .MapDelete("/cases", CloseAllAsync)
            .WithName("EraseCases")
            .WithSummary("Closes all of the caller's cases and destroys their keys.")
            .Produces<CasesClosedResponse>();
        support.MapGet("/cases/{caseId}", DescribeAsync).WithName("GetCase").WithSummary("Describes a case.").Produces<CaseResponse>();
        support
            .MapDelete("/cases/{caseId}", CloseAsync)
            .WithName("CloseCase")
            .WithSummary("Closes a case: its keys and those of its shares are destroyed.")
            .Produces(204);
        support
            .MapPost("/cases/{caseId}/messages", AddMessageAsync)
            .WithName("AddCaseMessage")
            .WithSummary("Sends a message: {\"text\": …}, at most 4096 bytes of UTF-8.")
            .Produces<MessageResponse>(201);
        support
            .MapGet("/cases/{caseId}/messages", ReadMessagesAsync)
            .WithName("ReadCaseMessages")
            .WithSummary("Reads the messages.")
            .Produces(200);
        support
            .MapGet("/export", ExportAsync)
            .WithName("ExportSupport")
            .WithSummary("Everything that support holds of the caller.")
            .Produces(200);
        support.MapShares();
    }

    /// <summary>Names the owner that a request acts for.</summary>
    /// <param name="tenant">The validated tenant and account.</param>
    /// <returns>The owner.</returns>
    public static SupportOwner ToOwner(this TenantContext tenant) => new(tenant.Tenant, tenant.Account);

    private static async Task<IResult> OpenAsync(TenantContext tenant, IGrainFactory grains, CancellationToken cancellationToken)
    {
        SupportId id = SupportId.Create();
        SupportResult result = await grains.GetGrain<ICaseGrain>(id.ToGrainKey()).OpenAsync(tenant.ToOwner(), cancellationToken);
        return result is CaseOpened opened
            ? TypedResults.Created($"/v1/support/cases/{id}", new CaseOpenedResponse(id.ToString(), opened.CreatedAt, opened.ExpiresAt))
            : Problems.OfSupport(result, Problems.CaseUnknown);
    }

    private static async Task<IResult> ListAsync(TenantContext tenant, IGrainFactory grains, CancellationToken cancellationToken) =>
        TypedResults.Ok(
            new CasesResponse([
                .. (await SupportExport.OpenCasesAsync(tenant.ToOwner(), grains, cancellationToken)).Select(open =>
                    CaseResponse.Of(open.Id, open.Case)
                ),
            ])
        );

    private static async Task<IResult> CloseAllAsync(TenantContext tenant, IGrainFactory grains, CancellationToken cancellationToken) =>
        TypedResults.Ok(new CasesClosedResponse(await SupportErasure.CloseAllAsync(tenant.ToOwner(), grains, cancellationToken)));

    private static async Task<IResult> DescribeAsync(
        string caseId,
        TenantContext tenant,
        IGrainFactory grains,
        CancellationToken cancellationToken
    )
    {
        if (!SupportId.TryParse(caseId, out SupportId id))
        {
            return Problems.CaseUnknown;
        }
        SupportResult result = await grains.GetGrain<ICaseGrain>(id.ToGrainKey()).DescribeAsync(tenant.ToOwner(), cancellationToken);
        return result is CaseDescribed described
            ? TypedResults.Ok(CaseResponse.Of(id, described))
            : Problems.OfSupport(result, Problems.CaseUnknown);
    }

    private static async Task<IResult> CloseAsync(
        string caseId,
        TenantContext tenant,
        IGrainFactory grains,
        CancellationToken cancellationToken
    )
    {
        if (!SupportId.TryParse(caseId, out SupportId id))
        {
            return Problems.CaseUnknown;
        }
        SupportResult result = await grains.GetGrain<ICaseGrain>(id.ToGrainKey()).CloseAsync(tenant.ToOwner(), cancellationToken);
        return result is SupportEnded ? TypedResults.NoContent() : Problems.OfSupport(result, Problems.CaseUnknown);
    }

    private static Task<IResult> AddMessageAsync(string caseId, TenantContext tenant, HttpContext context, IGrainFactory grains) =>
        SupportId.TryParse(caseId, out SupportId id)
            ? Messages.AddAsync(tenant.ToOwner(), id, context, grains)
            : Task.FromResult<IResult>(Problems.CaseUnknown);

    private static Task<IResult> ReadMessagesAsync(string caseId, TenantContext tenant, HttpContext context, IGrainFactory grains) =>
        SupportId.TryParse(caseId, out SupportId id)
            ? Messages.ReadAsync(tenant.ToOwner(), id, context, grains)
            : Task.FromResult<IResult>(Problems.CaseUnknown);

    private static Task<IResult> ExportAsync(TenantContext tenant, IGrainFactory grains, CancellationToken cancellationToken) =>
        SupportExport.MakeAsync(tenant.ToOwner(), grains, cancellationToken);
}
