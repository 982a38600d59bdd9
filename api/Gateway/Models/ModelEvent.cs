namespace Lethe.Gateway.Models;

/// <summary>
/// What a run yields. A closed set, in this order: any number of <see cref="ModelReached"/>, <see cref="ModelProgress"/>,
/// <see cref="TextDelta"/>, at most one <see cref="ModelUsage"/>, and exactly one <see cref="ModelFinished"/> or
/// <see cref="ModelFailed"/> as the last. A run that throws (cancelled, or a fault) yields neither.
/// </summary>
public abstract record ModelEvent;

/// <summary>A route is about to receive the prompt: from here on its vendor counts as having seen it.</summary>
/// <param name="Route">The route.</param>
public sealed record ModelReached(ModelRoute Route) : ModelEvent;

/// <summary>Work that produces no text yet.</summary>
/// <param name="Done">Steps done.</param>
/// <param name="Total">Steps in all, 1 or more.</param>
public sealed record ModelProgress(int Done, int Total) : ModelEvent;

/// <summary>A piece of the answer.</summary>
/// <param name="Utf8">Whole UTF-8 characters. Valid until the next event is asked for; zeroed after that.</param>
public sealed record TextDelta(ReadOnlyMemory<byte> Utf8) : ModelEvent
{
    /// <inheritdoc/>
    public override string ToString() => nameof(TextDelta);
}

/// <summary>What the run used.</summary>
/// <param name="PromptTokens">Tokens read.</param>
/// <param name="CompletionTokens">Tokens written.</param>
/// <param name="Measured">Whether the vendor counted; otherwise estimated by us.</param>
public sealed record ModelUsage(long PromptTokens, long CompletionTokens, bool Measured) : ModelEvent;

/// <summary>Why an answer ended.</summary>
public enum FinishReason
{
    /// <summary>It is whole.</summary>
    Complete = 1,

    /// <summary>The model reached its output limit.</summary>
    Length = 2,

    /// <summary>The vendor's filter stopped it.</summary>
    Filtered = 3,

    /// <summary>The vendor's stream broke off after text had come: what came is not whole.</summary>
    UpstreamCut = 4,
}

/// <summary>The answer ended.</summary>
/// <param name="Reason">Why.</param>
public sealed record ModelFinished(FinishReason Reason) : ModelEvent;

/// <summary>Why there is no answer. Nothing of a vendor's own words.</summary>
public enum ModelFailure
{
    /// <summary>The vendor failed, or answered something that is no answer.</summary>
    UpstreamError = 1,

    /// <summary>The vendor has too much to do.</summary>
    UpstreamRateLimited = 2,

    /// <summary>The vendor could not be reached, or its certificate is not what it should be.</summary>
    UpstreamUnreachable = 3,

    /// <summary>The vendor did not answer in time.</summary>
    UpstreamTimeout = 4,

    /// <summary>The vendor's filter refused the prompt.</summary>
    UpstreamFiltered = 5,

    /// <summary>The vendor refused the request as such.</summary>
    UpstreamRefused = 6,

    /// <summary>No route was open any more when the prompt was to be sent.</summary>
    NoCompliantRoute = 7,
}

/// <summary>There is no answer.</summary>
/// <param name="Failure">Why.</param>
/// <param name="RetryAfterSeconds">When it may be worth another try; 0 when unknown.</param>
public sealed record ModelFailed(ModelFailure Failure, int RetryAfterSeconds) : ModelEvent;

/// <summary>The stable codes of <see cref="ModelFailure"/>.</summary>
public static class ModelFailures
{
    /// <summary>Gets the stable code.</summary>
    /// <param name="failure">The failure.</param>
    /// <returns>As in a problem's <c>code</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">No such failure.</exception>
    public static string ToCode(this ModelFailure failure) =>
        failure switch
        {
            ModelFailure.UpstreamError => "upstream_error",
            ModelFailure.UpstreamRateLimited => "upstream_rate_limited",
            ModelFailure.UpstreamUnreachable => "upstream_unreachable",
            ModelFailure.UpstreamTimeout => "upstream_timeout",
            ModelFailure.UpstreamFiltered => "upstream_filtered",
            ModelFailure.UpstreamRefused => "upstream_refused",
            ModelFailure.NoCompliantRoute => "no_compliant_route",
            _ => throw new ArgumentOutOfRangeException(nameof(failure)),
        };
}
