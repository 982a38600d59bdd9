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
                        "/health/ready" => ReadyAsync(context, app.Lifetime),
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

    // Ready from the start (the client has found a silo by then) until the host is told to stop.
    private static Task ReadyAsync(HttpContext context, IHostApplicationLifetime lifetime)
    {
        bool ready = lifetime.ApplicationStarted.IsCancellationRequested && !lifetime.ApplicationStopping.IsCancellationRequested;
        return TextAsync(context, ready ? 200 : StatusCodes.Status503ServiceUnavailable, ready ? "ready\n" : "not ready\n");
    }

    private static Task TextAsync(HttpContext context, int status, string text, string mediaType = "text/plain")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = mediaType;
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
