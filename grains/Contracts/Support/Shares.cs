using Lethe.Contracts.Tenants;

namespace Lethe.Contracts.Support;

/// <summary>The consent to share one document, as the user gave it.</summary>
/// <param name="ShareDocument">The switch; without it nothing is shared.</param>
/// <param name="TextVersion">The version of the text they read: the day from which it holds.</param>
/// <param name="TextLanguage">The language in which they read it.</param>
/// <param name="TextSha256">SHA-256 of that text in UTF-8, 32 bytes.</param>
/// <param name="Purpose">What for, and nothing else.</param>
/// <param name="ExpiresAt">Until when; at most 30 days ahead. Null for the default.</param>
[GenerateSerializer, Immutable, Alias("document-consent")]
public sealed record DocumentConsent(
    [property: Id(0)] bool ShareDocument,
    [property: Id(1)] DateOnly TextVersion,
    [property: Id(2)] ConsentLanguage TextLanguage,
    [property: Id(3)] ReadOnlyMemory<byte> TextSha256,
    [property: Id(4)] SharePurpose Purpose,
    [property: Id(5)] DateTimeOffset? ExpiresAt
);

/// <summary>What a document is shared for.</summary>
[GenerateSerializer, Alias("share-purpose")]
public enum SharePurpose
{
    /// <summary>To find the cause of a fault.</summary>
    Troubleshooting = 1,

    /// <summary>To repeat what happened with the same document.</summary>
    Reproduction = 2,

    /// <summary>To judge the quality of an answer.</summary>
    AnswerQuality = 3,
}

/// <summary>A language of the consent text.</summary>
[GenerateSerializer, Alias("consent-language")]
public enum ConsentLanguage
{
    /// <summary>German.</summary>
    De = 1,

    /// <summary>English.</summary>
    En = 2,

    /// <summary>French.</summary>
    Fr = 3,

    /// <summary>Italian.</summary>
    It = 4,
}

/// <summary>What kind of file a shared document is.</summary>
[GenerateSerializer, Alias("share-format")]
public enum ShareFormat
{
    /// <summary>Plain text.</summary>
    Text = 1,

    /// <summary>Markdown.</summary>
    Markdown = 2,

    /// <summary>A Word document.</summary>
    Docx = 3,

    /// <summary>A PDF file.</summary>
    Pdf = 4,
}

/// <summary>How far a share has come. When it is over, there is no share any more.</summary>
[GenerateSerializer, Alias("share-stage")]
public enum ShareStage
{
    /// <summary>Entered, without a key yet; takes nothing and is swept.</summary>
    Offered = 1,

    /// <summary>Consented: it has a key and waits for its document.</summary>
    Consented = 2,

    /// <summary>It holds its document, sealed.</summary>
    Stored = 3,
}

/// <summary>Why a share ends.</summary>
[GenerateSerializer, Alias("share-ending")]
public enum ShareEnding
{
    /// <summary>The owner withdrew the consent.</summary>
    Withdrawn = 1,

    /// <summary>The consent's time is over.</summary>
    Expired = 2,

    /// <summary>The case ended, and its shares with it.</summary>
    CaseEnded = 3,
}

/// <summary>Enters a share of a case. Called by the case's grain.</summary>
/// <param name="Case">The case.</param>
/// <param name="Owner">The case's owner.</param>
/// <param name="Consent">The consent.</param>
/// <param name="ExpiresAt">When it ends: decided by the case.</param>
[GenerateSerializer, Immutable, Alias("offer-share")]
public sealed record OfferShare(
    [property: Id(0)] SupportId Case,
    [property: Id(1)] SupportOwner Owner,
    [property: Id(2)] DocumentConsent Consent,
    [property: Id(3)] DateTimeOffset ExpiresAt
);

