using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text.Json;
using Lethe.Gateway.Models;
using Lethe.Gateway.Models.OpenAi;

namespace Lethe.Gateway.ChatCompletions;

/// <summary>Writes OpenAI's forms of an answer.</summary>
internal static class ChatAnswer
{
    /// <summary>Begins a stream of events.</summary>
    /// <param name="response">The answer.</param>
    public static void BeginEvents(HttpResponse response)
    {
        response.ContentType = "text/event-stream";
        response.Headers["X-Accel-Buffering"] = "no";
    }

    /// <summary>Writes one event.</summary>
    /// <param name="output">Takes it.</param>
    /// <param name="data">Its data, without line breaks.</param>
    public static void WriteEvent(PipeWriter output, ReadOnlySpan<byte> data)
    {
        Span<byte> room = output.GetSpan(data.Length + 8);
        "data: "u8.CopyTo(room);
        data.CopyTo(room[6..]);
        "\n\n"u8.CopyTo(room[(6 + data.Length)..]);
        output.Advance(data.Length + 8);
    }

    /// <summary>Writes an error as an event, which SDKs throw.</summary>
    /// <param name="output">Takes it.</param>
    /// <param name="problem">The problem.</param>
    public static void WriteEventError(PipeWriter output, Problem problem)
    {
        output.Write("data: "u8);
        using (Utf8JsonWriter json = new(output))
        {
            OpenAiErrors.Write(json, problem);
        }
        output.Write("\n\n"u8);
    }

    /// <summary>Makes the id of an answer.</summary>
    /// <returns>Random.</returns>
    public static string NewId() => "chatcmpl-" + RandomNumberGenerator.GetHexString(24, lowercase: true);

    /// <summary>Writes the beginning of an object up to the content of its first choice.</summary>
    /// <param name="output">Takes it.</param>
    /// <param name="id">The answer's id.</param>
    /// <param name="created">When, in seconds since 1970.</param>
    /// <param name="model">Our name of the model.</param>
    /// <param name="chunk">Whether it is a part of a stream.</param>
    public static void WriteHead(IBufferWriter<byte> output, string id, long created, string model, bool chunk)
    {
        using Utf8JsonWriter json = new(output, new JsonWriterOptions { SkipValidation = true });
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("object"u8, chunk ? "chat.completion.chunk"u8 : "chat.completion"u8);
        json.WriteNumber("created"u8, created);
        json.WriteString("model"u8, model);
    }

    /// <summary>Writes the choices with one choice.</summary>
    /// <param name="output">Takes them.</param>
    /// <param name="content">The text, UTF-8.</param>
    /// <param name="first">Whether the role is told, too.</param>
    /// <param name="finish">Why the answer ended; empty as long as it has not.</param>
    /// <param name="chunk">Whether it is a part of a stream.</param>
    public static void WriteChoice(
        IBufferWriter<byte> output,
        ReadOnlySpan<byte> content,
        bool first,
        ReadOnlySpan<byte> finish,
        bool chunk
    )
    {
        output.Write(",\"choices\":[{\"index\":0,"u8);
        output.Write(chunk ? "\"delta\":{"u8 : "\"message\":{"u8);
        output.Write(first ? "\"role\":\"assistant\",\"refusal\":null"u8 : default);
        if (!content.IsEmpty || !chunk)
        {
            output.Write(first ? ",\"content\":"u8 : "\"content\":"u8);
            JsonText.Write(content, output);
        }
        output.Write("},\"logprobs\":null,\"finish_reason\":"u8);
        if (finish.IsEmpty)
        {
            output.Write("null"u8);
        }
        else
        {
            JsonText.Write(finish, output);
        }
        output.Write("}]"u8);
    }

    /// <summary>Writes the usage.</summary>
    /// <param name="output">Takes it.</param>
    /// <param name="usage">The usage.</param>
    public static void WriteUsage(IBufferWriter<byte> output, ModelUsage usage)
    {
        output.Write(",\"usage\":"u8);
        using Utf8JsonWriter json = new(output);
        json.WriteStartObject();
        json.WriteNumber("prompt_tokens"u8, usage.PromptTokens);
        json.WriteNumber("completion_tokens"u8, usage.CompletionTokens);
        json.WriteNumber("total_tokens"u8, usage.PromptTokens + usage.CompletionTokens);
        json.WriteEndObject();
    }
}
