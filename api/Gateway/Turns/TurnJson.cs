using System.Text.Json;
using Lethe.Gateway.Models;

namespace Lethe.Gateway.Turns;

/// <summary>Members that both forms of a turn's answer share.</summary>
internal static class TurnJson
{
    /// <summary>Writes a route.</summary>
    /// <param name="json">The writer.</param>
    /// <param name="route">The route.</param>
    public static void WriteRoute(Utf8JsonWriter json, ModelRoute route)
    {
        json.WriteString("route"u8, route.Id);
        json.WriteString("vendor"u8, route.Vendor);
        json.WriteString("model"u8, route.PublicModel);
        json.WriteString("country"u8, route.InferenceCountry);
        json.WriteString("retention"u8, route.Retention);
    }

    /// <summary>Writes what was used.</summary>
    /// <param name="json">The writer.</param>
    /// <param name="usage">The tokens.</param>
    public static void WriteUsage(Utf8JsonWriter json, ModelUsage usage)
    {
        json.WriteNumber("promptTokens"u8, usage.PromptTokens);
        json.WriteNumber("completionTokens"u8, usage.CompletionTokens);
        json.WriteBoolean("measured"u8, usage.Measured);
    }

    /// <summary>Writes how a turn ended.</summary>
    /// <param name="json">The writer.</param>
    /// <param name="ended">How.</param>
    public static void WriteEnding(Utf8JsonWriter json, TurnEnded ended)
    {
        if (ended.Turn is { } turn)
        {
            json.WriteNumber("turn"u8, turn);
        }
        else
        {
            json.WriteNull("turn"u8);
        }
        json.WriteNumber("revision"u8, ended.Revision);
        json.WriteString("ending"u8, ended.Ending);
    }
}
