using System.Text;
using System.Text.Json;
using Lethe.Contracts.Sessions;
using Lethe.Gateway.Models;
using Lethe.Gateway.Sealing;
using Lethe.Gateway.Sessions;

namespace Lethe.Gateway.Turns;

/// <summary>What a plugin asks of a turn. Its texts are in buffers of ours and zeroed with <see cref="Dispose"/>.</summary>
internal sealed class TurnRequest : IDisposable
{
    /// <summary>The most bytes of the body.</summary>
    public const int MaxBodyBytes = 4 * 1024 * 1024;

    private const int MaxDocuments = 1000;
    private const int MaxModelBytes = 128;
    private ContentKey? key;
    private PlainWriter? instruction;
    private PlainWriter? selection;
    private PlainWriter? model;
    private bool actionKnown = true;

    private TurnRequest() { }

    /// <summary>Gets the content key.</summary>
    public ContentKey Key => key!;

    /// <summary>Gets what is asked.</summary>
    public ModelAction Action { get; private set; }

    /// <summary>Gets the documents that are named; null for all of the session.</summary>
    public IReadOnlyList<UInt128>? Documents { get; private set; }

    /// <summary>Gets the answer's language; null for the documents' own.</summary>
    public string? Language { get; private set; }

    /// <summary>Gets the instruction; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Instruction => instruction?.Written ?? default(ReadOnlyMemory<byte>);

    /// <summary>Gets the selection; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Selection => selection?.Written ?? default(ReadOnlyMemory<byte>);

    /// <summary>Gets our name of a model; empty when none is asked for.</summary>
    public ReadOnlyMemory<byte> Model => model?.Written ?? default(ReadOnlyMemory<byte>);

    /// <summary>Reads a body.</summary>
    /// <param name="body">The body.</param>
    /// <returns>The request, or the problem.</returns>
    public static Outcome<TurnRequest> Read(ReadOnlySpan<byte> body)
    {
        TurnRequest request = new();
        if (JsonBody.TryReadObject(body, request.ReadMember) && request.Check() is var refusal)
        {
            if (refusal is null)
            {
                return request;
            }
            request.Dispose();
            return refusal;
        }
        request.Dispose();
        return Problems.BodyInvalid;
    }

    /// <summary>Counts the Unicode characters of a UTF-8 text.</summary>
    /// <param name="utf8">The text.</param>
    /// <returns>The characters.</returns>
    public static int CountCharacters(ReadOnlySpan<byte> utf8)
    {
        int count = 0;
        foreach (byte unit in utf8)
        {
            count += (unit & 0xC0) == 0x80 ? 0 : 1;
        }
        return count;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        key?.Dispose();
        instruction?.Dispose();
        selection?.Dispose();
        model?.Dispose();
    }

    private bool ReadMember(ref Utf8JsonReader json)
    {
        if (json.ValueTextEquals("key"u8))
        {
            return key is null && JsonBody.TryReadKey(ref json, out key);
        }
        if (json.ValueTextEquals("action"u8))
        {
            return Action == default && actionKnown && ReadAction(ref json);
        }
        if (json.ValueTextEquals("instruction"u8))
        {
            return instruction is null && JsonBody.TryReadText(ref json, out instruction);
        }
        if (json.ValueTextEquals("selection"u8))
        {
            return selection is null && JsonBody.TryReadText(ref json, out selection);
        }
        if (json.ValueTextEquals("model"u8))
        {
            return model is null && JsonBody.TryReadText(ref json, out model) && model!.Length <= MaxModelBytes;
        }
        if (json.ValueTextEquals("language"u8))
        {
            return Language is null && ReadLanguage(ref json);
        }
        return json.ValueTextEquals("documents"u8) && Documents is null && ReadDocuments(ref json);
    }

    private bool ReadAction(ref Utf8JsonReader json)
    {
        Span<byte> name = stackalloc byte[32];
        if (!json.Read() || json.TokenType != JsonTokenType.String)
        {
            return false;
        }
        actionKnown =
            json.ValueSpan.Length <= name.Length
            && ModelActions.TryParse(name[..json.CopyString(name)], out ModelAction action)
            && SetAction(action);
        return true;
    }

    private bool SetAction(ModelAction action)
    {
        Action = action;
        return true;
    }

    private bool ReadLanguage(ref Utf8JsonReader json)
    {
        if (!json.Read() || json.TokenType != JsonTokenType.String)
        {
            return false;
        }
        foreach (string known in Limits.Languages)
        {
            if (json.ValueTextEquals(known))
            {
                Language = known;
            }
        }
        return Language is not null;
    }

    private bool ReadDocuments(ref Utf8JsonReader json)
    {
        if (!json.Read() || json.TokenType != JsonTokenType.StartArray)
        {
            return false;
        }
        List<UInt128> ids = [];
        Span<char> written = stackalloc char[32];
        while (json.Read() && json.TokenType == JsonTokenType.String)
        {
            if (
                json.ValueSpan.Length != written.Length
                || Encoding.ASCII.GetChars(json.ValueSpan, written) != written.Length
                || !SessionId.TryParse(new string(written), out SessionId id)
                || ids.Contains(id.Value)
                || ids.Count == MaxDocuments
            )
            {
                return false;
            }
            ids.Add(id.Value);
        }
        Documents = ids;
        return json.TokenType == JsonTokenType.EndArray;
    }

    private Problem? Check()
    {
        if (key is null)
        {
            return Problems.BodyInvalid with { Member = "key" };
        }
        if (!actionKnown)
        {
            return Problems.ActionUnknown;
        }
        if (Action == default)
        {
            return Problems.BodyInvalid with { Member = "action" };
        }
        if (Action is ModelAction.Ask or ModelAction.Draft && Instruction.IsEmpty)
        {
            return Problems.InstructionRequired;
        }
        return Action == ModelAction.Translate && Language is null ? Problems.LanguageRequired : null;
    }
}
