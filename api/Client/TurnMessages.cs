using System.Text.Json;

namespace Lethe.Client;

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

/// <summary>A turn's answer in one piece.</summary>
/// <param name="Turn">The turn's number; null when it is not remembered.</param>
/// <param name="Revision">The manifest's revision.</param>
/// <param name="Ending"><c>complete</c>, or why the answer is not: <c>length</c>, <c>cancelled</c>, <c>filtered</c>, <c>over_budget</c>, <c>upstream_cut</c>.</param>
/// <param name="Text">The answer.</param>
/// <param name="Routes">Everyone who received bytes, in order.</param>
/// <param name="Usage">What was used; null when nothing was.</param>
public sealed record TurnAnswer(
    long? Turn,
    long Revision,
    string Ending,
    string Text,
    IReadOnlyList<TurnRoute> Routes,
    TurnUsage? Usage = null
)
{
    /// <inheritdoc/>
    public override string ToString() => nameof(TurnAnswer);
}

/// <summary>Where a turn was sent.</summary>
/// <param name="Route">The route's id.</param>
/// <param name="Vendor">Whose computer it is.</param>
/// <param name="Model">The model.</param>
/// <param name="Country">Where it computes.</param>
/// <param name="Retention">Always <c>none</c>.</param>
public sealed record TurnRoute(string Route, string Vendor, string Model, string Country, string Retention);

/// <summary>What a turn used of the budget.</summary>
/// <param name="PromptTokens">Tokens sent.</param>
/// <param name="CompletionTokens">Tokens answered.</param>
/// <param name="Measured">Whether the vendor counted; otherwise they are estimated.</param>
public sealed record TurnUsage(long PromptTokens, long CompletionTokens, bool Measured);
