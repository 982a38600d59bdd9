using System.Diagnostics;
using Lethe.Contracts.Support;

namespace Lethe.Control;

/// <content>Problems of support cases and shares.</content>
public static partial class Problems
{
    /// <summary>Gets the problem of a case that is over, foreign or was never there.</summary>
    public static Problem CaseUnknown => new(404, "case_unknown", "There is no such case", "List your cases at /v1/support/cases.");

    /// <summary>Gets the problem of a share that is over, foreign or was never there.</summary>
    public static Problem ShareUnknown =>
        new(404, "share_unknown", "There is no such share", "A share that was withdrawn or has expired is gone for good.");

    /// <summary>Gets the problem of a document for which there is no open consent of the caller.</summary>
    public static Problem NoOpenConsent =>
        new(
            403,
            "no_open_consent",
            "There is no open consent for this document",
            "Consent at /v1/support/cases/{id}/shares first. Nothing of the document was read."
        );

    /// <summary>Gets the problem of a share without its switch.</summary>
    public static Problem ConsentRequired =>
        new(400, "consent_required", "The switch to share the document is off", "Send shareDocument: true when the user has agreed.")
        {
            Member = "shareDocument",
        };

    /// <summary>Gets the problem of a consent without a purpose.</summary>
    public static Problem PurposeRequired =>
        new(400, "purpose_required", "A consent has a purpose", "Send troubleshooting, reproduction or answerQuality.")
        {
            Member = "purpose",
        };

    /// <summary>Gets the problem of a consent to a text that is not the current one.</summary>
    public static Problem ConsentTextOutdated =>
        new(409, "consent_text_outdated", "The consent names no current text", "Show the text of /v1/support/consent-text and ask again.")
        {
            Member = "consentTextVersion",
        };

    /// <summary>Gets the problem of a consent that would end in the past or too late.</summary>
    public static Problem ConsentExpiryInvalid =>
        new(
            400,
            "consent_expiry_invalid",
            "The consent ends in the past or in more than 30 days",
            "Send either expiresAt or days, at most 30 days ahead."
        )
        {
            Member = "expiresAt",
        };

    /// <summary>Gets the problem of a second document for one consent.</summary>
    public static Problem DocumentAlreadyStored =>
        new(
            409,
            "document_already_stored",
            "A document is stored under this consent",
            "Withdraw it, or consent again for another document."
        );

    /// <summary>Gets the problem of a share that has no document yet.</summary>
    public static Problem DocumentMissing =>
        new(404, "document_missing", "No document is stored under this consent", "Send it to /v1/support/shares/{id}/document.");

    /// <summary>Gets the problem of a document that is too large.</summary>
    public static Problem DocumentTooLarge => new(413, "document_too_large", "The document is larger than 10 MiB", "Share a part of it.");

    /// <summary>Gets the problem of an empty document.</summary>
    public static Problem DocumentEmpty => new(400, "document_empty", "The document is empty", "Send its bytes as the body.");

    /// <summary>Gets the problem of a message that is too long.</summary>
    public static Problem MessageTooLarge =>
        new(413, "message_too_large", "The message is longer than 4096 bytes of UTF-8", "Send it in parts.");

    /// <summary>Gets the problem of an empty message.</summary>
    public static Problem MessageEmpty => new(400, "message_empty", "The message is empty", "Send its text.") { Member = "text" };

    /// <summary>Gets the problem of an account with too many cases.</summary>
    public static Problem TooManyCases => new(409, "too_many_cases", "The account has as many open cases as it may have", "Close one.");

    /// <summary>Gets the problem of a case with too many messages.</summary>
    public static Problem TooManyMessages =>
        new(409, "too_many_messages", "The case holds as many messages as it may hold", "Open another case.");

    /// <summary>Gets the problem of a case with too many shares.</summary>
    public static Problem TooManyShares => new(409, "too_many_shares", "The case has as many open shares as it may have", "Withdraw one.");

    /// <summary>Gets the problem of a look at a case or share without a reason.</summary>
    public static Problem ViewReasonRequired =>
        new(
            400,
            "view_reason_required",
            "A look needs a reason",
            "Send Lethe-View-Reason: userRequest, reproduction, reply, securityIncident or legalObligation."
        );

    /// <summary>Gets the problem of staff whose undertaking of confidentiality is not on file or not in force.</summary>
    public static Problem UndertakingMissing =>
        new(
            403,
            "undertaking_missing",
            "No undertaking of confidentiality is on file and in force",
            "Ask the operator. Nothing was released."
        );

    /// <summary>Makes the problem of an answer that is a refusal.</summary>
    /// <param name="result">The refusal.</param>
    /// <param name="unknown">What to say when there is no such case or share of the caller.</param>
    /// <returns>The problem.</returns>
    internal static Problem OfSupport(SupportResult result, Problem unknown) =>
        result switch
        {
            SupportUnknown => unknown,
            StaffRefused { Reason: StaffRefusal.NotStaff } => RoleRequired,
            StaffRefused => UndertakingMissing,
            SupportRefused refused => refused.Reason switch
            {
                SupportRefusal.TenantNotHere => RegionChangePending,
                SupportRefusal.TooManyCases => TooManyCases,
                SupportRefusal.TooManyMessages => TooManyMessages,
                SupportRefusal.TooManyShares => TooManyShares,
                SupportRefusal.NotConsented => ConsentRequired,
                SupportRefusal.ExpiryOutOfRange => ConsentExpiryInvalid,
                SupportRefusal.DocumentAlreadyStored => DocumentAlreadyStored,
                SupportRefusal.NoDocument => DocumentMissing,
                _ => Unforeseen,
            },
            _ => throw new UnreachableException(),
        };
}
