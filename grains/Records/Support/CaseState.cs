using System.Collections.Immutable;
using Lethe.Contracts;
using Lethe.Contracts.Support;

namespace Lethe.Records.Support;

/// <summary>A case as it is stored. No row: no such case.</summary>
[GenerateSerializer, Immutable, Alias("case-state")]
internal sealed record CaseState
{
    /// <summary>Gets how far it has come.</summary>
    [Id(0)]
    public CaseStage Stage { get; init; }

    /// <summary>Gets the owner's tenant.</summary>
    [Id(1)]
    public string Tenant { get; init; } = "";

    /// <summary>Gets the owner's account, a pseudonym.</summary>
    [Id(2)]
    public string Account { get; init; } = "";

    /// <summary>Gets since when it is open.</summary>
    [Id(3)]
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Gets when it ends.</summary>
    [Id(4)]
    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Gets its messages, oldest first.</summary>
    [Id(5)]
    public ImmutableArray<StoredMessage> Messages { get; init; } = [];

    /// <summary>Gets the ids of its shares; some may be over by now.</summary>
    [Id(6)]
    public ImmutableArray<string> Shares { get; init; } = [];

    /// <summary>Reads whose case it is.</summary>
    /// <returns>The owner.</returns>
    public SupportOwner ToOwner() => StoredIds.Owner(Tenant, Account);
}

/// <summary>How far a case has come.</summary>
[GenerateSerializer, Alias("case-stage")]
internal enum CaseStage
{
    /// <summary>No case.</summary>
    None = 0,

    /// <summary>Entered, without a key yet; answers nothing and is swept.</summary>
    Opening = 1,

    /// <summary>Open; it has a key.</summary>
    Open = 2,
}

/// <summary>A message as it is stored.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Author">Who wrote it.</param>
/// <param name="SentAt">When it came.</param>
/// <param name="ExpiresAt">When it goes.</param>
/// <param name="Ciphertext">Its text, sealed.</param>
[GenerateSerializer, Immutable, Alias("stored-message")]
internal sealed record StoredMessage(
    [property: Id(0)] string Id,
    [property: Id(1)] MessageAuthor Author,
    [property: Id(2)] DateTimeOffset SentAt,
    [property: Id(3)] DateTimeOffset ExpiresAt,
    [property: Id(4)] byte[] Ciphertext
)
{
    /// <summary>Makes the form that crosses the wire.</summary>
    /// <returns>The message, still sealed.</returns>
    public SealedMessage ToMessage() => new(StoredIds.Parse(Id), Author, SentAt, ExpiresAt, new Sealed(Ciphertext));

    /// <inheritdoc/>
    public override string ToString() => nameof(StoredMessage);
}