/// <summary>Keeps the document of a consent.</summary>
/// <param name="Owner">Who sends it.</param>
/// <param name="Document">The document, sealed by Control under the share's key.</param>
/// <param name="PlaintextBytes">Its length as sent.</param>
/// <param name="Format">What kind of file it is.</param>
[GenerateSerializer, Immutable, Alias("store-document")]
public sealed record StoreDocument(
    [property: Id(0)] SupportOwner Owner,
    [property: Id(1)] Sealed Document,
    [property: Id(2)] int PlaintextBytes,
    [property: Id(3)] ShareFormat Format
);

/// <summary>A consent as it is kept: what its receipt says. No content.</summary>
/// <param name="Share">The share's id.</param>
/// <param name="Case">The case's id.</param>
/// <param name="TextVersion">The version of the text.</param>
/// <param name="TextLanguage">The language of the text.</param>
/// <param name="TextSha256">SHA-256 of the text, 32 bytes.</param>
/// <param name="Purpose">What for.</param>
/// <param name="GivenAt">Since when.</param>
/// <param name="ExpiresAt">Until when.</param>
[GenerateSerializer, Immutable, Alias("share-receipt")]
public sealed record ShareReceipt(
    [property: Id(0)] SupportId Share,
    [property: Id(1)] SupportId Case,
    [property: Id(2)] DateOnly TextVersion,
    [property: Id(3)] ConsentLanguage TextLanguage,
    [property: Id(4)] ReadOnlyMemory<byte> TextSha256,
    [property: Id(5)] SharePurpose Purpose,
    [property: Id(6)] DateTimeOffset GivenAt,
    [property: Id(7)] DateTimeOffset ExpiresAt
);

/// <summary>The consent is kept and takes its document from now on.</summary>
/// <param name="Receipt">The receipt.</param>
[GenerateSerializer, Immutable, Alias("share-consented")]
public sealed record ShareConsented([property: Id(0)] ShareReceipt Receipt) : SupportResult;

/// <summary>A share without content.</summary>
/// <param name="Receipt">The consent's receipt.</param>
/// <param name="Stage">How far it has come.</param>
/// <param name="Document">What is stored; null before.</param>
[GenerateSerializer, Immutable, Alias("share-described")]
public sealed record ShareDescribed(
    [property: Id(0)] ShareReceipt Receipt,
    [property: Id(1)] ShareStage Stage,
    [property: Id(2)] StoredDocument? Document
) : SupportResult;

/// <summary>What is known of a stored document.</summary>
/// <param name="StoredAt">When it came.</param>
/// <param name="PlaintextBytes">Its length as sent.</param>
/// <param name="Format">What kind of file it is.</param>
[GenerateSerializer, Immutable, Alias("stored-document")]
public sealed record StoredDocument(
    [property: Id(0)] DateTimeOffset StoredAt,
    [property: Id(1)] int PlaintextBytes,
    [property: Id(2)] ShareFormat Format
);

/// <summary>The document is kept.</summary>
/// <param name="Document">What is known of it.</param>
/// <param name="ExpiresAt">When it goes.</param>
[GenerateSerializer, Immutable, Alias("document-stored")]
public sealed record DocumentStored([property: Id(0)] StoredDocument Document, [property: Id(1)] DateTimeOffset ExpiresAt) : SupportResult;

/// <summary>A shared document and the key that opens it; the read is in the ledger.</summary>
/// <param name="Key">The key, the receiver's to zero.</param>
/// <param name="Tenant">The tenant, which the associated data binds.</param>
/// <param name="Document">What is known of it.</param>
/// <param name="Content">The document, sealed.</param>
[GenerateSerializer, Immutable, Alias("document-read")]
public sealed record DocumentRead(
    [property: Id(0)] SupportKey Key,
    [property: Id(1)] TenantId Tenant,
    [property: Id(2)] StoredDocument Document,
    [property: Id(3)] Sealed Content
) : SupportResult
{
    /// <inheritdoc/>
    public override string ToString() => nameof(DocumentRead);
}
