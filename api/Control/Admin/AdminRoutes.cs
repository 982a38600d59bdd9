using Lethe.Control.Identity.OpenId;

namespace Lethe.Control.Admin;

/// <summary>Makes groups of routes for a tenant's administrators. Who may call each stands in <see cref="Identity.RoleMatrix"/>.</summary>
internal static class AdminRoutes
{
    /// <summary>Makes a group: its scope, and what each of its routes may answer.</summary>
    /// <param name="endpoints">The host.</param>
    /// <param name="prefix">The path.</param>
    /// <param name="tag">The tag in the description.</param>
    /// <returns>The group.</returns>
    public static RouteGroupBuilder MapAdminGroup(this IEndpointRouteBuilder endpoints, string prefix, string tag) =>
        endpoints
            .MapGroup(prefix)
            .WithTags(tag)
            .WithMetadata(new RequiredScope(TokenScopes.Admin))
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status421MisdirectedRequest);
}
