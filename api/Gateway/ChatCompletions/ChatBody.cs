using System.Buffers;
using System.Text.Json;
using Lethe.Gateway.Models;

namespace Lethe.Gateway.ChatCompletions;

/// <summary>
/// A chat completion request, looked through without taking it apart: where its members lie, and what of them concerns us. Members that would
/// make a vendor keep something, fetch something or know somebody are refused; so is every member that we do not know.
/// </summary>
internal sealed class ChatBody
{
    private const int MaxDepth = 64;
    private const int MostChoices = 8;
    private readonly List<(int Start, int End, bool Limit)> passed = [];
    private readonly ReadOnlyMemory<byte> source;

    private ChatBody(ReadOnlyMemory<byte> source) => this.source = source;

    private enum Handling
    {
        Pass,
        Own,
        Refuse,
    }

    /// <summary>Gets the model that was named, UTF-8; empty without one.</summary>
    public ReadOnlyMemory<byte> Model { get; private set; }

    /// <summary>Gets the messages, a JSON array.</summary>
    public ReadOnlyMemory<byte> Messages { get; private set; }

    /// <summary>Gets a value indicating whether the answer is to come as events.</summary>
    public bool Stream { get; private set; }

    /// <summary>Gets a value indicating whether the usage is to be the last event.</summary>
    public bool IncludeUsage { get; private set; }

    /// <summary>Gets a value indicating whether there are tools, or anything else that a model without prompts cannot heed.</summary>
    public bool HasTools { get; private set; }

    /// <summary>Gets how long the answer may be, in tokens; 0 when that was not said.</summary>
    public int MaxOutputTokens { get; private set; }

    /// <summary>Gets how many answers are wanted.</summary>
    public int Choices { get; private set; } = 1;

    /// <summary>Looks through a body.</summary>
    /// <param name="source">The body; must live as long as the result.</param>
    /// <returns>The request, or the problem.</returns>
    public static Outcome<ChatBody> Read(ReadOnlyMemory<byte> source)
    {
        ChatBody body = new(source);
        try
        {
            return body.Scan() is { } problem ? problem : body;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return Problems.BodyInvalid; // the message quotes the body
        }
    }

    /// <summary>Writes the request as a vendor is to get it: its model, no storing, our limit; the rest byte for byte.</summary>
    /// <param name="output">Takes the request.</param>
    /// <param name="route">The route.</param>
    /// <param name="maxOutputTokens">The most tokens of an answer, unless the caller set a lower limit.</param>
    public void WriteTo(IBufferWriter<byte> output, ModelRoute route, int maxOutputTokens)
    {
        output.Write("{\"model\":"u8);
        Models.OpenAi.JsonText.Write(System.Text.Encoding.UTF8.GetBytes(route.Model), output);
        output.Write(",\"store\":false"u8);
        if (Stream)
        {
            output.Write(",\"stream_options\":{\"include_usage\":true}"u8);
        }
        bool ours = MaxOutputTokens == 0 || MaxOutputTokens > maxOutputTokens;
        if (ours)
        {
            output.Write(",\"max_completion_tokens\":"u8);
            Span<byte> digits = stackalloc byte[11];
            maxOutputTokens.TryFormat(digits, out int length);
            output.Write(digits[..length]);
        }
        foreach ((int start, int end, bool limit) in passed)
        {
            if (limit && ours)
            {
                continue;
            }
            output.Write(","u8);
            output.Write(source.Span[start..end]);
        }
        output.Write("}"u8);
    }

