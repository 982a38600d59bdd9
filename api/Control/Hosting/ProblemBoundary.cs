namespace Lethe.Control.Hosting;

/// <summary>
/// The outermost middleware: whatever fails behind it becomes a constant problem. Logs tell the type of what nobody foresaw,
/// never its text.
/// </summary>
/// <param name="next">What follows.</param>
/// <param name="logger">For what nobody foresaw.</param>
internal sealed partial class ProblemBoundary(RequestDelegate next, ILogger<ProblemBoundary> logger)
{
    /// <summary>Runs the request.</summary>
    /// <param name="context">The request.</param>
    /// <returns>When it is answered.</returns>
    public async Task InvokeAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        try
        {
            await next(context);
            HttpResponse response = context.Response;
            if (response.StatusCode >= 400 && !response.HasStarted && response.ContentType is null && response.ContentLength is null)
            {
                await Problems.OfStatus(response.StatusCode).ExecuteAsync(context);
            }
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Abort(); // nobody listens any more
        }
        catch (BadHttpRequestException fault)
        {
            await AnswerAsync(
                context,
                fault.StatusCode == StatusCodes.Status400BadRequest ? Problems.BodyInvalid : Problems.OfStatus(fault.StatusCode)
            );
        }
        catch (Exception fault) when (fault is OrleansException or TimeoutException)
        {
            LogUnavailable(fault.GetType().Name);
            await AnswerAsync(context, Problems.CellUnavailable);
        }
        catch (Exception fault)
        {
            LogUnforeseen(fault.GetType().Name, fault.TargetSite?.DeclaringType?.Name);
            await AnswerAsync(context, Problems.Unforeseen);
        }
    }

    private static Task AnswerAsync(HttpContext context, Problem problem)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return Task.CompletedTask;
        }
        context.Response.Clear();
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return problem.ExecuteAsync(context);
    }

    [LoggerMessage(EventIds.Unforeseen, LogLevel.Error, "A request failed with {ExceptionType} in {DeclaringType}")]
    private partial void LogUnforeseen(string exceptionType, string? declaringType);

    [LoggerMessage(EventIds.CellUnavailable, LogLevel.Warning, "The records silos did not answer: {ExceptionType}")]
    private partial void LogUnavailable(string exceptionType);
}
