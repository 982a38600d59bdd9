using System.Text.Json;
using Lethe.Gateway.Models;
using Lethe.Gateway.Sealing;

namespace Lethe.Gateway.ChatCompletions;

/// <summary>
/// Messages as material for a model without prompts: the last message of the user is the instruction, what users said before it is the
/// document. When there is nothing before it, its first line is the instruction and the rest the document; a single line is
/// a document by itself.
/// </summary>
internal sealed class ChatMaterial : IDisposable
{
    private const int LongestInstruction = 1000;
    private readonly PlainWriter document;
    private readonly PlainWriter last;

    private ChatMaterial(int limit) => (document, last) = (new PlainWriter(limit), new PlainWriter(limit));

    /// <summary>Gets the document, UTF-8.</summary>
    public ReadOnlyMemory<byte> Document { get; private set; }

    /// <summary>Gets the instruction, UTF-8.</summary>
    public ReadOnlyMemory<byte> Instruction { get; private set; }

    /// <summary>Reads messages.</summary>
    /// <param name="messages">A JSON array.</param>
    /// <returns>The material, to be disposed of; null when a message is not as it should be.</returns>
    public static ChatMaterial? Read(ReadOnlySpan<byte> messages)
    {
        ChatMaterial material = new(messages.Length + 64);
        try
        {
            Utf8JsonReader json = new(messages);
            json.Read();
            while (json.Read() && json.TokenType == JsonTokenType.StartObject)
            {
                material.Take(ref json);
            }
            material.Divide();
            return material;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            material.Dispose();
            return null;
        }
    }

    /// <summary>Gets the material.</summary>
    /// <returns>One document and the instruction.</returns>
    public ModelMaterial ToMaterial() => new([new MaterialText(Document)], Instruction, ReadOnlyMemory<byte>.Empty);

    /// <inheritdoc/>
    public void Dispose()
    {
        document.Dispose();
        last.Dispose();
    }

    private void Take(ref Utf8JsonReader json)
    {
        Utf8JsonReader ahead = json;
        bool user = false;
        while (ahead.Read() && ahead.TokenType == JsonTokenType.PropertyName)
        {
            bool role = ahead.ValueTextEquals("role"u8);
            ahead.Read();
            user |= role && ahead.TokenType == JsonTokenType.String && ahead.ValueTextEquals("user"u8);
            ahead.Skip();
        }
        if (user && last.Length > 0)
        {
            document.TryWrite(last.Written.Span);
            document.TryWrite("\n\n"u8);
            last.Reset();
        }
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            bool content = json.ValueTextEquals("content"u8);
            json.Read();
            if (user && content && json.TokenType == JsonTokenType.String)
            {
                Append(ref json);
            }
            else if (user && content && json.TokenType == JsonTokenType.StartArray)
            {
                TakeParts(ref json);
            }
            else
            {
                json.Skip();
            }
        }
    }

    private void TakeParts(ref Utf8JsonReader json)
    {
        int depth = json.CurrentDepth;
        while (json.Read() && json.CurrentDepth > depth)
        {
            if (json.TokenType == JsonTokenType.PropertyName && json.CurrentDepth == depth + 2 && json.ValueTextEquals("text"u8))
            {
                json.Read();
                if (json.TokenType == JsonTokenType.String)
                {
                    Append(ref json);
                }
            }
        }
    }

    private void Append(ref Utf8JsonReader json)
    {
        int length = json.ValueSpan.Length;
        if (length > 0)
        {
            last.Advance(json.CopyString(last.GetSpan(length)));
            last.TryWrite("\n"u8);
        }
    }

    private void Divide()
    {
        Document = document.Written;
        Instruction = last.Written;
        if (document.Length > 0)
        {
            return;
        }
        ReadOnlyMemory<byte> text = last.Written;
        int line = text.Span.IndexOf((byte)'\n');
        bool divided = line is > 0 and <= LongestInstruction && !text.Span[line..].Trim(" \t\r\n"u8).IsEmpty;
        Instruction = divided ? text[..line] : ReadOnlyMemory<byte>.Empty;
        Document = divided ? text[line..] : text;
    }
}
