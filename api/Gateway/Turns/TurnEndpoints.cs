using Lethe.Contracts.Sessions;
using Lethe.Gateway.Sealing;
using Lethe.Gateway.Sessions;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Lethe.Gateway.Turns;

/// <summary>Turns of a session.</summary>
internal static class TurnEndpoints
{
    /// <summary>Maps the route.</summary>
    /// <param name="endpoints">The host.</param>
    public static void MapTurns(this IEndpointRouteBuilder endpoints) =>
        endpoints
            .MapPost("/v1/session/turns", RunAsync)
            .WithTags("Turns")
            .WithSummary("Runs a turn over documents and selection; as a stream of events, or as JSON.")
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status410Gone)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status421MisdirectedRequest)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task RunAsync(HttpContext context, TurnRun run)
    {
        SessionContext session = context.GetSession();
        if (Accepts(context.Request) is not { } streams)
        {
            await Problems.NotAcceptable.ExecuteAsync(context);
            return;
        }
        if (await session.Grain.DescribeAsync(context.RequestAborted) is not SessionDescribed)
        {
            await Problems.SessionGone.ExecuteAsync(context);
            return;
        }
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = TurnRequest.MaxBodyBytes;
        using PlainWriter body = new(TurnRequest.MaxBodyBytes);
        if (await JsonBody.ReadAsync(context.Request, body, context.RequestAborted) is { } unread)
        {
            await unread.ExecuteAsync(context);
            return;
        }
        Outcome<TurnRequest> read = TurnRequest.Read(body.Written.Span);
        if (!read.Try(out TurnRequest? turn, out Problem? refusal))
        {
            await refusal.ExecuteAsync(context);
            return;
        }
        using (turn)
        {
            if (!session.Owns(turn.Key))
            {
                await Problems.ContentKeyWrong.ExecuteAsync(context);
                return;
            }
            using JsonTurn whole = new(context, TurnRun.MaxAnswerBytes);
            await run.RunAsync(session, turn, streams ? new EventStream(context) : whole, context.RequestAborted);
        }
    }

    /// <summary>Reads what the client accepts: true for a stream, false for JSON, null for neither.</summary>
    private static bool? Accepts(HttpRequest request)
    {
        if (request.Headers.Accept.Count == 0)
        {
            return false;
        }
        if (!MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out IList<MediaTypeHeaderValue>? accepted))
        {
            return null;
        }
        if (accepted.Any(type => type.MediaType.Equals("text/event-stream", StringComparison.OrdinalIgnoreCase)))
        {
            return true;
        }
        MediaTypeHeaderValue json = new("application/json");
        return accepted.Any(json.IsSubsetOf) ? false : null;
    }
}
