using System.Buffers;
using System.IO.Pipelines;
using Lethe.Gateway.Models;
using Lethe.Gateway.Sealing;

namespace Lethe.Gateway.ChatCompletions;

/// <summary>Answers a chat completion with a model without prompts, in the form that SDKs expect.</summary>
internal sealed class ChatEmbedded(IModelRunner runner, TimeProvider clock)
{
    private const int MaxAnswerBytes = 1024 * 1024;

    /// <summary>Runs a request and answers it.</summary>
    /// <param name="context">Where to answer.</param>
    /// <param name="body">The request.</param>
    /// <param name="chosen">The route.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="whole">Told what was used once the answer is whole, before its last byte is sent.</param>
    /// <param name="stopped">Stops the run.</param>
    /// <returns>What was used.</returns>
    public async Task<ChatResult> RunAsync(
        HttpContext context,
        ChatBody body,
        RoutesChosen chosen,
        ModelRequest request,
        Action<long> whole,
        CancellationToken stopped
    )
    {
        PipeWriter output = context.Response.BodyWriter;
        using PlainWriter text = new(MaxAnswerBytes);
        using PlainWriter frame = new(2 * MaxAnswerBytes);
        (string id, long created, string model) = (ChatAnswer.NewId(), clock.GetUtcNow().ToUnixTimeSeconds(), chosen.First.PublicModel);
        ModelUsage usage = new(0, 0, Measured: false);
        bool first = true;
        await foreach (ModelEvent happened in runner.RunAsync(chosen, request, stopped))
        {
            switch (happened)
            {
                case TextDelta delta when body.Stream:
                    if (first)
                    {
                        ChatAnswer.BeginEvents(context.Response);
                    }
                    Frame(frame, delta.Utf8.Span, first, finish: default);
                    first = false;
                    ChatAnswer.WriteEvent(output, frame.Written.Span);
                    await output.FlushAsync(stopped);
                    break;
                case TextDelta delta:
                    text.TryWrite(delta.Utf8.Span);
                    break;
                case ModelUsage counted:
                    usage = counted;
                    break;
                case ModelFailed failed:
                    return new ChatResult(0, failed);
                default:
                    break;
            }
        }
        whole(usage.PromptTokens + usage.CompletionTokens);
        if (body.Stream)
        {
            Frame(frame, default, first: false, "stop"u8);
            ChatAnswer.WriteEvent(output, frame.Written.Span);
            if (body.IncludeUsage)
            {
                frame.Reset();
                ChatAnswer.WriteHead(frame, id, created, model, chunk: true);
                frame.Write(",\"choices\":[]"u8);
                ChatAnswer.WriteUsage(frame, usage);
                frame.Write("}"u8);
                ChatAnswer.WriteEvent(output, frame.Written.Span);
            }
            ChatAnswer.WriteEvent(output, "[DONE]"u8);
        }
        else
        {
            ChatAnswer.WriteHead(frame, id, created, model, chunk: false);
            ChatAnswer.WriteChoice(frame, text.Written.Span, first: true, "stop"u8, chunk: false);
            ChatAnswer.WriteUsage(frame, usage);
            frame.Write("}"u8);
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = frame.Length;
            output.Write(frame.Written.Span);
        }
        await output.FlushAsync(stopped);
        return new ChatResult(usage.PromptTokens + usage.CompletionTokens, Failed: null);

        void Frame(PlainWriter target, ReadOnlySpan<byte> content, bool first, ReadOnlySpan<byte> finish)
        {
            target.Reset();
            ChatAnswer.WriteHead(target, id, created, model, chunk: true);
            ChatAnswer.WriteChoice(target, content, first, finish, chunk: true);
            target.Write("}"u8);
        }
    }
}
