using System.Reflection;

namespace Lethe.Gateway;

/// <summary>Every problem that the Gateway answers with. A code never gets another meaning and is never used again.</summary>
internal static class Problems
{
    private const string NewSession = "Open a new session and start again from your own copy.";

    /// <summary>Gets all of them.</summary>
    public static IReadOnlyList<Problem> All { get; } =
    [
        .. typeof(Problems)
            .GetProperties(BindingFlags.Public | BindingFlags.Static)
            .Where(property => property.PropertyType == typeof(Problem))
            .Select(property => (Problem)property.GetValue(obj: null)!),
    ];

    // The request as such
    public static Problem BodyInvalid =>
        new(400, "body_invalid", "The body is not what this route takes", "See /openapi/v1.json for the members and their types.");
    public static Problem BodyNotAllowed => new(400, "body_not_allowed", "This route takes no body", "Send the request without a body.");
    public static Problem BodyTruncated => new(400, "body_truncated", "The body ended too early", "Send the request again.");
    public static Problem RequestInvalid => new(400, "request_invalid", "The request is no valid HTTP", "Correct the request.");
    public static Problem DocumentIdInvalid =>
        new(400, "document_id_invalid", "The document id is none", "Use 128 random bits, written as 32 lower-case hex digits.");
    public static Problem NotFound => new(404, "not_found", "There is nothing here", "See /openapi/v1.json for the routes.");
    public static Problem MethodNotAllowed =>
        new(405, "method_not_allowed", "The route does not know this method", "See the Allow header.");
    public static Problem NotAcceptable =>
        new(406, "not_acceptable", "None of the accepted media types can be given", "Accept application/json or text/event-stream.");
    public static Problem RequestTimeout => new(408, "request_timeout", "The body came too slowly", "Send the request again.");
    public static Problem LengthRequired => new(411, "length_required", "The request does not tell its length", "Send Content-Length.");
    public static Problem BodyTooLarge =>
        new(413, "body_too_large", "The body is larger than this route takes", "See the limits in /v1/capabilities.");
    public static Problem MediaTypeUnsupported =>
        new(415, "media_type_unsupported", "The route does not take this content type", "See /openapi/v1.json for the content types.");
    public static Problem HeadersTooLarge => new(431, "headers_too_large", "The headers are too large", "Send fewer or shorter headers.");

    // Tokens and credentials
    public static Problem TokenRequired =>
        new(401, "token_required", "A session token is needed", "Send Authorization: PrivateToken token=…, made for the challenge.");
    public static Problem TokenInvalid =>
        new(401, "token_invalid", "The token is not valid here", "Take another token, made for the challenge of this cell.");
    public static Problem TokenExpired =>
        new(401, "token_expired", "The token's epoch is over or has not begun", "Take a token of the current epoch.");
    public static Problem TokenKeyUnknown =>
        new(
            401,
            "token_key_unknown",
            "The token's key is not, or no longer, in the issuer's directory",
            "Drop the tokens of this key and draw new ones: its epoch is over or was closed."
        );
    public static Problem TokenSpent => new(403, "token_spent", "The token has been spent", "Take another token.");
    public static Problem IssuerKeysUnavailable =>
        new(503, "issuer_keys_unavailable", "The issuer's keys are not known yet", "Try again later; the token is not spent.")
        {
            RetryAfterSeconds = 5,
        };
    public static Problem PolicyClassClosed =>
        new(503, "policy_class_closed", "The token's policy class is not served here", "Tell your administrator; the token is not spent.")
        {
            RetryAfterSeconds = 60,
        };
    public static Problem CredentialRequired =>
        new(
            401,
            "credential_required",
            "A session credential is needed",
            "Send Authorization: Bearer … with the credential of an open session."
        )
        {
            Authenticate = "Bearer",
        };
    public static Problem CredentialInvalid =>
        new(401, "credential_invalid", "The session credential is not valid", NewSession)
        {
            Authenticate = "Bearer error=\"invalid_token\"",
        };
    public static Problem CredentialExpired =>
        new(401, "credential_expired", "The session credential has expired", NewSession)
        {
            Authenticate = "Bearer error=\"invalid_token\"",
        };
    public static Problem Misdirected =>
        new(421, "misdirected", "Another cell holds this", "Turn to baseUrl. Nothing of the body was read.");
    public static Problem ContentKeyWrong =>
        new(403, "content_key_wrong", "The content key is not this session's", "Send the contentKey that came with the credential.");

    // The session
    public static Problem SessionGone => new(410, "session_gone", "The session is gone", NewSession);
    public static Problem SessionNotAuthentic =>
        new(502, "session_not_authentic", "What the session holds is not what was sealed for it", NewSession);
    public static Problem SessionBusy =>
        new(409, "session_busy", "The session was changed by other calls all the time", "Try again.") { RetryAfterSeconds = 1 };
    public static Problem SessionFull =>
        new(413, "session_full", "The session cannot hold that much", "Remove documents, or open another session.");
    public static Problem TurnRunning =>
        new(409, "turn_running", "A turn is running", "Wait for its end, or cancel it.") { RetryAfterSeconds = 1 };
    public static Problem TooManyCalls =>
        new(429, "too_many_calls", "Too many calls run at a time", "Wait for one of them to end.") { RetryAfterSeconds = 1 };
    public static Problem TooManyTurns => new(409, "too_many_turns", "The session has had as many turns as it may", NewSession);
    public static Problem OverBudget => new(403, "over_budget", "The session's budget does not cover this", NewSession);
    public static Problem LeaseLapsed =>
        new(503, "lease_lapsed", "The session could not be held while the answer was made", "Try again.") { RetryAfterSeconds = 5 };
    public static Problem Cancelled => new(409, "cancelled", "It was cancelled", "Ask again if you still want it.");

