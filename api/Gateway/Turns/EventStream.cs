using System.Text.Json;
using Lethe.Gateway.Models;

namespace Lethe.Gateway.Turns;

/// <summary>A turn as server-sent events, flushed one by one. The first event sends the headers.</summary>
/// <param name="context">The request.</param>
internal sealed class EventStream(HttpContext context) : ITurnOutput
{
    private static readonly byte[] Comment = ": ping\n\n"u8.ToArray();

    /// <inheritdoc/>
    public ValueTask AcceptedAsync(int documents, int earlierTurns, int earlierTurnsLeftOut) =>
        WriteAsync(
            "event: accepted\ndata: "u8,
            json =>
            {
                json.WriteNumber("documents"u8, documents);
                json.WriteNumber("earlierTurns"u8, earlierTurns);
                json.WriteNumber("earlierTurnsLeftOut"u8, earlierTurnsLeftOut);
            }
        );

    /// <inheritdoc/>
    public ValueTask RouteAsync(ModelRoute route) => WriteAsync("event: route\ndata: "u8, json => TurnJson.WriteRoute(json, route));

    /// <inheritdoc/>
    public ValueTask ProgressAsync(ModelProgress progress) =>
        WriteAsync(
            "event: progress\ndata: "u8,
            json =>
            {
                json.WriteNumber("done"u8, progress.Done);
                json.WriteNumber("total"u8, progress.Total);
            }
        );

    /// <inheritdoc/>
    public ValueTask DeltaAsync(ReadOnlyMemory<byte> utf8) =>
        WriteAsync("event: delta\ndata: "u8, json => json.WriteString("text"u8, utf8.Span));

    /// <inheritdoc/>
    public ValueTask UsageAsync(ModelUsage usage) => WriteAsync("event: usage\ndata: "u8, json => TurnJson.WriteUsage(json, usage));

    /// <inheritdoc/>
    public async ValueTask KeepAliveAsync()
    {
        Begin();
        await context.Response.BodyWriter.WriteAsync(Comment, context.RequestAborted);
    }

    /// <inheritdoc/>
    public ValueTask DoneAsync(TurnEnded ended) => WriteAsync("event: done\ndata: "u8, json => TurnJson.WriteEnding(json, ended));

    /// <inheritdoc/>
    public async ValueTask FailedAsync(Problem problem)
    {
        if (!context.Response.HasStarted)
        {
            await problem.ExecuteAsync(context); // nothing was sent yet: the status can still say it
            return;
        }
        Write("event: error\ndata: "u8, problem.Write);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private ValueTask WriteAsync(ReadOnlySpan<byte> start, Action<Utf8JsonWriter> members)
    {
        Begin();
        Write(
            start,
            json =>
            {
                json.WriteStartObject();
                members(json);
                json.WriteEndObject();
            }
        );
        return FlushAsync();
    }

    private async ValueTask FlushAsync() => await context.Response.BodyWriter.FlushAsync(context.RequestAborted);

    private void Begin()
    {
        if (context.Response.HasStarted || context.Response.ContentType is not null)
        {
            return;
        }
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers["X-Accel-Buffering"] = "no";
    }

    private void Write(ReadOnlySpan<byte> start, Action<Utf8JsonWriter> write)
    {
        System.IO.Pipelines.PipeWriter body = context.Response.BodyWriter;
        System.Buffers.BuffersExtensions.Write(body, start);
        using (Utf8JsonWriter json = new(body, JsonAnswer.Options))
        {
            write(json);
        }
        System.Buffers.BuffersExtensions.Write(body, "\n\n"u8);
    }
}
