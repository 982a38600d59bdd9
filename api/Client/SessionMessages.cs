using System.Text.Json;

namespace Lethe.Client;

/// <summary>A session as it was opened.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Credential">The credential, for <c>Authorization: Bearer</c>; also the API key of OpenAI-compatible SDKs.</param>
/// <param name="ContentKey">The content key: 32 bytes as base64url. Only this client has it.</param>
/// <param name="Region">Its region.</param>
/// <param name="PolicyClass">Its policy class.</param>
/// <param name="ExpiresAt">When it ends at the latest.</param>
public sealed record SessionOpened(
    string Id,
    string Credential,
    string ContentKey,
    string Region,
    string PolicyClass,
    DateTimeOffset ExpiresAt
)
{
    /// <inheritdoc/>
    public override string ToString() => nameof(SessionOpened);
}

/// <summary>What was read of a document.</summary>
/// <param name="Paragraphs">Its paragraphs.</param>
/// <param name="Characters">Its Unicode characters.</param>
/// <param name="Coverage">How much was read, and why not all.</param>
/// <param name="Revision">The manifest's revision.</param>
public sealed record DocumentUploaded(int Paragraphs, int Characters, DocumentCoverage Coverage, long Revision);

/// <summary>How much of a document was read.</summary>
/// <param name="Complete">Whether every text of its body was.</param>
/// <param name="Share">0 to 1.</param>
/// <param name="Notes">What was left out, changed or assumed.</param>
public sealed record DocumentCoverage(bool Complete, double Share, IReadOnlyList<DocumentCoverageNote> Notes);

/// <summary>One thing to know of what was read.</summary>
/// <param name="Kind">A stable word.</param>
/// <param name="Count">How many.</param>
public sealed record DocumentCoverageNote(string Kind, int Count);

/// <summary>What a session dropped when it was forgotten.</summary>
/// <param name="Forgotten">Always true.</param>
/// <param name="Documents">Documents dropped.</param>
/// <param name="Turns">Turns dropped.</param>
/// <param name="SealedBytes">Sealed bytes dropped.</param>
public sealed record SessionForgotten(bool Forgotten, int Documents, int Turns, long SealedBytes);

/// <summary>What is asked of a turn.</summary>
/// <param name="Action"><c>summarise</c>, <c>ask</c>, <c>rewrite</c>, <c>translate</c>, <c>draft</c>, <c>proofread</c> or <c>review</c>.</param>
/// <param name="Instruction">What exactly; needed for <c>ask</c> and <c>draft</c>.</param>
/// <param name="Documents">Ids of documents; null for all.</param>
/// <param name="Selection">The selected text.</param>
/// <param name="Language"><c>de</c>, <c>en</c>, <c>fr</c> or <c>it</c>.</param>
/// <param name="Model">A model of the policy class.</param>
public sealed record Turn(
    string Action,
    string? Instruction = null,
    IReadOnlyList<string>? Documents = null,
    string? Selection = null,
    string? Language = null,
    string? Model = null
);

/// <summary>One event of a turn. The last is <c>done</c>, or the turn throws.</summary>
/// <param name="Name"><c>accepted</c>, <c>route</c>, <c>progress</c>, <c>delta</c>, <c>edit</c>, <c>usage</c> or <c>done</c>.</param>
/// <param name="Data">Its members.</param>
public sealed record TurnEvent(string Name, JsonElement Data)
{
    /// <summary>Gets the piece of the answer of a <c>delta</c>; otherwise empty.</summary>
    public string Text => Name == "delta" ? Data.GetProperty("text").GetString() ?? "" : "";

    /// <summary>Gets the ending of <c>done</c>; otherwise null.</summary>
    public string? Ending => Name == "done" ? Data.GetProperty("ending").GetString() : null;
}
