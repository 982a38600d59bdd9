using System.Runtime.InteropServices;

namespace Lethe.Contracts.Sessions;

/// <summary>What a lease is for.</summary>
[GenerateSerializer, Alias("lease-kind")]
public enum LeaseKind
{
    /// <summary>A turn: one at a time, remembered.</summary>
    Turn = 1,

    /// <summary>A stateless call: several at a time, nothing remembered.</summary>
    Call = 2,
}

/// <summary>Takes a lease.</summary>
/// <param name="Kind">For what.</param>
/// <param name="ReserveTokens">Model tokens set aside, 1 or more; what is not used comes back at the end.</param>
/// <param name="LeastTokens">
/// The fewest with which the work makes sense, 1 to <paramref name="ReserveTokens"/>. When the budget ends between both, the lease sets
/// aside all that is left, and the work ends with it.
/// </param>
/// <param name="Ended">
/// Calls that their holder has ended since it last asked, at most <see cref="MostEnded"/>; null for none. They are settled first, whether a
/// lease is given or not. A lease that has ended already is left as it is, so that saying it twice does no harm.
/// </param>
[GenerateSerializer, Immutable, Alias("take-lease")]
public sealed record TakeLease(
    [property: Id(0)] LeaseKind Kind,
    [property: Id(1)] long ReserveTokens,
    [property: Id(2)] long LeastTokens,
    [property: Id(3)] EndedCall[]? Ended = null
)
{
    /// <summary>How many ended calls one <see cref="TakeLease"/> carries.</summary>
    public const int MostEnded = 64;
}

/// <summary>A call's lease that its holder has ended, to be settled.</summary>
/// <param name="Fence">The number it was given under.</param>
/// <param name="UsedTokens">Model tokens used, 0 or more.</param>
[GenerateSerializer, Immutable, Alias("ended-call")]
[StructLayout(LayoutKind.Auto)]
public readonly record struct EndedCall([property: Id(0)] long Fence, [property: Id(1)] long UsedTokens);

/// <summary>Ends a lease. What was reserved and not used comes back; what was used beyond it is taken, down to a budget of 0.</summary>
/// <param name="Fence">The number it was given under.</param>
/// <param name="UsedTokens">Model tokens used, 0 or more.</param>
/// <param name="Remember">What a turn leaves behind; null for a call and for a turn that is not remembered. Not put when the turn was cancelled.</param>
[GenerateSerializer, Immutable, Alias("end-lease")]
public sealed record EndLease([property: Id(0)] long Fence, [property: Id(1)] long UsedTokens, [property: Id(2)] PutItem? Remember);

/// <summary>Why no lease was given.</summary>
[GenerateSerializer, Alias("lease-refusal")]
public enum LeaseRefusal
{
    /// <summary>A turn is running.</summary>
    TurnRunning = 1,

    /// <summary>As many calls are running as may at a time.</summary>
    TooManyCalls = 2,

    /// <summary>The session's budget does not cover the work.</summary>
    OverBudget = 3,

    /// <summary>The session has had as many turns as it may.</summary>
    TooManyTurns = 4,
}

/// <summary>How a lease ended.</summary>
[GenerateSerializer, Alias("lease-ending")]
public enum LeaseEnding
{
    /// <summary>It was ended by its holder.</summary>
    Ended = 1,

    /// <summary>It was cancelled by the session's owner. Its slot is free at once; its tokens wait for its end, or lapse with it.</summary>
    Cancelled = 2,

    /// <summary>It was not renewed in time, or never was. Its whole reservation counts as used.</summary>
    Lapsed = 3,
}
