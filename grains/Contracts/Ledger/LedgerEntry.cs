using Lethe.Contracts.Support;
using Lethe.Contracts.Tenants;

namespace Lethe.Contracts.Ledger;

/// <summary>What is to be recorded: numbers, pseudonyms and random ids, never a name, an address or a text.</summary>
/// <param name="Event">What happened.</param>
/// <param name="Actor">Who did it; null when the system did (an expiry, the end of a move).</param>
/// <param name="Subject">
/// To what: a random id or an account id, 1 to 64 of <c>A-Z a-z 0-9 - _</c>; null when to the tenant itself.
/// </param>
/// <param name="Region">The region that the event is about; null when it is about none.</param>
/// <param name="Reason">Why support staff looked; null for everything else.</param>
/// <param name="Roles">The roles that the event is about; null when it is about none.</param>
[GenerateSerializer, Immutable, Alias("ledger-entry")]
public sealed record LedgerEntry(
    [property: Id(0)] LedgerEvent Event,
    [property: Id(1)] AccountId? Actor,
    [property: Id(2)] string? Subject,
    [property: Id(3)] Region? Region,
    [property: Id(4)] ViewReason? Reason = null,
    [property: Id(5)] Role? Roles = null
);

/// <summary>An entry is durable.</summary>
/// <param name="Sequence">Its number, from 1.</param>
/// <param name="At">When, to the millisecond.</param>
[GenerateSerializer, Immutable, Alias("ledger-appended")]
public sealed record LedgerAppended([property: Id(0)] long Sequence, [property: Id(1)] DateTimeOffset At);

/// <summary>An entry with its place in the chain.</summary>
/// <param name="Sequence">Its number, from 1.</param>
/// <param name="At">When it was appended, to the millisecond.</param>
/// <param name="Entry">What it records.</param>
/// <param name="Hash">SHA-256 over the previous entry's hash and this entry, 32 bytes.</param>
[GenerateSerializer, Immutable, Alias("ledger-line")]
public sealed record LedgerLine(
    [property: Id(0)] long Sequence,
    [property: Id(1)] DateTimeOffset At,
    [property: Id(2)] LedgerEntry Entry,
    [property: Id(3)] ReadOnlyMemory<byte> Hash
);

/// <summary>Entries in order.</summary>
/// <param name="Lines">The entries.</param>
/// <param name="Next">The number to go on from; null at the end.</param>
/// <param name="ChainHolds">Whether each entry's hash follows from the one before; false shows tampering.</param>
[GenerateSerializer, Immutable, Alias("ledger-page")]
public sealed record LedgerPage(
    [property: Id(0)] IReadOnlyList<LedgerLine> Lines,
    [property: Id(1)] long? Next,
    [property: Id(2)] bool ChainHolds
);
