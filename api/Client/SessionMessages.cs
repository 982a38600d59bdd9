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

/// <summary>A session's state, without content.</summary>
/// <param name="Id">Its id.</param>
/// <param name="ExpiresAt">When it ends at the latest.</param>
/// <param name="IdleExpiresAt">When it ends if nothing is asked of it.</param>
/// <param name="Documents">Its documents.</param>
/// <param name="Turns">Its turns.</param>
/// <param name="SealedBytes">Sealed bytes that it holds.</param>
/// <param name="Revision">The manifest's revision.</param>
/// <param name="BudgetTokens">Model tokens that are left.</param>
/// <param name="TurnRunning">Whether a turn is running.</param>
/// <param name="CallsRunning">Stateless calls that are running.</param>
public sealed record SessionState(
    string Id,
    DateTimeOffset ExpiresAt,
    DateTimeOffset IdleExpiresAt,
    int Documents,
    int Turns,
    long SealedBytes,
    long Revision,
    long BudgetTokens,
    bool TurnRunning,
    int CallsRunning
);

/// <summary>What a policy class offers.</summary>
/// <param name="PolicyClass">Its name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Actions">Actions that some model can do.</param>
/// <param name="Languages">Languages that answers can be asked in.</param>
/// <param name="Documents">What documents may be.</param>
/// <param name="Models">Its models.</param>
/// <param name="Limits">Its limits by name, as numbers of what the name says.</param>
public sealed record Capabilities(
    string PolicyClass,
    int Version,
    IReadOnlyList<string> Actions,
    IReadOnlyList<string> Languages,
    DocumentCapabilities Documents,
    IReadOnlyList<OfferedModel> Models,
    IReadOnlyDictionary<string, long> Limits
);

/// <summary>What documents may be.</summary>
/// <param name="MediaTypes">Their media types.</param>
public sealed record DocumentCapabilities(IReadOnlyList<string> MediaTypes);

/// <summary>A model of a policy class.</summary>
/// <param name="Id">What a turn names it by.</param>
/// <param name="Vendor">Whose it is.</param>
/// <param name="Country">Where it computes.</param>
/// <param name="Actions">What it can do.</param>
public sealed record OfferedModel(string Id, string Vendor, string Country, IReadOnlyList<string> Actions);
