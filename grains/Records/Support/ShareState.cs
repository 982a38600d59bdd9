using Lethe.Contracts.Support;

namespace Lethe.Records.Support;

/// <summary>A share as it is stored. No row: no such share.</summary>
[GenerateSerializer, Immutable, Alias("share-state")]
internal sealed record ShareState
{
    /// <summary>Gets how far it has come.</summary>
    [Id(0)]
    public ShareStage Stage { get; init; }

    /// <summary>Gets the owner's tenant.</summary>
    [Id(1)]
    public string Tenant { get; init; } = "";

    /// <summary>Gets the owner's account, a pseudonym.</summary>
    [Id(2)]
    public string Account { get; init; } = "";

    /// <summary>Gets the case's id.</summary>
    [Id(3)]
    public string Case { get; init; } = "";

    /// <summary>Gets the consent.</summary>
    [Id(4)]
    public StoredConsent? Consent { get; init; }

    /// <summary>Gets the document, once there is one.</summary>
    [Id(5)]
    public StoredShareDocument? Document { get; init; }

    /// <summary>Reads whose share it is.</summary>
    /// <returns>The owner.</returns>
    public SupportOwner ToOwner() => StoredIds.Owner(Tenant, Account);
}

/// <summary>A consent as it is stored.</summary>
/// <param name="ShareDocument">The switch: always on, or there would be no share.</param>
/// <param name="TextVersion">The version of the text.</param>
/// <param name="TextLanguage">The language of the text.</param>
/// <param name="TextSha256">SHA-256 of the text.</param>
/// <param name="Purpose">What for.</param>
/// <param name="GivenAt">Since when.</param>
/// <param name="ExpiresAt">Until when.</param>
[GenerateSerializer, Immutable, Alias("stored-consent")]
internal sealed record StoredConsent(
    [property: Id(0)] bool ShareDocument,
    [property: Id(1)] DateOnly TextVersion,
    [property: Id(2)] ConsentLanguage TextLanguage,
    [property: Id(3)] byte[] TextSha256,
    [property: Id(4)] SharePurpose Purpose,
    [property: Id(5)] DateTimeOffset GivenAt,
    [property: Id(6)] DateTimeOffset ExpiresAt
);

/// <summary>A document as it is stored.</summary>
/// <param name="StoredAt">When it came.</param>
/// <param name="PlaintextBytes">Its length as sent.</param>
/// <param name="Format">What kind of file it is.</param>
/// <param name="Ciphertext">The document, sealed.</param>
[GenerateSerializer, Immutable, Alias("stored-share-document")]
internal sealed record StoredShareDocument(
    [property: Id(0)] DateTimeOffset StoredAt,
    [property: Id(1)] int PlaintextBytes,
    [property: Id(2)] ShareFormat Format,
    [property: Id(3)] byte[] Ciphertext
)
{
    /// <summary>Makes the form that crosses the wire.</summary>
    /// <returns>What is known of the document, without it.</returns>
    public StoredDocument ToStored() => new(StoredAt, PlaintextBytes, Format);

    /// <inheritdoc/>
    public override string ToString() => nameof(StoredShareDocument);
}
