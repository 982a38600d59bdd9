using System.ComponentModel.DataAnnotations;
using Lethe.Contracts.Tenants;
using Lethe.Control.Admin;
using Lethe.Control.Hosting;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Identity.Providers;

/// <summary>
/// The tenant's own identity provider. Whoever sets one proves that it is theirs to use: see <see cref="ProviderProof"/>. An issuer belongs to one
/// tenant of the cell.
/// </summary>
internal static class ProviderEndpoints
{
    // Issuers that everybody can get a token from.
    private static readonly string[] Everybodys =
    [
        "https://accounts.google.com",
        "https://appleid.apple.com",
        "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
        "https://login.microsoftonline.com/common/v2.0",
        "https://login.microsoftonline.com/organizations/v2.0",
        "https://login.microsoftonline.com/consumers/v2.0",
    ];

    /// <summary>Maps the routes.</summary>
    /// <param name="endpoints">The host.</param>
    public static void MapIdentityProviders(this IEndpointRouteBuilder endpoints)
    {
        RouteGroupBuilder provider = endpoints.MapAdminGroup("/v1/admin/identity-provider", "Admin");
        provider
            .MapGet("", GetAsync)
            .WithName("GetIdentityProvider")
            .WithSummary("The tenant's own identity provider.")
            .Produces<ProviderResponse>()
            .ProducesProblem(StatusCodes.Status404NotFound);
        provider
            .MapPut("", PutAsync)
            .WithName("SetIdentityProvider")
            .WithSummary("Sets the tenant's own identity provider, with proof. Safe to repeat.")
            .Produces<ProviderResponse>()
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        provider
            .MapDelete("", DeleteAsync)
            .WithName("RemoveIdentityProvider")
            .WithSummary("Removes it: nobody of it draws tokens any more. Safe to repeat.")
            .Produces(StatusCodes.Status204NoContent);
    }

    private static async Task<IResult> GetAsync(
        TenantContext tenant,
        IGrainFactory grains,
        IOptions<ControlOptions> options,
        CancellationToken cancellationToken
    ) => Answer(await grains.GetGrain<ITenantGrain>(tenant.Tenant.GrainKey).ReadIdentityProviderAsync(cancellationToken), options.Value);

    private static async Task<IResult> PutAsync(
        SetIdentityProviderRequest request,
        TenantContext tenant,
        IGrainFactory grains,
        ProviderProof proof,
        ProviderRegistry registry,
        IssuerRegistry issuers,
        IOptions<ControlOptions> options,
        CancellationToken cancellationToken
    )
    {
        if (
            !ProviderHttp.IsUrl(request.Issuer, out _) || Everybodys.Contains(request.Issuer.TrimEnd('/'), StringComparer.OrdinalIgnoreCase)
        )
        {
            return Problems.IssuerUnusable;
        }
        if (issuers.Find(request.Issuer) is not null)
        {
            return Problems.IssuerTaken;
        }
        IdentityProvider provider = new(
            request.Issuer,
            request.Audience,
            request.RequiredScope,
            WrittenClaims.Read(request.RequiredClaims),
            request.ClientId
        );
        if (await proof.FindFaultAsync(tenant.Tenant, provider, request.Domain, request.Proof, cancellationToken) is { } fault)
        {
            return fault;
        }
        TenantResult result = await grains
            .GetGrain<ITenantGrain>(tenant.Tenant.GrainKey)
            .SetIdentityProviderAsync(new(tenant.Account, provider), cancellationToken);
        registry.Forget();
        return Answer(result, options.Value);
    }

    private static async Task<IResult> DeleteAsync(
        TenantContext tenant,
        IGrainFactory grains,
        ProviderRegistry registry,
        IOptions<ControlOptions> options,
        CancellationToken cancellationToken
    )
    {
        TenantResult result = await grains
            .GetGrain<ITenantGrain>(tenant.Tenant.GrainKey)
            .SetIdentityProviderAsync(new(tenant.Account, Provider: null), cancellationToken);
        registry.Forget();
        return result is IdentityProviderStands ? TypedResults.NoContent() : Answer(result, options.Value);
    }

    private static IResult Answer(TenantResult result, ControlOptions options) =>
        result switch
        {
            IdentityProviderStands { Provider: { } provider } => TypedResults.Ok(
                new ProviderResponse(
                    provider.Issuer,
                    provider.Audience,
                    provider.RequiredScope,
                    WrittenClaims.Write(provider.RequiredClaims),
                    provider.ClientId
                )
            ),
            IdentityProviderStands => Problems.NoIdentityProvider,
            IdentityProviderTaken => Problems.IssuerTaken,
            MemberRefused => Problems.RoleRequired,
            _ => TenantProblems.Of(result, options),
        };
}

/// <summary>The provider to set.</summary>
/// <param name="Issuer">The <c>iss</c>: an https URL.</param>
/// <param name="Audience">The <c>aud</c> of its access tokens for us.</param>
/// <param name="RequiredScope">A scope that each of them has.</param>
/// <param name="RequiredClaims">Claims that each of them has with just this value, up to 8; for Entra <c>tid</c> and <c>azp</c>.</param>
/// <param name="Domain">A login domain of the tenant, at which the firm's DNS names the tenant and the issuer.</param>
/// <param name="ClientId">As whom the plugin signs in there, told to everybody who asks discovery; null when the plugin knows it otherwise.</param>
/// <param name="Proof">An access token of the issuer that meets all of this. It is validated and not kept.</param>
internal sealed record SetIdentityProviderRequest(
    [property: Required, MaxLength(512)] string Issuer,
    [property: Required, MaxLength(256)] string Audience,
    [property: Required, MaxLength(128), RegularExpression("[!#-\\[\\]-~]+")] string RequiredScope,
    [property: MaxLength(8)] IReadOnlyDictionary<string, string>? RequiredClaims,
    [property: Required, MaxLength(253)] string Domain,
    [property: MaxLength(256), RegularExpression("[ -~]+")] string? ClientId,
    [property: Required, MaxLength(ProviderTokens.LongestToken)] string Proof
)
{
    /// <inheritdoc/>
    public override string ToString() => nameof(SetIdentityProviderRequest);
}

/// <summary>The provider as it stands.</summary>
internal sealed record ProviderResponse(
    string Issuer,
    string Audience,
    string RequiredScope,
    IReadOnlyDictionary<string, string> RequiredClaims,
    string? ClientId
);
