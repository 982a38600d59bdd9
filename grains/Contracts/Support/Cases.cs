using System.Collections.Immutable;
using Lethe.Contracts.Tenants;

namespace Lethe.Contracts.Support;

/// <summary>Keeps one sealed message.</summary>
/// <param name="Caller">Who writes: the owner or staff.</param>
/// <param name="Message">The message's id; sealed into its associated data.</param>
/// <param name="Content">The message, sealed by Control under the case's key: at most 4 KB of text.</param>
[GenerateSerializer, Immutable, Alias("add-message")]
public sealed record AddMessage(
    [property: Id(0)] SupportCaller Caller,
    [property: Id(1)] SupportId Message,
    [property: Id(2)] Sealed Content
);

/// <summary>Who wrote a message.</summary>
[GenerateSerializer, Alias("message-author")]
public enum MessageAuthor
{
    /// <summary>The case's owner.</summary>
    Owner = 1,

    /// <summary>The operator's support staff.</summary>
    Staff = 2,
}

/// <summary>A message as it is stored.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Author">Who wrote it.</param>
/// <param name="SentAt">When it came.</param>
/// <param name="ExpiresAt">When it goes.</param>
/// <param name="Content">Its text, sealed.</param>
[GenerateSerializer, Immutable, Alias("sealed-message")]
public sealed record SealedMessage(
    [property: Id(0)] SupportId Id,
    [property: Id(1)] MessageAuthor Author,
    [property: Id(2)] DateTimeOffset SentAt,
    [property: Id(3)] DateTimeOffset ExpiresAt,
    [property: Id(4)] Sealed Content
);

/// <summary>The case is open.</summary>
/// <param name="CreatedAt">Since when.</param>
/// <param name="ExpiresAt">When it ends at the latest, with everything in it.</param>
[GenerateSerializer, Immutable, Alias("case-opened")]
public sealed record CaseOpened([property: Id(0)] DateTimeOffset CreatedAt, [property: Id(1)] DateTimeOffset ExpiresAt) : SupportResult;

/// <summary>An open case without content.</summary>
/// <param name="CreatedAt">Since when it is open.</param>
/// <param name="ExpiresAt">When it ends at the latest.</param>
/// <param name="Messages">How many messages it holds.</param>
/// <param name="Shares">Its open shares.</param>
[GenerateSerializer, Immutable, Alias("case-described")]
public sealed record CaseDescribed(
    [property: Id(0)] DateTimeOffset CreatedAt,
    [property: Id(1)] DateTimeOffset ExpiresAt,
    [property: Id(2)] int Messages,
    [property: Id(3)] ImmutableArray<SupportId> Shares
) : SupportResult;

/// <summary>The key to seal one message or one document with.</summary>
/// <param name="Key">The key, the receiver's to zero.</param>
/// <param name="Tenant">The tenant, which the associated data binds.</param>
[GenerateSerializer, Immutable, Alias("key-released")]
public sealed record KeyReleased([property: Id(0)] SupportKey Key, [property: Id(1)] TenantId Tenant) : SupportResult
{
    /// <inheritdoc/>
    public override string ToString() => nameof(KeyReleased);
}

/// <summary>The message is kept.</summary>
/// <param name="SentAt">When it came.</param>
/// <param name="ExpiresAt">When it goes.</param>
[GenerateSerializer, Immutable, Alias("message-added")]
public sealed record MessageAdded([property: Id(0)] DateTimeOffset SentAt, [property: Id(1)] DateTimeOffset ExpiresAt) : SupportResult;

/// <summary>The messages that have not expired, oldest first, and the key that opens them.</summary>
/// <param name="Key">The key, the receiver's to zero.</param>
/// <param name="Tenant">The tenant, which the associated data binds.</param>
/// <param name="Messages">The messages, sealed.</param>
[GenerateSerializer, Immutable, Alias("messages-read")]
public sealed record MessagesRead(
    [property: Id(0)] SupportKey Key,
    [property: Id(1)] TenantId Tenant,
    [property: Id(2)] ImmutableArray<SealedMessage> Messages
) : SupportResult
{
    /// <inheritdoc/>
    public override string ToString() => nameof(MessagesRead);
}
