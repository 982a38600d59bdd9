using Lethe.Gateway.Sessions;

namespace Lethe.Gateway.Hosting;

/// <summary>Health and metrics, for the operator's listener only.</summary>
internal static class ManagementRoutes
{
    /// <summary>Answers requests of the management listener, and lets those of plugins pass.</summary>
    /// <param name="app">The host.</param>
    public static void UseManagement(this WebApplication app) =>
        app.MapWhen(
            ManagementConnection.Carries,
            branch =>
                branch.Run(context =>
                    context.Request.Path.Value switch
                    {
                        "/health/live" => TextAsync(context, StatusCodes.Status200OK, "live\n"),
                        "/health/ready" => ReadyAsync(context),
                        "/metrics" => TextAsync(
                            context,
                            StatusCodes.Status200OK,
                            context.RequestServices.GetRequiredService<PrometheusText>().Write(),
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

/// <summary>
/// Whether the Gateway should get requests: from when it knows its cell's issuer keys until it is told to stop, when running answers end first.
/// </summary>
/// <param name="lifetime">The host's.</param>
/// <param name="keys">The issuer keys.</param>
internal sealed class Readiness(IHostApplicationLifetime lifetime, IssuerKeys keys)
{
    /// <summary>Gets a value indicating whether it should.</summary>
    public bool IsReady =>
        lifetime.ApplicationStarted.IsCancellationRequested
        && !lifetime.ApplicationStopping.IsCancellationRequested
        && keys.OwnDirectory is not null;
}
