namespace Lethe.Silo.Management;

/// <summary>Health and metrics. No other route listens on a silo's web server.</summary>
internal static class ManagementEndpoints
{
    /// <summary>Maps the routes.</summary>
    /// <param name="endpoints">The management server.</param>
    public static void MapManagement(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/health/live", static () => TypedResults.Text("live"));
        endpoints.MapGet("/health/ready", ReadyAsync);
        endpoints.MapGet("/metrics", static (Metrics metrics) => TypedResults.Text(metrics.Write(), "text/plain; version=0.0.4"));
    }

    private static async Task<IResult> ReadyAsync(Readiness readiness, CancellationToken cancellationToken) =>
        await readiness.IsReadyAsync(cancellationToken)
            ? TypedResults.Text("ready")
            : TypedResults.Text("not ready", statusCode: StatusCodes.Status503ServiceUnavailable);
}
