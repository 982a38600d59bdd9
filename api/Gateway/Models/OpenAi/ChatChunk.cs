using System.Text.Json;
using Lethe.Gateway.Sealing;

namespace Lethe.Gateway.Models.OpenAi;

/// <summary>
/// Reads a vendor's answer, whole or one event at a time: the text of the first choice into a buffer of ours, the finish reason, the
/// usage. Everything else is passed over.
/// </summary>
internal sealed class ChatChunk(int longestText) : IDisposable
{
    private readonly PlainWriter text = new(longestText);

    /// <summary>Gets the text of the last event.</summary>
    public ReadOnlyMemory<byte> Text => text.Written;

    /// <summary>Gets how many bytes of text there were so far.</summary>
    public long TextBytes { get; private set; }

    /// <summary>Gets why the answer ended; null as long as nothing was said about it.</summary>
    public FinishReason? Finish { get; private set; }

    /// <summary>Gets what the vendor counted; null as long as it said nothing.</summary>
    public ModelUsage? Usage { get; private set; }

    /// <summary>Gets a value indicating whether the stream said that it is over.</summary>
    public bool Done { get; private set; }

    /// <summary>Gets a value indicating whether the last event has no choice: it tells the usage and nothing else.</summary>
    public bool IsUsageOnly { get; private set; }

    /// <summary>Reads an event's data, or a whole answer.</summary>
    /// <param name="data">UTF-8 JSON, or <c>[DONE]</c>.</param>
    /// <exception cref="JsonException">It is not what a chat completion looks like, or an error.</exception>
    public void Read(ReadOnlySpan<byte> data)
    {
        text.Reset();
        IsUsageOnly = false;
        if (data.SequenceEqual("[DONE]"u8))
        {
            Done = true;
            return;
        }
        Utf8JsonReader json = new(data);
        bool choices = false;
        bool any = false;
        Expect(json.Read() && json.TokenType == JsonTokenType.StartObject);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("choices"u8))
            {
                choices = true;
                any = ReadChoices(ref json);
            }
            else if (json.ValueTextEquals("usage"u8))
            {
                ReadUsage(ref json);
            }
            else if (json.ValueTextEquals("error"u8))
            {
                json.Read();
                Expect(json.TokenType == JsonTokenType.Null);
            }
            else
            {
                json.Skip();
            }
        }
        Expect(choices);
        IsUsageOnly = !any && Usage is not null;
        TextBytes += text.Length;
    }

    /// <inheritdoc/>
    public void Dispose() => text.Dispose();

    private static void Expect(bool holds)
    {
        if (!holds)
        {
            throw new JsonException("No chat completion.");
        }
    }

    private bool ReadChoices(ref Utf8JsonReader json)
    {
        json.Read();
        Expect(json.TokenType == JsonTokenType.StartArray);
        bool first = true;
        while (json.Read() && json.TokenType == JsonTokenType.StartObject)
        {
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                if (first && (json.ValueTextEquals("delta"u8) || json.ValueTextEquals("message"u8)))
                {
                    ReadText(ref json);
                }
                else if (json.ValueTextEquals("finish_reason"u8))
                {
                    json.Read();
                    Finish = ReasonOf(ref json) ?? Finish;
                }
                else
                {
                    json.Skip();
                }
            }
            first = false;
        }
        return !first;
    }

    private void ReadText(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            return;
        }
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            bool wanted = json.ValueTextEquals("content"u8) || json.ValueTextEquals("refusal"u8);
            json.Read();
            if (wanted && json.TokenType == JsonTokenType.String)
            {
                Expect(text.Room >= json.ValueSpan.Length);
                text.Advance(json.CopyString(text.GetSpan(Math.Max(json.ValueSpan.Length, 1))));
            }
            else
            {
                json.Skip();
            }
        }
    }

    private static FinishReason? ReasonOf(ref Utf8JsonReader json) =>
        json.TokenType != JsonTokenType.String ? null
        : json.ValueTextEquals("stop"u8) || json.ValueTextEquals("tool_calls"u8) || json.ValueTextEquals("function_call"u8)
            ? FinishReason.Complete
        : json.ValueTextEquals("length"u8) || json.ValueTextEquals("model_length"u8) ? FinishReason.Length
        : json.ValueTextEquals("content_filter"u8) ? FinishReason.Filtered
        : FinishReason.UpstreamCut; // a reason that we do not know does not make an answer whole

    private void ReadUsage(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            return;
        }
        long prompt = 0;
        long completion = 0;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            bool isPrompt = json.ValueTextEquals("prompt_tokens"u8);
            bool isCompletion = json.ValueTextEquals("completion_tokens"u8);
            json.Read();
            if ((isPrompt || isCompletion) && json.TokenType == JsonTokenType.Number && json.TryGetInt64(out long count) && count >= 0)
            {
                (prompt, completion) = isPrompt ? (count, completion) : (prompt, count);
            }
            else
            {
                json.Skip();
            }
        }
        Usage = new ModelUsage(prompt, completion, Measured: true);
    }
}
