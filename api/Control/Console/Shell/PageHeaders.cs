namespace Lethe.Control.Console.Shell;

/// <summary>Marks a route as a page, or as called by a page's script.</summary>
/// <param name="NeedsAccount">Whether somebody must be signed in.</param>
/// <param name="RecentFor">
/// The page to begin again at for who signed in too long ago: what the route does needs a recent sign-in. Null when it needs none.
/// </param>
/// <param name="IsScripted">Whether a script of ours calls it, and gets problems instead of pages.</param>
/// <param name="IsInDialog">Whether a plugin's dialog passes through it on the way back to the plugin.</param>
internal sealed record PageMark(bool NeedsAccount = false, string? RecentFor = null, bool IsScripted = false, bool IsInDialog = false);

/// <summary>The headers of every page.</summary>
internal static class PageHeaders
{
    /// <summary>Everything from here, nothing inline, nothing framed.</summary>
    public const string ContentSecurityPolicy =
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; "
        + "frame-ancestors 'none'; base-uri 'none'";

    private const string NoFeatures =
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), "
        + "payment=(), usb=(), publickey-credentials-get=(self), publickey-credentials-create=(self)";

    /// <summary>Sets them.</summary>
    /// <param name="headers">The answer's.</param>
    /// <param name="mark">The route's.</param>
    public static void Set(IHeaderDictionary headers, PageMark mark)
    {
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Permissions-Policy"] = NoFeatures;
        headers["Cross-Origin-Resource-Policy"] = "same-origin";

        // An Office dialog comes from the plugin's page and goes back to it: any stricter value would cut it off for good.
        headers["Cross-Origin-Opener-Policy"] = mark.IsInDialog ? "unsafe-none" : "same-origin";
    }

    /// <summary>Lets forms lead to one other origin: that of the client that asked for the sign-in.</summary>
    /// <param name="headers">The answer's.</param>
    /// <param name="origin">The origin, of a registered redirect URI.</param>
    public static void AllowFormTarget(IHeaderDictionary headers, string origin) =>
        headers.ContentSecurityPolicy = ContentSecurityPolicy.Replace(
            "form-action 'self'",
            $"form-action 'self' {origin}",
            StringComparison.Ordinal
        );
}
