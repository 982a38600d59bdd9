using Lethe.Contracts.Support;
using Lethe.Control.Identity;

namespace Lethe.Control.Support;

/// <summary>Consents and the documents that they allow to keep.</summary>
internal static class ShareEndpoints
{
    /// <summary>Maps the routes.</summary>
    /// <param name="support">The group of support for members.</param>
    public static void MapShares(this RouteGroupBuilder support)
    {
        support
            .MapGet("/consent-text", (ConsentTexts texts) => TypedResults.Ok(texts.ToResponse()))
            .WithName("GetConsentText")
            .WithSummary("The text to show before a document is shared.");
        support
            .MapPost("/cases/{caseId}/shares", ConsentAsync)
            .WithName("ConsentToShare")
            .WithSummary("Consents to share one document; nothing is shared without it.")
            .Produces<ShareConsentedResponse>(201);
        support.MapGet("/shares/{shareId}", DescribeAsync).WithName("GetShare").WithSummary("Describes a share.").Produces<ShareResponse>();
        support
            .MapPut("/shares/{shareId}/document", PutAsync)
            .WithName("PutShareDocument")
            .WithSummary("Sends the consented document as the body, at most 10 MiB. Refused from its headers without an open consent.")
            .Produces<DocumentResponse>(201);
        support
            .MapGet("/shares/{shareId}/document", GetAsync)
            .WithName("GetShareDocument")
            .WithSummary("Reads the document back.")
            .Produces(200);
        support
            .MapDelete("/shares/{shareId}", WithdrawAsync)
            .WithName("WithdrawShare")
            .WithSummary("Withdraws the consent: the key is destroyed, the document is gone.")
            .Produces(204);
    }

    private static async Task<IResult> ConsentAsync(
        string caseId,
        ShareRequest request,
        TenantContext tenant,
        ConsentTexts texts,
        TimeProvider clock,
        IGrainFactory grains,
        CancellationToken cancellationToken
    )
    {
        if (!SupportId.TryParse(caseId, out SupportId id))
        {
            return Problems.CaseUnknown;
        }
        if (!request.ShareDocument)
        {
            return Problems.ConsentRequired;
        }
        if (!string.Equals(request.ConsentTextVersion, texts.VersionName, StringComparison.Ordinal))
        {
            return Problems.ConsentTextOutdated;
        }
        if (request.Purpose is not { } purpose)
        {
            return Problems.PurposeRequired;
        }
        if (request is { Days: not null, ExpiresAt: not null } or { Days: < 1 or > 30 })
        {
            return Problems.ConsentExpiryInvalid;
        }
        ConsentLanguage language = request.Language ?? ConsentLanguage.En;
        DateTimeOffset? expiresAt = request.Days is { } days ? clock.GetUtcNow().AddDays(days) : request.ExpiresAt?.ToUniversalTime();
        DocumentConsent consent = new(true, texts.Version, language, texts.Hash(language), purpose, expiresAt);
        SupportResult result = await grains
            .GetGrain<ICaseGrain>(id.ToGrainKey())
            .ConsentAsync(tenant.ToOwner(), consent, cancellationToken);
        return result is ShareConsented { Receipt: { } receipt }
            ? TypedResults.Created(
                $"/v1/support/shares/{receipt.Share}",
                new ShareConsentedResponse(receipt.Share.ToString(), receipt.ExpiresAt, ReceiptResponse.Of(receipt))
            )
            : Problems.OfSupport(result, Problems.CaseUnknown);
    }

    private static async Task<IResult> DescribeAsync(
        string shareId,
        TenantContext tenant,
        IGrainFactory grains,
        CancellationToken cancellationToken
    )
    {
        if (!SupportId.TryParse(shareId, out SupportId id))
        {
            return Problems.ShareUnknown;
        }
        SupportResult result = await grains.GetGrain<IShareGrain>(id.ToGrainKey()).DescribeAsync(tenant.ToOwner(), cancellationToken);
        return result is ShareDescribed described
            ? TypedResults.Ok(ShareResponse.Of(described))
            : Problems.OfSupport(result, Problems.ShareUnknown);
    }

    private static Task<IResult> PutAsync(string shareId, TenantContext tenant, HttpContext context, IGrainFactory grains) =>
        DocumentTransfer.PutAsync(tenant.ToOwner(), SupportId.TryParse(shareId, out SupportId id) ? id : null, context, grains);

    private static Task<IResult> GetAsync(string shareId, TenantContext tenant, HttpContext context, IGrainFactory grains) =>
        SupportId.TryParse(shareId, out SupportId id)
            ? DocumentTransfer.GetAsync(tenant.ToOwner(), id, context, grains)
            : Task.FromResult<IResult>(Problems.ShareUnknown);

    private static async Task<IResult> WithdrawAsync(
        string shareId,
        TenantContext tenant,
        IGrainFactory grains,
        CancellationToken cancellationToken
    )
    {
        if (!SupportId.TryParse(shareId, out SupportId id))
        {
            return Problems.ShareUnknown;
        }
        SupportResult result = await grains
            .GetGrain<IShareGrain>(id.ToGrainKey())
            .EndAsync(tenant.ToOwner(), ShareEnding.Withdrawn, cancellationToken);
        return result is SupportEnded ? TypedResults.NoContent() : Problems.OfSupport(result, Problems.ShareUnknown);
    }
}
