using Microsoft.AspNetCore.Http.Features;

namespace Lethe.Gateway.Hosting;

/// <summary>
/// Leaves the body of a refused request where it is. By itself Kestrel would ask for it (<c>100 Continue</c>) and read it
/// away for up to 5 s, to use the connection again.
/// </summary>
internal static class UnreadBody
{
    /// <summary>Sees to it that no byte of a body is read which nobody has begun to read.</summary>
    /// <param name="context">The request, about to be refused.</param>
    public static void Leave(HttpContext context)
    {
        if (
            context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true }
            && context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit
        )
        {
            limit.MaxRequestBodySize = 0;
            if (HttpProtocol.IsHttp11(context.Request.Protocol) || HttpProtocol.IsHttp10(context.Request.Protocol))
            {
                context.Response.Headers.Connection = "close";
            }
        }
    }
}
