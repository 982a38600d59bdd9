namespace Lethe.Control.Console.Shell;

/// <summary>Maps pages.</summary>
internal static class PageRoutes
{
    /// <summary>Makes a group of pages: its routes are open as far as tokens go, and stand behind <see cref="PageBoundary"/>.</summary>
    /// <param name="endpoints">The host.</param>
    /// <param name="prefix">The path.</param>
    /// <param name="needsAccount">Whether somebody must be signed in.</param>
    /// <param name="recentFor">The page to begin again at when the sign-in is too old; null when it may be of any age.</param>
    /// <param name="isInDialog">Whether a plugin's dialog passes through.</param>
    /// <returns>The group.</returns>
    public static RouteGroupBuilder MapPages(
        this IEndpointRouteBuilder endpoints,
        string prefix,
        bool needsAccount = false,
        string? recentFor = null,
        bool isInDialog = false
    ) =>
        endpoints
            .MapGroup(prefix)
            .AllowAnonymous()
            .ExcludeFromDescription()
            .WithMetadata(new PageMark(NeedsAccount: needsAccount, RecentFor: recentFor, IsInDialog: isInDialog));
}