    private Problem? Scan()
    {
        Utf8JsonReader json = new(source.Span, new JsonReaderOptions { MaxDepth = MaxDepth });
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
        {
            return Problems.BodyInvalid;
        }
        HashSet<string> names = new(StringComparer.Ordinal);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            int start = (int)json.TokenStartIndex;
            if (ChatMembers.Find(ref json) is not { } member)
            {
                return Problems.ParameterRefused;
            }
            if (!names.Add(member))
            {
                return Problems.BodyInvalid;
            }
            json.Read();
            int valueStart = (int)json.TokenStartIndex;
            Handling? handling = Take(member, ref json);
            json.Skip();
            int end = (int)json.BytesConsumed;
            if (handling is null)
            {
                return Problems.BodyInvalid with { Member = member };
            }
            if (handling == Handling.Refuse)
            {
                return Problems.ParameterRefused with { Member = member };
            }
            if (member == "messages")
            {
                Messages = source[valueStart..end];
            }
            if (handling == Handling.Pass)
            {
                passed.Add((start, end, member is "max_tokens" or "max_completion_tokens"));
            }
        }
        bool whole = json.TokenType == JsonTokenType.EndObject && !json.Read();
        return whole && !Messages.IsEmpty ? null : Problems.BodyInvalid;
    }

    // The reader stands on the value. Null: of the wrong type.
    private Handling? Take(string member, ref Utf8JsonReader json)
    {
        JsonTokenType type = json.TokenType;
        if (type == JsonTokenType.Null)
        {
            return Handling.Own; // as if it were not there
        }
        if (ChatMembers.Refused.Contains(member))
        {
            return Handling.Refuse;
        }
        switch (member)
        {
            case "model":
                if (type != JsonTokenType.String || json.ValueIsEscaped || json.ValueSpan.Length > 128)
                {
                    return null;
                }
                Model = source.Slice((int)json.TokenStartIndex + 1, json.ValueSpan.Length);
                return Handling.Own;
            case "store":
                return type == JsonTokenType.False ? Handling.Own
                    : type == JsonTokenType.True ? Handling.Refuse
                    : null;
            case "stream":
                Stream = type == JsonTokenType.True;
                return type is JsonTokenType.True or JsonTokenType.False ? Handling.Pass : null;
            case "stream_options":
                return TakeStreamOptions(ref json);
            case "max_tokens" or "max_completion_tokens":
                bool number = type == JsonTokenType.Number && json.TryGetInt32(out int tokens) && (MaxOutputTokens = tokens) > 0;
                return number ? Handling.Pass : null;
            case "n":
                bool few =
                    type == JsonTokenType.Number && json.TryGetInt32(out int choices) && (Choices = choices) is >= 1 and <= MostChoices;
                return few ? Handling.Pass : null;
            case "messages":
                return type == JsonTokenType.StartArray ? CheckMessages(json) : null;
            case "tools" or "functions":
                HasTools = true;
                return type == JsonTokenType.StartArray ? CheckTools(json, member == "tools") : null;
            case "response_format":
                HasTools = true;
                return Handling.Pass;
            default:
                return Handling.Pass;
        }
    }

    private Handling? TakeStreamOptions(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (!json.ValueTextEquals("include_usage"u8))
            {
                return Handling.Refuse;
            }
            json.Read();
            IncludeUsage = json.TokenType == JsonTokenType.True;
        }
        return Handling.Own;
    }

    // Nothing may point to a file that a vendor keeps or to a page that it would fetch.
    private static Handling? CheckMessages(Utf8JsonReader json)
    {
        int depth = json.CurrentDepth;
        bool any = false;
        while (json.Read() && json.CurrentDepth > depth)
        {
            if (json.CurrentDepth == depth + 1 && json.TokenType is not (JsonTokenType.StartObject or JsonTokenType.EndObject))
            {
                return null;
            }
            any = true;
            if (json.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }
            if (json.ValueTextEquals("file_id"u8) || json.ValueTextEquals("file_ids"u8))
            {
                return Handling.Refuse;
            }
            if (json.ValueTextEquals("url"u8))
            {
                json.Read();
                if (json.TokenType != JsonTokenType.String || !json.ValueSpan.StartsWith("data:"u8))
                {
                    return Handling.Refuse;
                }
            }
        }
        return any ? Handling.Pass : null;
    }

    // Functions run at the caller's; everything else would run at the vendor's.
    private static Handling? CheckTools(Utf8JsonReader json, bool typed)
    {
        int depth = json.CurrentDepth;
        while (json.Read() && json.CurrentDepth > depth)
        {
            if (!typed || json.TokenType != JsonTokenType.PropertyName || json.CurrentDepth != depth + 2 || !json.ValueTextEquals("type"u8))
            {
                continue;
            }
            json.Read();
            if (json.TokenType != JsonTokenType.String || !(json.ValueTextEquals("function"u8) || json.ValueTextEquals("custom"u8)))
            {
                return Handling.Refuse;
            }
        }
        return Handling.Pass;
    }
}

/// <summary>The members of a chat completion request that we know.</summary>
internal static class ChatMembers
{
    private static readonly (string Name, byte[] Utf8)[] Known =
    [
        .. "model messages stream stream_options store temperature top_p n stop max_tokens max_completion_tokens presence_penalty frequency_penalty logit_bias logprobs top_logprobs response_format seed tools tool_choice parallel_tool_calls functions function_call reasoning_effort verbosity modalities prediction user metadata safety_identifier previous_response_id conversation prompt_cache_key prompt_cache_retention service_tier web_search_options file_ids file_id background audio moderation"
            .Split(' ')
            .Select(name => (name, System.Text.Encoding.ASCII.GetBytes(name))),
    ];

    /// <summary>Gets those that we refuse: they name somebody, make the vendor keep or fetch something, or leave chat.</summary>
    public static HashSet<string> Refused { get; } =
        new(
            "user metadata safety_identifier previous_response_id conversation prompt_cache_key prompt_cache_retention service_tier web_search_options file_ids file_id background audio moderation".Split(
                ' '
            ),
            StringComparer.Ordinal
        );

    /// <summary>Finds a member by the name that the reader stands on.</summary>
    /// <param name="json">The reader.</param>
    /// <returns>The name, a constant of ours; null when it is unknown.</returns>
    public static string? Find(ref Utf8JsonReader json)
    {
        foreach ((string name, byte[] utf8) in Known)
        {
            if (json.ValueTextEquals(utf8))
            {
                return name;
            }
        }
        return null;
    }
}
