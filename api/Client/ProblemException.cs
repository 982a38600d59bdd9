using System.Text.Json;

namespace Lethe.Client;

/// <summary>A refusal by a server, as RFC 9457 problem. The code is stable; nothing of what was sent is in it.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Roslynator", "RCS1194", Justification = "Made from a problem object only.")]
public sealed class ProblemException : Exception
{
    private const int MaxBytes = 64 * 1024;

    private ProblemException(string message)
        : base(message) { }

    /// <summary>Gets the HTTP status; 0 when an answer broke off or is none.</summary>
    public int Status { get; private init; }

    /// <summary>Gets the stable code.</summary>
    public string Code { get; private init; } = "";

    /// <summary>Gets the region to turn to instead (421), or null.</summary>
    public string? Region { get; private init; }

    /// <summary>Gets the base URL to turn to instead (421), or null.</summary>
    public Uri? BaseUrl { get; private init; }

    /// <summary>Gets when another try may be worth it; null when it is not said.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>Gets the policy class whose key signs for the tenant (<c>token_batch_refused</c>), or null.</summary>
    public string? PolicyClass { get; private init; }

    /// <summary>Makes an exception of the client's own.</summary>
    /// <param name="code">A stable code.</param>
    /// <param name="message">What is wrong.</param>
    /// <returns>The exception.</returns>
    public static ProblemException Of(string code, string message) => new(message) { Code = code };

    /// <summary>Reads a problem object.</summary>
    /// <param name="problem">The object.</param>
    /// <param name="retryAfter">The value of <c>Retry-After</c>, if any.</param>
    /// <returns>The exception.</returns>
    public static ProblemException Read(JsonElement problem, TimeSpan? retryAfter = null) =>
        new(Text(problem, "detail") is { } detail ? $"{Text(problem, "title")}. {detail}" : Text(problem, "title") ?? "Refused.")
        {
            Status = problem.TryGetProperty("status", out JsonElement status) && status.TryGetInt32(out int number) ? number : 0,
            Code = Text(problem, "code") ?? "unknown",
            Region = Text(problem, "region"),
            BaseUrl = Uri.TryCreate(Text(problem, "baseUrl"), UriKind.Absolute, out Uri? url) ? url : null,
            PolicyClass = Text(problem, "policyClass"),
            RetryAfter = retryAfter,
        };

    internal static async Task ThrowIfRefusedAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (answer.IsSuccessStatusCode)
        {
            return;
        }
        if (answer.Content.Headers.ContentType?.MediaType == "application/problem+json")
        {
            await answer.Content.LoadIntoBufferAsync(MaxBytes, cancellationToken);
            JsonElement problem = Answers.Read<JsonElement>(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
            throw Read(problem, answer.Headers.RetryAfter?.Delta);
        }
        throw new ProblemException($"The server answered {(int)answer.StatusCode}.") { Status = (int)answer.StatusCode, Code = "unknown" };
    }

    private static string? Text(JsonElement problem, string name) =>
        problem.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
