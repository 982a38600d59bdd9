using System.Text.Encodings.Web;
using System.Text.Json;

namespace Lethe.Gateway;

/// <summary>Writes one JSON object as an answer.</summary>
internal static class JsonAnswer
{
    /// <summary>How JSON is written: what needs no escape in JSON gets none, so that text stays as short as it is.</summary>
    public static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>Writes the answer.</summary>
    /// <param name="context">The request.</param>
    /// <param name="status">The status.</param>
    /// <param name="write">Writes the object's members.</param>
    /// <returns>When it is written.</returns>
    public static async Task WriteAsync(HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        using (Utf8JsonWriter json = new(context.Response.BodyWriter, Options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }
}
