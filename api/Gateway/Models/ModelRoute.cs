namespace Lethe.Gateway.Models;

/// <summary>One row of the route table that was open when it was chosen. Nothing in it is secret.</summary>
public sealed class ModelRoute
{
    /// <summary>Gets the row's id, as it stands in the table.</summary>
    public required string Id { get; init; }

    /// <summary>Gets the protocol.</summary>
    public required IModelProtocol Protocol { get; init; }

    /// <summary>Gets the vendor's base address; null for an embedded model.</summary>
    public Uri? Endpoint
    {
        get;
        init
        {
            field = value;
            ChatCompletions = value is null ? null : new Uri(value.AbsoluteUri.TrimEnd('/') + "/chat/completions");
        }
    }

    /// <summary>Gets where chat completions of a vendor are; null for an embedded model.</summary>
    public Uri? ChatCompletions { get; private init; }

    /// <summary>Gets the vendor's name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Gets our name of the model, which the plugin and SDKs use.</summary>
    public required string PublicModel { get; init; }

    /// <summary>Gets who runs the model.</summary>
    public required string Vendor { get; init; }

    /// <summary>Gets where the model runs: ISO 3166-1 alpha-2.</summary>
    public required string InferenceCountry { get; init; }

    /// <summary>Gets where anything that the vendor stores would be: ISO 3166-1 alpha-2.</summary>
    public required string StorageCountry { get; init; }

    /// <summary>Gets what the vendor keeps: always <c>none</c>.</summary>
    public required string Retention { get; init; }

    /// <summary>Gets the name of the file in the secrets folder; null for an embedded model.</summary>
    public string? Secret { get; init; }

    /// <summary>Gets the route's own limits.</summary>
    public required RouteLimits Limits { get; init; }
}

/// <summary>What one route takes and gives.</summary>
/// <param name="ContextCharacters">Unicode characters of prompt or material, at most.</param>
/// <param name="MaxOutputTokens">Tokens of an answer, at most.</param>
public sealed record RouteLimits(long ContextCharacters, int MaxOutputTokens);

/// <summary>What a session of a class may use. Published in <c>GET /v1/capabilities</c>.</summary>
/// <param name="SessionTokens">Model tokens a session, read and written.</param>
/// <param name="ContextCharacters">Unicode characters of material a turn: documents, selection, instruction, earlier turns.</param>
/// <param name="SelectionCharacters">Unicode characters of a selection.</param>
/// <param name="InstructionCharacters">Unicode characters of an instruction.</param>
/// <param name="DocumentsPerTurn">Documents a turn may name.</param>
/// <param name="MaxOutputTokens">Tokens of an answer.</param>
public sealed record ClassLimits(
    long SessionTokens,
    long ContextCharacters,
    long SelectionCharacters,
    long InstructionCharacters,
    int DocumentsPerTurn,
    int MaxOutputTokens
);

/// <summary>One policy class as it stands now.</summary>
/// <param name="Name">Its name, as in a session credential's <c>class</c>.</param>
/// <param name="Version">The version that is in force.</param>
/// <param name="Limits">Its limits.</param>
/// <param name="Models">The models that its open routes offer.</param>
public sealed record PolicyClass(string Name, int Version, ClassLimits Limits, IReadOnlyList<OfferedModel> Models);

/// <summary>One model that a class offers now.</summary>
/// <param name="Name">Our name of it.</param>
/// <param name="Vendor">Who runs it.</param>
/// <param name="Country">Where it runs: ISO 3166-1 alpha-2.</param>
/// <param name="Actions">What it can do, <see cref="ModelAction.Chat"/> included.</param>
public sealed record OfferedModel(string Name, string Vendor, string Country, IReadOnlyList<ModelAction> Actions);
