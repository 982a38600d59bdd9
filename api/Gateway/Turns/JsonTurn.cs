using Lethe.Gateway.Models;
using Lethe.Gateway.Sealing;

namespace Lethe.Gateway.Turns;

/// <summary>A turn as one JSON object, for those who do not want a stream.</summary>
/// <param name="context">The request.</param>
/// <param name="maxBytes">The most bytes of an answer.</param>
internal sealed class JsonTurn(HttpContext context, int maxBytes) : ITurnOutput, IDisposable
{
    private readonly PlainWriter text = new(maxBytes);
    private readonly List<ModelRoute> routes = [];
    private ModelUsage? used;

    /// <inheritdoc/>
    public ValueTask AcceptedAsync(int documents, int earlierTurns, int earlierTurnsLeftOut) => default;

    /// <inheritdoc/>
    public ValueTask RouteAsync(ModelRoute route)
    {
        routes.Add(route);
        return default;
    }

    /// <inheritdoc/>
    public ValueTask ProgressAsync(ModelProgress progress) => default;

    /// <inheritdoc/>
    public ValueTask DeltaAsync(ReadOnlyMemory<byte> utf8)
    {
        text.TryWrite(utf8.Span); // the run ends before the bound is passed
        return default;
    }

    /// <inheritdoc/>
    public ValueTask UsageAsync(ModelUsage usage)
    {
        used = usage;
        return default;
    }

    /// <inheritdoc/>
    public ValueTask KeepAliveAsync() => default;

    /// <inheritdoc/>
    public async ValueTask DoneAsync(TurnEnded ended) =>
        await JsonAnswer.WriteAsync(
            context,
            StatusCodes.Status200OK,
            json =>
            {
                TurnJson.WriteEnding(json, ended);
                json.WriteString("text"u8, text.Written.Span);
                json.WriteStartArray("routes"u8);
                foreach (ModelRoute route in routes)
                {
                    json.WriteStartObject();
                    TurnJson.WriteRoute(json, route);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                if (used is not null)
                {
                    json.WriteStartObject("usage"u8);
                    TurnJson.WriteUsage(json, used);
                    json.WriteEndObject();
                }
            }
        );

    /// <inheritdoc/>
    public async ValueTask FailedAsync(Problem problem) => await problem.ExecuteAsync(context);

    /// <inheritdoc/>
    public void Dispose() => text.Dispose();
}
