using System.Buffers;
using System.IO.Pipelines;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Lethe.Gateway.Models;
using Lethe.Gateway.Models.OpenAi;
using Lethe.Gateway.Sealing;
using Microsoft.Extensions.Options;

namespace Lethe.Gateway.ChatCompletions;

/// <summary>Carries a chat completion to a vendor and its answer back, as bytes. Another route is tried as long as nothing came back.</summary>
internal sealed class ChatPassThrough(OpenAiChatProtocol protocol, IOptions<ModelOptions> options)
{
    private const int MaxEventText = 1024 * 1024;

    /// <summary>Runs a request and answers it.</summary>
    /// <param name="context">Where to answer.</param>
    /// <param name="body">The request.</param>
    /// <param name="chosen">The routes.</param>
    /// <param name="limit">How long an answer may be.</param>
    /// <param name="stopped">Stops the run.</param>
    /// <returns>What was used; null with a problem when nothing was answered yet.</returns>
    public async Task<ChatResult> RunAsync(
        HttpContext context,
        ChatBody body,
        RoutesChosen chosen,
        ChatLimit limit,
        CancellationToken stopped
    )
    {
        ModelFailed failed = new(ModelFailure.NoCompliantRoute, 0);
        using PlainWriter request = new(ChatEndpoints.MaxBodyBytes + 1024);
        foreach (ModelRoute route in chosen.Routes)
        {
            request.Reset();
            body.WriteTo(request, route, limit.OutputTokens);
            using UpstreamCall call = await protocol.SendAsync(route, request.Written, body.Stream, stopped);
            ChatResult? result =
                call.Failed is not null ? null
                : body.Stream ? await StreamAsync(context, body, call, request.Length, limit, stopped)
                : await WholeAsync(context, call, request.Length, limit, stopped);
            if (result is { Failed: null })
            {
                return result;
            }
            failed = call.Failed ?? result!.Failed!;
            if (!ModelRunner.MayTryAnother(failed.Failure))
            {
                break;
            }
        }
        return new ChatResult(0, failed);
    }

    private static async Task<ChatResult> StreamAsync(
        HttpContext context,
        ChatBody body,
        UpstreamCall call,
        int requestBytes,
        ChatLimit limit,
        CancellationToken stopped
    )
    {
        PipeWriter output = context.Response.BodyWriter;
        using ChatChunk chunk = new(MaxEventText);
        ModelFailure failure = ModelFailure.UpstreamError;
        bool pending = false;
        call.Body!.BeforeWaiting = async () =>
        {
            if (pending)
            {
                pending = false;
                await output.FlushAsync(stopped);
            }
        };
        bool begun = false;
        IAsyncEnumerator<SseItem<bool>> events = SseParser.Create(call.Body, Take).EnumerateAsync(stopped).GetAsyncEnumerator(stopped);
        await using (events)
        {
            try
            {
                while (!chunk.Done && await events.MoveNextAsync()) { }
            }
            catch (Exception fault)
                when (fault is IOException or HttpRequestException or JsonException or InvalidOperationException or InvalidDataException)
            {
                failure = UpstreamCall.FailureOf(fault);
            }
        }
        if (!begun)
        {
            return new ChatResult(0, new ModelFailed(failure, 0));
        }
        if (!chunk.Done || chunk.Finish is null)
        {
            ChatAnswer.WriteEventError(output, Problems.UpstreamCut); // no [DONE]: a cut answer never looks whole
        }
        else if (limit.IsReachedBy(chunk.Finish))
        {
            ChatAnswer.WriteEventError(output, Problems.OverBudget);
        }
        await output.FlushAsync(stopped);
        ModelUsage? usage = chunk.Usage;
        return new ChatResult(
            usage is null
                ? TokenEstimate.OfBytes(requestBytes) + TokenEstimate.OfBytes(chunk.TextBytes)
                : usage.PromptTokens + usage.CompletionTokens,
            Failed: null
        );

        bool Take(string type, ReadOnlySpan<byte> data)
        {
            chunk.Read(data);
            if (chunk.Done && (chunk.Finish is null || limit.IsReachedBy(chunk.Finish)))
            {
                return true;
            }
            if (!chunk.IsUsageOnly || body.IncludeUsage)
            {
                if (!begun)
                {
                    begun = true;
                    ChatAnswer.BeginEvents(context.Response);
                }
                ChatAnswer.WriteEvent(output, data);
                pending = true;
            }
            return true;
        }
    }

    private async Task<ChatResult> WholeAsync(
        HttpContext context,
        UpstreamCall call,
        int requestBytes,
        ChatLimit limit,
        CancellationToken stopped
    )
    {
        using PlainWriter answer = new(options.Value.MaxAnswerBytes);
        using ChatChunk chunk = new(options.Value.MaxAnswerBytes);
        try
        {
            while (true)
            {
                int count = await call.Body!.ReadAsync(answer.GetMemory(Math.Min(16 * 1024, Math.Max(answer.Room, 1))), stopped);
                if (count == 0)
                {
                    break;
                }
                answer.Advance(count);
            }
            chunk.Read(answer.Written.Span);
        }
        catch (Exception fault)
            when (fault
                    is IOException
                        or HttpRequestException
                        or JsonException
                        or InvalidOperationException
                        or InvalidDataException
                        or ArgumentOutOfRangeException
            )
        {
            return new ChatResult(0, new ModelFailed(UpstreamCall.FailureOf(fault), 0));
        }
        if (limit.IsReachedBy(chunk.Finish))
        {
            context.Response.Headers["Lethe-Ending"] = Problems.OverBudget.Code; // the body says length, as OpenAI's has no word for it
        }
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = answer.Length;
        context.Response.BodyWriter.Write(answer.Written.Span);
        await context.Response.BodyWriter.FlushAsync(stopped);
        ModelUsage? usage = chunk.Usage;
        return new ChatResult(
            usage is null
                ? TokenEstimate.OfBytes(requestBytes) + TokenEstimate.OfBytes(chunk.TextBytes)
                : usage.PromptTokens + usage.CompletionTokens,
            Failed: null
        );
    }
}

/// <summary>How long an answer may be.</summary>
/// <param name="OutputTokens">Tokens of each choice, unless the caller wants fewer.</param>
/// <param name="OfBudget">Whether that is all that the session's budget has left.</param>
internal sealed record ChatLimit(int OutputTokens, bool OfBudget)
{
    /// <summary>Tells whether an answer ended because the budget did.</summary>
    /// <param name="finish">Why it ended.</param>
    /// <returns>Whether it did.</returns>
    public bool IsReachedBy(FinishReason? finish) => OfBudget && finish == FinishReason.Length;
}

/// <summary>What became of a call.</summary>
/// <param name="UsedTokens">Model tokens used.</param>
/// <param name="Failed">Why nothing was answered; null when something was.</param>
internal sealed record ChatResult(long UsedTokens, ModelFailed? Failed);
