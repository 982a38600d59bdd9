using Lethe.Contracts.Support;
using Lethe.Contracts.Tenants;
using Lethe.Control.Identity;
using Lethe.Control.Identity.Accounts;
using Lethe.Control.Identity.OpenId;

namespace Lethe.Control.Desk;

/// <summary>All that support can do about an account: have the mail sent with which its owner sets a new password.</summary>
internal static class ResetMailEndpoints
{
    /// <summary>Maps the route.</summary>
    /// <param name="endpoints">The host.</param>
    public static void MapResetMail(this IEndpointRouteBuilder endpoints) =>
        endpoints
            .MapPost("/v1/desk/reset-mail", SendAsync)
            .WithTags("Desk")
            .WithMetadata(new RequiredScope(TokenScopes.Support))
            .WithName("DeskSendResetMail")
            .WithSummary("Has the mail of a reset sent to an address that its owner named. The answer is the same for every address.")
            .Produces(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status429TooManyRequests);

    private static async Task<IResult> SendAsync(
        ResetMailRequest request,
        StaffContext staff,
        StaffResets resets,
        AttemptLimits limits,
        IGrainFactory grains,
        CancellationToken cancellationToken
    )
    {
        if (!InvitationService.IsAddress(request.Email, out string address))
        {
            return Problems.EmailInvalid;
        }
        if (await grains.GetGrain<IStaffGrain>(staff.Account.ToGrainKey()).CheckAsync(Role.Support, cancellationToken) is { } refused)
        {
            return Problems.OfSupport(refused, Problems.CaseUnknown);
        }
        if (!limits.TryEnter($"staff {staff.Account.Value}", address))
        {
            return Problems.TooManyAttempts;
        }
        resets.Add(address, staff.Account);
        return TypedResults.StatusCode(StatusCodes.Status202Accepted);
    }
}

/// <summary>Whose password is to be reset.</summary>
/// <param name="Email">The address, as its owner told it.</param>
internal sealed record ResetMailRequest(string? Email)
{
    /// <inheritdoc/>
    public override string ToString() => nameof(ResetMailRequest);
}
