using System.Text.Json;

namespace Lethe.Control;

/// <summary>
/// One refusal as an RFC 9457 problem. Everything in it is written by us: no part of a request comes back in it.
/// </summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">The stable code; the type is <c>urn:lethe:problem:{code}</c>.</param>
/// <param name="Title">What is wrong.</param>
/// <param name="Detail">What to do.</param>
public sealed record Problem(int Status, string Code, string Title, string Detail) : IResult
{
    /// <summary>The media type.</summary>
    public const string MediaType = "application/problem+json";

    /// <summary>Gets the stable type.</summary>
    public string Type => "urn:lethe:problem:" + Code;

    /// <summary>Gets when another try may be worth it, in seconds; 0 when it is not said.</summary>
    public int RetryAfterSeconds { get; init; }

    /// <summary>Gets the name, in our interface, of the member that is wrong; null when it is none or all of them.</summary>
    public string? Member { get; init; }

    /// <summary>Gets the region of the cell to turn to; null when it is this one.</summary>
    public string? Region { get; init; }

    /// <summary>Gets the base URL of the cell to turn to.</summary>
    public string? BaseUrl { get; init; }

    /// <summary>Gets the policy class whose key signs for the caller's tenant; null when it is not the matter.</summary>
    public string? PolicyClass { get; init; }

    /// <summary>Gets the value of a <c>WWW-Authenticate</c> header; null when there is none.</summary>
    public string? Authenticate { get; init; }

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        HttpResponse response = httpContext.Response;
        Hosting.UnreadBody.Leave(httpContext);
        response.StatusCode = Status;
        response.ContentType = MediaType;
        response.Headers.CacheControl = "no-store";
        if (RetryAfterSeconds > 0)
        {
            response.Headers.RetryAfter = RetryAfterSeconds.ToString();
        }
        if (Authenticate is not null)
        {
            response.Headers.WWWAuthenticate = Authenticate;
        }
        using (Utf8JsonWriter json = new(response.BodyWriter))
        {
            Write(json);
        }
        await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
    }

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, Type);
        json.WriteString("title"u8, Title);
        json.WriteNumber("status"u8, Status);
        json.WriteString("code"u8, Code);
        json.WriteString("detail"u8, Detail);
        if (Member is not null)
        {
            json.WriteString("member"u8, Member);
        }
        if (Region is not null)
        {
            json.WriteString("region"u8, Region);
            json.WriteString("baseUrl"u8, BaseUrl);
        }
        if (PolicyClass is not null)
        {
            json.WriteString("policyClass"u8, PolicyClass);
        }
        if (RetryAfterSeconds > 0)
        {
            json.WriteNumber("retryAfterSeconds"u8, RetryAfterSeconds);
        }
        json.WriteEndObject();
    }
}