    // Documents
    public static Problem DocumentNotFound => new(404, "document_not_found", "The session has no such document", "Upload it first.");
    public static Problem DocumentTooLarge =>
        new(413, "document_too_large", "The document is too large", "Send a shorter one; nothing of it was kept.");
    public static Problem DocumentTypeUnsupported =>
        new(415, "document_type_unsupported", "Documents of this media type are not read", "See documents.mediaTypes in /v1/capabilities.");
    public static Problem DocumentEmpty =>
        new(422, "document_empty", "The document holds no text", "Send one that does; pictures are not read.");
    public static Problem DocumentNotWhatItSays =>
        new(
            422,
            "document_not_what_it_says",
            "The document is of another kind than its media type says",
            "Send it with its own media type."
        );
    public static Problem DocumentEncrypted =>
        new(422, "document_encrypted", "The document opens only with a password", "Remove the password and send it again.");
    public static Problem DocumentDamaged =>
        new(422, "document_damaged", "The document is cut off or damaged", "Repair it and send it again.");
    public static Problem DocumentTooComplex =>
        new(
            422,
            "document_too_complex",
            "The document unpacks to too much, or takes too long to read",
            "Save it anew as plain text and send that."
        );
    public static Problem DocumentsBusy =>
        new(503, "documents_busy", "Too many documents are being read", "Send it again; nothing of it was kept.") { RetryAfterSeconds = 5 };

    // Turns and models
    public static Problem ActionUnknown => new(422, "action_unknown", "There is no such action", "See actions in /v1/capabilities.");
    public static Problem ActionNotSupported =>
        new(
            422,
            "action_not_supported",
            "No model of this policy class can do this action",
            "See models in /v1/capabilities. Nothing was sent."
        );
    public static Problem InstructionRequired =>
        new(422, "instruction_required", "This action needs an instruction", "Send the instruction.") { Member = "instruction" };
    public static Problem LanguageRequired =>
        new(422, "language_required", "This action needs the language to translate into", "Send the language.") { Member = "language" };
    public static Problem NothingToWorkOn =>
        new(422, "nothing_to_work_on", "There is neither a selection nor a document", "Send a selection, or upload a document first.");
    public static Problem TextTooLong =>
        new(
            413,
            "text_too_long",
            "There is more text than the limit allows",
            "Send or name less. Nothing was sent and nothing was cut off."
        );
    public static Problem ModelNotFound =>
        new(404, "model_not_found", "The policy class has no such model", "See models in /v1/capabilities.");
    public static Problem NoCompliantRoute =>
        new(503, "no_compliant_route", "No model route of this class is open", "Tell your administrator. Nothing was sent.")
        {
            RetryAfterSeconds = 60,
        };
    public static Problem UpstreamError =>
        new(502, "upstream_error", "The model's vendor failed", "Try again later.") { RetryAfterSeconds = 5 };
    public static Problem UpstreamRateLimited =>
        new(503, "upstream_rate_limited", "The model's vendor has too much to do", "Try again later.") { RetryAfterSeconds = 10 };
    public static Problem UpstreamUnreachable =>
        new(502, "upstream_unreachable", "The model's vendor could not be reached", "Try again later.") { RetryAfterSeconds = 10 };
    public static Problem UpstreamTimeout =>
        new(504, "upstream_timeout", "The model's vendor did not answer in time", "Try again later.") { RetryAfterSeconds = 10 };
    public static Problem UpstreamFiltered =>
        new(422, "upstream_filtered", "The vendor's filter refused the text", "Change what is asked.");
    public static Problem UpstreamRefused =>
        new(502, "upstream_refused", "The model's vendor refused the request", "Tell your administrator.");

    public static Problem UpstreamCut => new(502, "upstream_cut", "The model's vendor broke off", "What came is not whole. Ask again.");
    public static Problem ParameterRefused =>
        new(
            400,
            "parameter_refused",
            "The request has a member that is not taken here",
            "Nothing may name a user, be stored or be fetched elsewhere. Leave the member out."
        );

    // Us
    public static Problem Unforeseen =>
        new(500, "unforeseen", "Something went wrong here", "Try again later; tell the operator when it stays.");
    public static Problem SessionsUnavailable =>
        new(503, "sessions_unavailable", "The sessions cannot be reached", "Try again later.") { RetryAfterSeconds = 2 };

    /// <summary>Finds the problem for a bare status, as the server gives it for a request that no route has seen.</summary>
    /// <param name="status">The status.</param>
    /// <returns>The problem.</returns>
    public static Problem OfStatus(int status) =>
        status switch
        {
            404 => NotFound,
            405 => MethodNotAllowed,
            406 => NotAcceptable,
            408 => RequestTimeout,
            411 => LengthRequired,
            413 => BodyTooLarge,
            415 => MediaTypeUnsupported,
            431 => HeadersTooLarge,
            >= 400 and < 500 => RequestInvalid,
            _ => Unforeseen,
        };
}
