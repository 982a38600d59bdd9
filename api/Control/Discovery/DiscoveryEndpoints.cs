using Lethe.Contracts;
using Lethe.Contracts.Directory;
using Lethe.Contracts.Tenants;
using Lethe.Control.Hosting;
using Lethe.Control.Identity.OpenId;
using Lethe.Control.Identity.Providers;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Discovery;

/// <summary>Which cell to turn to.</summary>
internal static class DiscoveryEndpoints
{
    private static readonly TenantId Decoy = TenantId.TryParse("nobody-at-all", out TenantId id)
        ? id
        : throw new InvalidOperationException();

    /// <summary>Maps the route.</summary>
    /// <param name="endpoints">The host.</param>
    public static void MapDiscovery(this IEndpointRouteBuilder endpoints) =>
        endpoints
            .MapPost("/v1/discovery", DiscoverAsync)
            .AllowAnonymous()
            .WithTags("Discovery")
            .WithName("Discover")
            .WithSummary("Tells the cell of a login domain or a tenant; for an unknown one, this cell.")
            .Produces<DiscoveryResponse>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    private static async Task<IResult> DiscoverAsync(
        DiscoveryRequest request,
        Domains domains,
        ProviderRegistry providers,
        IGrainFactory grains,
        TimeProvider clock,
        IOptions<ControlOptions> control,
        IOptions<DirectoryOptions> options,
        CancellationToken cancellationToken
    )
    {
        long began = clock.GetTimestamp();
        string? key = KeyOf(request, domains);
        if (key is null)
        {
            return Problems.DiscoveryNameInvalid;
        }
        DirectoryRecord? record = await grains.GetGrain<IDirectoryGrain>(key).FindAsync(cancellationToken);
        if (record is null && request.Domain is not null)
        {
            await grains.GetGrain<IDirectoryGrain>(Decoy.GrainKey).FindAsync(cancellationToken); // as much work as for a known one
        }
        Region region = record?.Region ?? control.Value.Here;
        CellOptions cell =
            control.Value.Cell(region) ?? throw new InvalidOperationException("The directory names a cell that is not configured.");
        IdentityProvider? provider = await providers.OfAsync(record?.Tenant ?? Decoy, cancellationToken);
        await PadAsync(clock, began, options.Value.AnswerAfter, cancellationToken);
        return TypedResults.Ok(
            new DiscoveryResponse(
                region.ToName(),
                cell.ControlUrl,
                cell.GatewayUrl,
                SignInResponse.Of(region == control.Value.Here ? provider : null, cell)
            )
        );
    }

    private static string? KeyOf(DiscoveryRequest request, Domains domains) =>
        request switch
        {
            { Domain: { } domain, Tenant: null } when domains.TryRead(domain, out DomainId id) => id.GrainKey,
            { Tenant: { } tenant, Domain: null } when TenantId.TryParse(tenant, out TenantId id) => id.GrainKey,
            _ => null,
        };

    // Every answer takes the same time, or a multiple of it.
    private static Task PadAsync(TimeProvider clock, long began, TimeSpan unit, CancellationToken cancellationToken)
    {
        if (unit <= TimeSpan.Zero)
        {
            return Task.CompletedTask;
        }
        long over = clock.GetElapsedTime(began).Ticks % unit.Ticks;
        return Task.Delay(TimeSpan.FromTicks(unit.Ticks - over), clock, cancellationToken);
    }
}

/// <summary>What to look for: exactly one of the two.</summary>
/// <param name="Domain">A login domain.</param>
/// <param name="Tenant">A tenant id.</param>
internal sealed record DiscoveryRequest(string? Domain = null, string? Tenant = null);

/// <summary>The cell to turn to.</summary>
/// <param name="Region"><c>eu</c> or <c>ch</c>.</param>
/// <param name="ControlUrl">Its Control.</param>
/// <param name="GatewayUrl">Its Gateway.</param>
/// <param name="SignIn">Where to sign in. What another cell's tenant set is told by that cell: ask there before anybody signs in.</param>
internal sealed record DiscoveryResponse(string Region, string ControlUrl, string GatewayUrl, SignInResponse SignIn);

/// <summary>Where the tenant's people sign in, and what for.</summary>
/// <param name="Issuer">The OpenID Connect issuer: the tenant's own, or the cell's.</param>
/// <param name="ClientId">As whom; null when the plugin knows it otherwise.</param>
/// <param name="Audience">The audience of the access token.</param>
/// <param name="Scope">The scope that the access token must have.</param>
internal sealed record SignInResponse(string Issuer, string? ClientId, string Audience, string Scope)
{
    /// <summary>Writes it.</summary>
    /// <param name="provider">The tenant's own provider; null when it has none, or nobody knows the tenant.</param>
    /// <param name="cell">The tenant's cell.</param>
    /// <returns>The written form.</returns>
    public static SignInResponse Of(IdentityProvider? provider, CellOptions cell) =>
        provider is null
            ? new(new Uri(cell.ControlUrl).AbsoluteUri, ClientId: null, OpenIdServer.Audience, TokenScopes.Issue)
            : new(provider.Issuer, provider.ClientId, provider.Audience, provider.RequiredScope);
}
