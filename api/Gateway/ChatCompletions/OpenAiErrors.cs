using System.Text.Json;

namespace Lethe.Gateway.ChatCompletions;

/// <summary>Marks routes that answer errors as OpenAI's interface does, because SDKs read them.</summary>
internal sealed class OpenAiShape;

/// <summary>Our problems in OpenAI's form: <c>{"error": {message, type, param, code}}</c> with the same stable codes.</summary>
internal static class OpenAiErrors
{
    /// <summary>Tells whether a request's route answers errors in this form.</summary>
    /// <param name="context">The request.</param>
    /// <returns>Whether it does.</returns>
    public static bool IsWanted(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<OpenAiShape>() is not null;

    /// <summary>Writes a problem.</summary>
    /// <param name="json">The writer.</param>
    /// <param name="problem">The problem.</param>
    public static void Write(Utf8JsonWriter json, Problem problem)
    {
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteString("message"u8, $"{problem.Title}. {problem.Detail}");
        json.WriteString(
            "type"u8,
            problem.Status switch
            {
                401 => "authentication_error",
                403 => "permission_error",
                429 => "rate_limit_error",
                >= 500 => "server_error",
                _ => "invalid_request_error",
            }
        );
        json.WriteString("param"u8, problem.Member);
        json.WriteString("code"u8, problem.Code);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
