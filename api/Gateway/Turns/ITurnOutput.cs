using Lethe.Gateway.Models;

namespace Lethe.Gateway.Turns;

/// <summary>How a turn ended.</summary>
/// <param name="Ending"><c>complete</c>, <c>length</c>, <c>cancelled</c>, <c>filtered</c>, <c>over_budget</c> or <c>upstream_cut</c>.</param>
/// <param name="Turn">Its number when it is remembered; otherwise null.</param>
/// <param name="Revision">The manifest's revision afterwards.</param>
internal sealed record TurnEnded(string Ending, int? Turn, long Revision);

/// <summary>Where a turn's events go: to a stream as they come, or into one JSON object at the end.</summary>
internal interface ITurnOutput
{
    /// <summary>Tells that the turn runs.</summary>
    /// <param name="documents">How many documents it works on.</param>
    /// <param name="earlierTurns">How many earlier turns it knows.</param>
    /// <param name="earlierTurnsLeftOut">How many did not fit any more.</param>
    /// <returns>When it is told.</returns>
    ValueTask AcceptedAsync(int documents, int earlierTurns, int earlierTurnsLeftOut);

    /// <summary>Tells that a vendor is about to receive the prompt.</summary>
    /// <param name="route">Its route.</param>
    /// <returns>When it is told.</returns>
    ValueTask RouteAsync(ModelRoute route);

    /// <summary>Tells of work without text.</summary>
    /// <param name="progress">How far it is.</param>
    /// <returns>When it is told.</returns>
    ValueTask ProgressAsync(ModelProgress progress);

    /// <summary>Gives a piece of the answer.</summary>
    /// <param name="utf8">Whole characters.</param>
    /// <returns>When it is given.</returns>
    ValueTask DeltaAsync(ReadOnlyMemory<byte> utf8);

    /// <summary>Tells what was used.</summary>
    /// <param name="usage">The tokens.</param>
    /// <returns>When it is told.</returns>
    ValueTask UsageAsync(ModelUsage usage);

    /// <summary>Shows that the turn still runs.</summary>
    /// <returns>When it is shown.</returns>
    ValueTask KeepAliveAsync();

    /// <summary>Ends the answer; nothing follows.</summary>
    /// <param name="ended">How.</param>
    /// <returns>When it is told.</returns>
    ValueTask DoneAsync(TurnEnded ended);

    /// <summary>Ends with a problem; nothing follows.</summary>
    /// <param name="problem">The problem.</param>
    /// <returns>When it is told.</returns>
    ValueTask FailedAsync(Problem problem);
}
