using System.Text.Json;

namespace Lethe.Control.Support;

/// <summary>An answer that is written as it is opened, without a string in between.</summary>
/// <param name="write">Writes the one JSON value.</param>
internal sealed class JsonOut(Action<Utf8JsonWriter> write) : IResult
{
    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.ContentType = "application/json";
        httpContext.Response.Headers.CacheControl = "no-store";
        httpContext.Response.Headers.XContentTypeOptions = "nosniff";
        using (Utf8JsonWriter json = new(httpContext.Response.BodyWriter))
        {
            write(json);
        }
        await httpContext.Response.BodyWriter.FlushAsync(httpContext.RequestAborted);
    }
}
