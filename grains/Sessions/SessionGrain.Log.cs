using Lethe.Contracts.Sessions;
using Microsoft.Extensions.Logging;

namespace Lethe.Sessions;

// What happens to a single session is told at Debug only: a production log of openings and their times, laid beside the identity
// plane's, would say more about people than either.
internal sealed partial class SessionGrain
{
    [LoggerMessage(EventIds.SessionOpened, LogLevel.Debug, "Session opened for at most {LifetimeSeconds} s, idle {IdleSeconds} s")]
    private partial void LogOpened(int lifetimeSeconds, int idleSeconds);

    [LoggerMessage(EventIds.SessionRefused, LogLevel.Information, "Session refused: {Reason}")]
    private partial void LogRefused(SessionRefusal reason);

    [LoggerMessage(
        EventIds.SessionEnded,
        LogLevel.Debug,
        "Session ended: {Cause}; {Documents} documents, {Turns} turns, {SealedBytes} sealed bytes zeroed"
    )]
    private partial void LogEnded(SessionEnd cause, int documents, int turns, long sealedBytes);

    [LoggerMessage(EventIds.LeaseLapsed, LogLevel.Warning, "Lease lapsed: {Kind}, {ReservedTokens} reserved tokens count as used")]
    private partial void LogLapsed(LeaseKind kind, long reservedTokens);

    [LoggerMessage(EventIds.LeasesCancelled, LogLevel.Debug, "{Leases} leases cancelled")]
    private partial void LogCancelled(int leases);
}

/// <summary>Why a session ended.</summary>
internal enum SessionEnd
{
    /// <summary>Its owner said so.</summary>
    Forgotten = 1,

    /// <summary>Nothing was asked of it for the idle lifetime.</summary>
    Idle = 2,

    /// <summary>Its total lifetime was over.</summary>
    Total = 3,

    /// <summary>Its silo let go of it: it stops, or was told to.</summary>
    Deactivated = 4,
}
