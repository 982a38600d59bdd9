namespace Lethe.Contracts.Sessions;

/// <summary>Opens a session for one verified session token (RFC 9578, type 0x0002).</summary>
/// <param name="Epoch">When the token's key began, in seconds since 1970.</param>
/// <param name="NonceHash">SHA-256 of the token's nonce, 32 bytes; the only trace a token leaves.</param>
/// <param name="BudgetTokens">Model tokens that the session may use, 1 or more.</param>
[GenerateSerializer, Immutable, Alias("open-session")]
public sealed record OpenSession(
    [property: Id(0)] long Epoch,
    [property: Id(1)] ReadOnlyMemory<byte> NonceHash,
    [property: Id(2)] long BudgetTokens
);

/// <summary>What became of an <see cref="OpenSession"/>.</summary>
[GenerateSerializer, Immutable, Alias("open-session-result")]
public abstract record OpenSessionResult;

/// <summary>The session is open.</summary>
/// <param name="ExpiresAt">When it ends at the latest.</param>
/// <param name="IdleSeconds">After how many seconds without a call it ends earlier. Describing it is no such call.</param>
[GenerateSerializer, Immutable, Alias("session-opened")]
public sealed record SessionOpened([property: Id(0)] DateTimeOffset ExpiresAt, [property: Id(1)] int IdleSeconds) : OpenSessionResult;

/// <summary>No session was opened.</summary>
/// <param name="Reason">Why not.</param>
[GenerateSerializer, Immutable, Alias("session-refused")]
public sealed record SessionRefused([property: Id(0)] SessionRefusal Reason) : OpenSessionResult;

/// <summary>Why a session was not opened.</summary>
[GenerateSerializer, Alias("session-refusal")]
public enum SessionRefusal
{
    /// <summary>The token has been spent before.</summary>
    TokenSpent = 1,

    /// <summary>The session id is taken.</summary>
    AlreadyOpen = 2,

    /// <summary>The token's epoch is over; a token of it is no longer redeemable.</summary>
    EpochOver = 3,

    /// <summary>The store of spent tokens gave no answer. The token may be spent: take another, a little later.</summary>
    AdmissionUnavailable = 4,
}
