using Lethe.Contracts.Support;

namespace Lethe.Control.Support;

/// <summary>A case was opened.</summary>
/// <param name="Id">Its id.</param>
/// <param name="CreatedAt">Since when it is open.</param>
/// <param name="ExpiresAt">When it ends at the latest.</param>
internal sealed record CaseOpenedResponse(string Id, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);

/// <summary>A case without content.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Status">Always <c>open</c>: a closed case is gone.</param>
/// <param name="CreatedAt">Since when it is open.</param>
/// <param name="ExpiresAt">When it ends at the latest.</param>
/// <param name="Messages">How many messages it holds.</param>
/// <param name="Shares">The ids of its open shares.</param>
internal sealed record CaseResponse(
    string Id,
    string Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt,
    int Messages,
    IReadOnlyList<string> Shares
)
{
    /// <summary>Makes the answer.</summary>
    /// <param name="id">The case.</param>
    /// <param name="described">What its grain says.</param>
    /// <returns>The answer.</returns>
    public static CaseResponse Of(SupportId id, CaseDescribed described) =>
        new(
            id.ToString(),
            "open",
            described.CreatedAt,
            described.ExpiresAt,
            described.Messages,
            [.. described.Shares.Select(share => share.ToString())]
        );
}

/// <summary>The open cases of an account.</summary>
/// <param name="Cases">Oldest first.</param>
internal sealed record CasesResponse(IReadOnlyList<CaseResponse> Cases);

/// <summary>The cases were closed, and everything in them is gone.</summary>
/// <param name="Closed">How many.</param>
internal sealed record CasesClosedResponse(int Closed);

/// <summary>The consent to share one document.</summary>
/// <param name="ShareDocument">The switch.</param>
/// <param name="ConsentTextVersion">The version of the text that was shown.</param>
/// <param name="Purpose">What for.</param>
/// <param name="ExpiresAt">Until when; or <paramref name="Days"/>, or neither for the default.</param>
/// <param name="Days">For how many days, 1 to 30.</param>
/// <param name="Language">The language in which the text was shown; default English.</param>
internal sealed record ShareRequest(
    bool ShareDocument = false,
    string? ConsentTextVersion = null,
    SharePurpose? Purpose = null,
    DateTimeOffset? ExpiresAt = null,
    int? Days = null,
    ConsentLanguage? Language = null
);

/// <summary>The proof of a consent, after ISO/IEC TS 27560: what was agreed to, for what, until when. No content, no name.</summary>
/// <param name="Schema">The form of this receipt.</param>
/// <param name="RecordId">The consent's id: the share's.</param>
/// <param name="CaseId">The case.</param>
/// <param name="ConsentTextVersion">The version of the text.</param>
/// <param name="Language">The language of the text.</param>
/// <param name="ConsentTextSha256">SHA-256 of that text in UTF-8.</param>
/// <param name="Purpose">What for.</param>
/// <param name="GivenAt">Since when.</param>
/// <param name="ExpiresAt">Until when.</param>
/// <param name="Withdrawal">How to withdraw.</param>
internal sealed record ReceiptResponse(
    string Schema,
    string RecordId,
    string CaseId,
    string ConsentTextVersion,
    ConsentLanguage Language,
    string ConsentTextSha256,
    SharePurpose Purpose,
    DateTimeOffset GivenAt,
    DateTimeOffset ExpiresAt,
    string Withdrawal
)
{
    /// <summary>Makes the answer.</summary>
    /// <param name="receipt">What the grain says.</param>
    /// <returns>The answer.</returns>
    public static ReceiptResponse Of(ShareReceipt receipt) =>
        new(
            "urn:lethe:consent-receipt:1",
            receipt.Share.ToString(),
            receipt.Case.ToString(),
            receipt.TextVersion.ToString("yyyy-MM-dd"),
            receipt.TextLanguage,
            Convert.ToHexStringLower(receipt.TextSha256.Span),
            receipt.Purpose,
            receipt.GivenAt,
            receipt.ExpiresAt,
            $"DELETE /v1/support/shares/{receipt.Share}"
        );
}

/// <summary>The consent was kept; its document may come.</summary>
/// <param name="Id">The share's id.</param>
/// <param name="ExpiresAt">Until when.</param>
/// <param name="Receipt">The proof.</param>
internal sealed record ShareConsentedResponse(string Id, DateTimeOffset ExpiresAt, ReceiptResponse Receipt);

/// <summary>A share without content.</summary>
/// <param name="Id">Its id.</param>
/// <param name="CaseId">Its case.</param>
/// <param name="State"><c>consented</c> or <c>stored</c>.</param>
/// <param name="ExpiresAt">Until when.</param>
/// <param name="Document">What is stored; null before.</param>
/// <param name="Receipt">The proof of the consent.</param>
internal sealed record ShareResponse(
    string Id,
    string CaseId,
    ShareStage State,
    DateTimeOffset ExpiresAt,
    ShareDocumentResponse? Document,
    ReceiptResponse Receipt
)
{
    /// <summary>Makes the answer.</summary>
    /// <param name="described">What the grain says.</param>
    /// <returns>The answer.</returns>
    public static ShareResponse Of(ShareDescribed described) =>
        new(
            described.Receipt.Share.ToString(),
            described.Receipt.Case.ToString(),
            described.Stage,
            described.Receipt.ExpiresAt,
            described.Document is { } document
                ? new ShareDocumentResponse(document.PlaintextBytes, document.Format.ToMediaType(), document.StoredAt)
                : null,
            ReceiptResponse.Of(described.Receipt)
        );
}

/// <summary>What is known of a stored document.</summary>
/// <param name="Bytes">Its length as sent.</param>
/// <param name="MediaType">What kind of file it is.</param>
/// <param name="StoredAt">When it came.</param>
internal sealed record ShareDocumentResponse(int Bytes, string MediaType, DateTimeOffset StoredAt);
