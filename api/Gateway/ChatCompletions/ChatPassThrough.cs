using System.Buffers;
using System.IO.Pipelines;
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
    /// <param name="whole">Told what was used once the answer is whole, before its last byte is sent.</param>
    /// <param name="stopped">Stops the run.</param>
    /// <returns>What was used; null with a problem when nothing was answered yet.</returns>
    public async Task<ChatResult> RunAsync(
        HttpContext context,
        ChatBody body,
        RoutesChosen chosen,
        ChatLimit limit,
        Action<long> whole,
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
                : body.Stream ? await StreamAsync(context, body, call, request.Length, limit, whole, stopped)
                : await WholeAsync(context, call, request.Length, limit, whole, stopped);
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
        Action<long> whole,
        CancellationToken stopped
    )
    {
        PipeWriter output = context.Response.BodyWriter;
        using ChatChunk chunk = new(MaxEventText);
        ModelFailure failure = ModelFailure.UpstreamError;
        bool begun = false;
        bool pending = false;
        using VendorEvents events = new(call.Body!);
        try
        {
            while (!chunk.Done)
            {
                if (events.TryTake(out ReadOnlySpan<byte> data))
                {
                    Take(data);
                    continue;
                }
                if (pending)
                {
                    pending = false;
                    await output.FlushAsync(stopped); // once for all that came together
                }
                if (!await events.WaitAsync())
                {
                    break;
                }
            }
        }
        catch (Exception fault)
            when (fault is IOException or HttpRequestException or JsonException or InvalidOperationException or InvalidDataException)
        {
            failure = UpstreamCall.FailureOf(fault);
        }
        if (!begun)
        {
            return new ChatResult(0, new ModelFailed(failure, 0));
        }
        bool cut = !chunk.Done || chunk.Finish is null;
        if (cut || limit.IsReachedBy(chunk.Finish))
        {
            ChatAnswer.WriteEventError(output, cut ? Problems.UpstreamCut : Problems.OverBudget); // no [DONE]: it never looks whole
            await output.FlushAsync(stopped);
        }
        else
        {
            await context.Response.CompleteAsync(); // the last events and the end in one piece
        }
        return new ChatResult(UsedBy(chunk, requestBytes), Failed: null);

        void Take(ReadOnlySpan<byte> data)
        {
            chunk.Read(data);
            if (chunk.Done && (chunk.Finish is null || limit.IsReachedBy(chunk.Finish)))
            {
                return;
            }
            if (chunk.Done)
            {
                whole(UsedBy(chunk, requestBytes));
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
        }
    }

    private async Task<ChatResult> WholeAsync(
        HttpContext context,
        UpstreamCall call,
        int requestBytes,
        ChatLimit limit,
        Action<long> whole,
        CancellationToken stopped
    )
    {
        using PlainWriter answer = new(options.Value.MaxAnswerBytes);
        using ChatChunk chunk = new(options.Value.MaxAnswerBytes);
        try
        {
            while (true)
            {
                int count = await call.Body!.ReadAsync(answer.GetMemory(1));
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
        long used = UsedBy(chunk, requestBytes);
        if (chunk.Finish is not null && !limit.IsReachedBy(chunk.Finish))
        {
            whole(used);
        }
        if (limit.IsReachedBy(chunk.Finish))
        {
            context.Response.Headers["Lethe-Ending"] = Problems.OverBudget.Code; // the body says length, as OpenAI's has no word for it
        }
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = answer.Length;
        context.Response.BodyWriter.Write(answer.Written.Span);
        await context.Response.BodyWriter.FlushAsync(stopped);
        return new ChatResult(used, Failed: null);
    }

    private static long UsedBy(ChatChunk chunk, int requestBytes) =>
        chunk.Usage is { } usage
            ? usage.PromptTokens + usage.CompletionTokens
            : TokenEstimate.OfBytes(requestBytes) + TokenEstimate.OfBytes(chunk.TextBytes);
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
