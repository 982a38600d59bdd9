using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using Lethe.Gateway.Sealing;
using Microsoft.Extensions.Options;

namespace Lethe.Gateway.Models.OpenAi;

/// <summary>Vendors that speak OpenAI's chat completions, streamed. UTF-8 in and out: neither prompt nor answer becomes a string.</summary>
internal sealed class OpenAiChatProtocol(Egress egress, Func<ModelRouteTable> table, IOptions<ModelOptions> options, TimeProvider clock)
    : IModelProtocol
{
    /// <summary>The protocol's name.</summary>
    public const string ProtocolName = "openai-chat";

    private const int MaxPromptBytes = 128 * 1024 * 1024;
    private const int MaxEventText = 1024 * 1024;

    /// <inheritdoc/>
    public string Name => ProtocolName;

    /// <inheritdoc/>
    public ModelInput Input => ModelInput.Messages;

    /// <inheritdoc/>
    public bool Supports(ModelAction action) => true;

    /// <summary>Sends a request that is written already.</summary>
    /// <param name="route">The route.</param>
    /// <param name="body">The request.</param>
    /// <param name="stream">Whether the answer is to come as events.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The call, to be disposed of.</returns>
    public Task<UpstreamCall> SendAsync(ModelRoute route, ReadOnlyMemory<byte> body, bool stream, CancellationToken cancellationToken) =>
        UpstreamCall.SendAsync(egress, table(), options.Value, clock, route, body, stream, cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ModelEvent> RunAsync(
        ModelRoute route,
        ModelRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using PlainWriter body = new(MaxPromptBytes);
        Write(body, route, request);
        using UpstreamCall call = await SendAsync(route, body.Written, stream: true, cancellationToken);
        if (call.Failed is { } failed)
        {
            yield return failed;
            yield break;
        }
        using ChatChunk chunk = new(MaxEventText);
        ModelFailure failure = ModelFailure.UpstreamError; // what it is called when it ends before its end
        using VendorEvents events = new(call.Body!);
        while (!chunk.Done)
        {
            try
            {
                if (!await TakeAsync(events, chunk))
                {
                    break;
                }
            }
            catch (Exception fault)
                when (fault is IOException or HttpRequestException or JsonException or InvalidOperationException or InvalidDataException)
            {
                failure = UpstreamCall.FailureOf(fault);
                break;
            }
            if (!chunk.Text.IsEmpty)
            {
                yield return new TextDelta(chunk.Text);
            }
        }
        if (!chunk.Done && chunk.TextBytes == 0)
        {
            yield return new ModelFailed(failure, 0);
            yield break;
        }
        yield return chunk.Usage
            ?? new ModelUsage(TokenEstimate.OfPrompt(request, Input), TokenEstimate.OfBytes(chunk.TextBytes), Measured: false);
        yield return new ModelFinished(chunk.Done && chunk.Finish is { } finish ? finish : FinishReason.UpstreamCut);
    }

    private static async ValueTask<bool> TakeAsync(VendorEvents events, ChatChunk chunk)
    {
        do
        {
            if (events.TryTake(out ReadOnlySpan<byte> data))
            {
                chunk.Read(data);
                return true;
            }
        } while (await events.WaitAsync());
        return false;
    }

    private static void Write(PlainWriter body, ModelRoute route, ModelRequest request)
    {
        using PlainWriter content = new(MaxPromptBytes);
        using Utf8JsonWriter json = new(
            body,
            new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true }
        );
        json.WriteStartObject();
        json.WriteString("model"u8, route.Model);
        json.WriteBoolean("store"u8, false);
        json.WriteBoolean("stream"u8, true);
        json.WriteStartObject("stream_options"u8);
        json.WriteBoolean("include_usage"u8, true);
        json.WriteEndObject();
        json.WriteNumber("max_completion_tokens"u8, Math.Min(request.MaxOutputTokens, route.Limits.MaxOutputTokens));
        json.WriteStartArray("messages"u8);
        foreach (ModelMessage message in request.Messages)
        {
            content.Reset();
            JsonText.Write(message.Parts, content);
            json.WriteStartObject();
            json.WriteString(
                "role"u8,
                message.Role switch
                {
                    MessageRole.System => "system"u8,
                    MessageRole.Assistant => "assistant"u8,
                    _ => "user"u8,
                }
            );
            json.WritePropertyName("content"u8);
            json.WriteRawValue(content.Written.Span, skipInputValidation: true);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
