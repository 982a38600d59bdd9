namespace Lethe.Control.Hosting;

/// <summary>Health and metrics, for the operator's listener only.</summary>
internal static class ManagementRoutes
{
    /// <summary>Answers requests of the management listener, and lets those of others pass.</summary>
    /// <param name="app">The host.</param>
    public static void UseManagement(this WebApplication app) =>
        app.MapWhen(
            context => context.Features.Get<ManagementConnection>() is not null,
            branch =>
                branch.Run(context =>
                    context.Request.Path.Value switch
                    {
                        "/health/live" => TextAsync(context, StatusCodes.Status200OK, "live\n"),
                        "/health/ready" => ReadyAsync(context),
                        "/metrics" => TextAsync(
                            context,
                            StatusCodes.Status200OK,
                            context.RequestServices.GetRequiredService<ControlMetrics>().Write(),
                            "text/plain; version=0.0.4"
                        ),
                        _ => Problems.NotFound.ExecuteAsync(context),
                    }
                )
        );

    private static Task ReadyAsync(HttpContext context)
    {
        bool ready = context.RequestServices.GetRequiredService<Readiness>().IsReady;
        return TextAsync(context, ready ? 200 : StatusCodes.Status503ServiceUnavailable, ready ? "ready\n" : "not ready\n");
    }

    private static Task TextAsync(HttpContext context, int status, string text, string mediaType = "text/plain")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = mediaType;
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
