using System.Text.Json;
using Lethe.Gateway.ChatCompletions;
using Lethe.Gateway.Hosting;

namespace Lethe.Gateway;

/// <summary>
/// One refusal as an RFC 9457 problem. Everything in it is written by us: no part of a request comes back in it. The members beside the
/// standard ones are numbers, names of our own members and addresses of our own cells.
/// </summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">The stable code; the type is <c>urn:lethe:problem:{code}</c>.</param>
/// <param name="Title">What is wrong.</param>
/// <param name="Detail">What to do.</param>
internal sealed record Problem(int Status, string Code, string Title, string Detail) : IResult
{
    /// <summary>The media type.</summary>
    public const string MediaType = "application/problem+json";

    /// <summary>Gets the stable type.</summary>
    public string Type => "urn:lethe:problem:" + Code;

    /// <summary>Gets when another try may be worth it, in seconds; 0 when it is not said.</summary>
    public int RetryAfterSeconds { get; init; }

    /// <summary>Gets the name, in our interface, of the member that is wrong; null when it is none or all of them.</summary>
    public string? Member { get; init; }

    /// <summary>Gets the name of the limit that was passed, as in <c>/v1/capabilities</c>; null when it was none.</summary>
    public string? LimitName { get; init; }

    /// <summary>Gets that limit.</summary>
    public long Limit { get; init; }

    /// <summary>Gets the region of the cell to turn to; null when it is this one.</summary>
    public string? Region { get; init; }

    /// <summary>Gets the base URL of the cell to turn to.</summary>
    public string? BaseUrl { get; init; }

    /// <summary>Gets the value of a <c>WWW-Authenticate</c> header; null when there is none.</summary>
    public string? Authenticate { get; init; }

    /// <summary>Names the limit that was passed.</summary>
    /// <param name="name">Its name in <c>/v1/capabilities</c>.</param>
    /// <param name="limit">The limit.</param>
    /// <returns>The same problem with the limit.</returns>
    public Problem With(string name, long limit) => this with { LimitName = name, Limit = limit };

    /// <summary>Writes the problem as one JSON object.</summary>
    /// <param name="json">The writer.</param>
    public void Write(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
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
        if (LimitName is not null)
        {
            json.WriteString("limitName"u8, LimitName);
            json.WriteNumber("limit"u8, Limit);
        }
        if (Region is not null)
        {
            json.WriteString("region"u8, Region);
            json.WriteString("baseUrl"u8, BaseUrl);
        }
        if (RetryAfterSeconds > 0)
        {
            json.WriteNumber("retryAfterSeconds"u8, RetryAfterSeconds);
        }
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        HttpResponse response = httpContext.Response;
        UnreadBody.Leave(httpContext);
        response.StatusCode = Status;
        bool openAi = OpenAiErrors.IsWanted(httpContext);
        response.ContentType = openAi ? "application/json" : MediaType;
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
            if (openAi)
            {
                OpenAiErrors.Write(json, this);
            }
            else
            {
                Write(json);
            }
        }
        await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
    }
}
