using Lethe.Contracts.Support;
using Lethe.Control.Identity;
using Lethe.Control.Identity.OpenId;
using Lethe.Control.Support;

namespace Lethe.Control.Desk;

/// <summary>
/// The support staff's side: accounts of the operator's own issuer whose role and undertaking are on file. Each look names a
/// reason and is in the tenant's ledger before any key is released.
/// </summary>
internal static class DeskEndpoints
{
    /// <summary>The header with the reason of a look. Not in the URL, which holds nothing but random ids.</summary>
    public const string ReasonHeader = "Lethe-View-Reason";

    /// <summary>Maps the routes.</summary>
    /// <param name="endpoints">The host.</param>
    public static void MapDesk(this IEndpointRouteBuilder endpoints)
    {
        RouteGroupBuilder desk = endpoints
            .MapGroup("/v1/desk")
            .WithTags("Desk")
            .WithMetadata(new RequiredScope(TokenScopes.Support))
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden);
        desk.MapGet("/cases/{caseId}", DescribeCaseAsync)
            .WithName("DeskGetCase")
            .WithSummary("Describes a case. Header Lethe-View-Reason: why.")
            .Produces<CaseResponse>();
        desk.MapGet("/cases/{caseId}/messages", ReadMessagesAsync)
            .WithName("DeskReadMessages")
            .WithSummary("Reads a case's messages. Header Lethe-View-Reason: why.")
            .Produces(200);
        desk.MapPost("/cases/{caseId}/messages", ReplyAsync)
            .WithName("DeskReply")
            .WithSummary("Answers in a case: {\"text\": …}. Header Lethe-View-Reason: why.")
            .Produces<MessageResponse>(201);
        desk.MapGet("/shares/{shareId}", DescribeShareAsync)
            .WithName("DeskGetShare")
            .WithSummary("Describes a share. Header Lethe-View-Reason: why.")
            .Produces<ShareResponse>();
        desk.MapGet("/shares/{shareId}/document", ReadDocumentAsync)
            .WithName("DeskReadDocument")
            .WithSummary("Reads a shared document. Header Lethe-View-Reason: why.")
            .Produces(200);
    }

    private static async Task<IResult> DescribeCaseAsync(string caseId, StaffContext staff, HttpContext context, IGrainFactory grains)
    {
        if (Ask(staff, context, caseId, Problems.CaseUnknown, out SupportStaff caller, out SupportId id) is { } problem)
        {
            return problem;
        }
        SupportResult result = await grains.GetGrain<ICaseGrain>(id.ToGrainKey()).DescribeAsync(caller, context.RequestAborted);
        return result is CaseDescribed described
            ? TypedResults.Ok(CaseResponse.Of(id, described))
            : Problems.OfSupport(result, Problems.CaseUnknown);
    }

    private static async Task<IResult> ReadMessagesAsync(string caseId, StaffContext staff, HttpContext context, IGrainFactory grains) =>
        Ask(staff, context, caseId, Problems.CaseUnknown, out SupportStaff caller, out SupportId id) is { } problem
            ? problem
            : await Messages.ReadAsync(caller, id, context, grains);

    private static async Task<IResult> ReplyAsync(string caseId, StaffContext staff, HttpContext context, IGrainFactory grains) =>
        Ask(staff, context, caseId, Problems.CaseUnknown, out SupportStaff caller, out SupportId id) is { } problem
            ? problem
            : await Messages.AddAsync(caller, id, context, grains);

    private static async Task<IResult> DescribeShareAsync(string shareId, StaffContext staff, HttpContext context, IGrainFactory grains)
    {
        if (Ask(staff, context, shareId, Problems.ShareUnknown, out SupportStaff caller, out SupportId id) is { } problem)
        {
            return problem;
        }
        SupportResult result = await grains.GetGrain<IShareGrain>(id.ToGrainKey()).DescribeAsync(caller, context.RequestAborted);
        return result is ShareDescribed described
            ? TypedResults.Ok(ShareResponse.Of(described))
            : Problems.OfSupport(result, Problems.ShareUnknown);
    }

    private static async Task<IResult> ReadDocumentAsync(string shareId, StaffContext staff, HttpContext context, IGrainFactory grains) =>
        Ask(staff, context, shareId, Problems.ShareUnknown, out SupportStaff caller, out SupportId id) is { } problem
            ? problem
            : await DocumentTransfer.GetAsync(caller, id, context, grains);

    private static Problem? Ask(
        StaffContext staff,
        HttpContext context,
        string written,
        Problem unknown,
        out SupportStaff caller,
        out SupportId id
    )
    {
        bool reasoned = ViewReasonNames.TryParse(context.Request.Headers[ReasonHeader], out ViewReason reason);
        bool known = SupportId.TryParse(written, out id);
        caller = new SupportStaff(staff.Account, reason);
        return reasoned ? (known ? null : unknown) : Problems.ViewReasonRequired;
    }
}
