namespace Lethe.Contracts.Sessions;

/// <summary>What a session answers. A closed set.</summary>
[GenerateSerializer, Immutable, Alias("session-result")]
public abstract record SessionResult;

/// <summary>There is no such session (any more).</summary>
[GenerateSerializer, Immutable, Alias("session-gone")]
public sealed record SessionGone : SessionResult;

/// <summary>A session, without content.</summary>
/// <param name="ExpiresAt">When it ends at the latest.</param>
/// <param name="IdleExpiresAt">When it ends if nothing is asked of it.</param>
/// <param name="Documents">How many documents it holds.</param>
/// <param name="Turns">How many turns it remembers.</param>
/// <param name="SealedBytes">How many bytes it holds, sealed.</param>
/// <param name="Revision">The manifest's revision.</param>
/// <param name="BudgetTokens">Model tokens left, without those that are reserved.</param>
/// <param name="TurnRunning">Whether a turn is running.</param>
/// <param name="CallsRunning">How many stateless calls are running.</param>
[GenerateSerializer, Immutable, Alias("session-described")]
public sealed record SessionDescribed(
    [property: Id(0)] DateTimeOffset ExpiresAt,
    [property: Id(1)] DateTimeOffset IdleExpiresAt,
    [property: Id(2)] int Documents,
    [property: Id(3)] int Turns,
    [property: Id(4)] long SealedBytes,
    [property: Id(5)] long Revision,
    [property: Id(6)] long BudgetTokens,
    [property: Id(7)] bool TurnRunning,
    [property: Id(8)] int CallsRunning
) : SessionResult;

/// <summary>The manifest as it stands.</summary>
/// <param name="Revision">Its revision; 0 when there is none yet.</param>
/// <param name="Manifest">The sealed manifest; null when there is none yet.</param>
[GenerateSerializer, Immutable, Alias("manifest-read")]
public sealed record ManifestRead([property: Id(0)] long Revision, [property: Id(1)] Sealed? Manifest) : SessionResult;

/// <summary>Items and manifest were changed.</summary>
/// <param name="Revision">The manifest's new revision.</param>
/// <param name="SealedBytes">How many bytes the session holds now.</param>
[GenerateSerializer, Immutable, Alias("items-changed")]
public sealed record ItemsChanged([property: Id(0)] long Revision, [property: Id(1)] long SealedBytes) : SessionResult;

/// <summary>Nothing was changed. An ended lease's tokens are settled all the same, unless the manifest moved.</summary>
/// <param name="Reason">Why not.</param>
[GenerateSerializer, Immutable, Alias("items-refused")]
public sealed record ItemsRefused([property: Id(0)] ItemsRefusal Reason) : SessionResult;

/// <summary>One sealed item.</summary>
/// <param name="Version">Its version.</param>
/// <param name="Content">The ciphertext, a copy of its own.</param>
[GenerateSerializer, Immutable, Alias("item-read")]
public sealed record ItemRead([property: Id(0)] long Version, [property: Id(1)] Sealed Content) : SessionResult;

/// <summary>There is no such item.</summary>
[GenerateSerializer, Immutable, Alias("item-missing")]
public sealed record ItemMissing : SessionResult;

/// <summary>A lease was given.</summary>
/// <param name="Fence">Its number, larger than any before.</param>
/// <param name="LeaseSeconds">How long it lives without being renewed.</param>
/// <param name="Revision">The manifest's revision; 0 when there is none yet.</param>
/// <param name="Manifest">For a turn, the sealed manifest; otherwise null.</param>
/// <param name="ReservedTokens">Model tokens set aside: what was asked for, or all that was left.</param>
[GenerateSerializer, Immutable, Alias("lease-taken")]
public sealed record LeaseTaken(
    [property: Id(0)] long Fence,
    [property: Id(1)] int LeaseSeconds,
    [property: Id(2)] long Revision,
    [property: Id(3)] Sealed? Manifest,
    [property: Id(4)] long ReservedTokens
) : SessionResult;

/// <summary>No lease was given.</summary>
/// <param name="Reason">Why not.</param>
/// <param name="RetryAfterSeconds">When it may be worth another try; 0 when it is not.</param>
[GenerateSerializer, Immutable, Alias("lease-refused")]
public sealed record LeaseRefused([property: Id(0)] LeaseRefusal Reason, [property: Id(1)] int RetryAfterSeconds) : SessionResult;

/// <summary>The lease was renewed and still stands.</summary>
[GenerateSerializer, Immutable, Alias("lease-held")]
public sealed record LeaseHeld : SessionResult;

/// <summary>The lease does not stand any more; no item was changed. Ending a cancelled lease settles its tokens.</summary>
/// <param name="Ending">How it ended.</param>
[GenerateSerializer, Immutable, Alias("lease-ended")]
public sealed record LeaseEnded([property: Id(0)] LeaseEnding Ending) : SessionResult;

/// <summary>Running leases were cancelled.</summary>
/// <param name="Leases">How many.</param>
[GenerateSerializer, Immutable, Alias("leases-cancelled")]
public sealed record LeasesCancelled([property: Id(0)] int Leases) : SessionResult;

/// <summary>The session is forgotten: its buffers are zeroed and it is deactivated.</summary>
/// <param name="Documents">How many documents were dropped.</param>
/// <param name="Turns">How many turns were dropped.</param>
/// <param name="SealedBytes">How many bytes were dropped.</param>
[GenerateSerializer, Immutable, Alias("session-forgotten")]
public sealed record SessionForgotten([property: Id(0)] int Documents, [property: Id(1)] int Turns, [property: Id(2)] long SealedBytes)
    : SessionResult;
