using System.Text.Json;
using Lethe.Gateway.Documents;
using Lethe.Gateway.Documents.Reading;
using Lethe.Gateway.Models;
using Lethe.Gateway.Sealing;
using Lethe.Gateway.Turns;

namespace Lethe.Gateway.Sessions;

/// <summary>What a session may use, as it is told to clients.</summary>
internal static class Limits
{
    /// <summary>Gets the languages that answers can be asked in.</summary>
    public static IReadOnlyList<string> Languages { get; } = ["de", "en", "fr", "it"];

    /// <summary>Writes the limits of a class, as members of the current object.</summary>
    /// <param name="json">The writer.</param>
    /// <param name="limits">The limits.</param>
    public static void Write(Utf8JsonWriter json, ClassLimits limits)
    {
        json.WriteNumber("sessionTokens"u8, limits.SessionTokens);
        json.WriteNumber("contextCharacters"u8, limits.ContextCharacters);
        json.WriteNumber("selectionCharacters"u8, limits.SelectionCharacters);
        json.WriteNumber("instructionCharacters"u8, limits.InstructionCharacters);
        json.WriteNumber("documentsPerTurn"u8, limits.DocumentsPerTurn);
        json.WriteNumber("maxOutputTokens"u8, limits.MaxOutputTokens);
        json.WriteNumber("documentBytes"u8, DocumentUpload.MaxFileBytes);
        json.WriteNumber("documentTextBytes"u8, DocumentUpload.MaxTextBytes);
        json.WriteNumber("sealedItemBytes"u8, SealedSession.MaxItemBytes);
        json.WriteNumber("turnBodyBytes"u8, TurnRequest.MaxBodyBytes);
        json.WriteNumber("answerBytes"u8, TurnRun.MaxAnswerBytes);
    }

    /// <summary>Writes what a class offers now, as members of the current object.</summary>
    /// <param name="json">The writer.</param>
    /// <param name="policyClass">The class.</param>
    public static void WriteCapabilities(Utf8JsonWriter json, PolicyClass policyClass)
    {
        json.WriteString("policyClass"u8, policyClass.Name);
        json.WriteNumber("version"u8, policyClass.Version);
        WriteArray(
            json,
            "actions"u8,
            policyClass
                .Models.SelectMany(model => model.Actions)
                .Where(action => action != ModelAction.Chat)
                .Distinct()
                .Order()
                .Select(action => action.ToName())
        );
        WriteArray(json, "languages"u8, Languages);
        json.WriteStartObject("documents"u8);
        WriteArray(json, "mediaTypes"u8, DocumentKinds.MediaTypes);
        json.WriteEndObject();
        json.WriteStartArray("models"u8);
        foreach (OfferedModel model in policyClass.Models)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, model.Name);
            json.WriteString("vendor"u8, model.Vendor);
            json.WriteString("country"u8, model.Country);
            WriteArray(json, "actions"u8, model.Actions.Select(action => action.ToName()));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartObject("limits"u8);
        Write(json, policyClass.Limits);
        json.WriteEndObject();
    }

    private static void WriteArray(Utf8JsonWriter json, ReadOnlySpan<byte> name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
        {
            json.WriteStringValue(value);
        }
        json.WriteEndArray();
    }
}
