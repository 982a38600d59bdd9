using Lethe.Gateway.Documents.Reading;

namespace Lethe.Gateway.Models;

/// <summary>Who speaks in a message.</summary>
public enum MessageRole
{
    /// <summary>Us: the task and its rules.</summary>
    System = 1,

    /// <summary>The user, and the documents.</summary>
    User = 2,

    /// <summary>An earlier answer.</summary>
    Assistant = 3,
}

/// <summary>One message of a prompt.</summary>
/// <param name="Role">Who speaks.</param>
/// <param name="Parts">UTF-8 pieces that follow one another; owned by the caller, who zeroes them after the run.</param>
public sealed record ModelMessage(MessageRole Role, IReadOnlyList<ReadOnlyMemory<byte>> Parts)
{
    /// <inheritdoc/>
    public override string ToString() => nameof(ModelMessage);
}

/// <summary>A text to work on.</summary>
/// <param name="Utf8">Valid UTF-8; owned by the caller.</param>
/// <param name="Paragraphs">Its paragraphs as a reader found them; null when nobody looked, then the text is read as Markdown.</param>
public sealed record MaterialText(ReadOnlyMemory<byte> Utf8, IReadOnlyList<ParagraphSpan>? Paragraphs = null)
{
    /// <inheritdoc/>
    public override string ToString() => nameof(MaterialText);
}

/// <summary>What a model without prompts works on (see <see cref="ModelInput.Material"/>).</summary>
/// <param name="Documents">Whole texts, in the user's order.</param>
/// <param name="Instruction">UTF-8; empty when there is none.</param>
/// <param name="Selection">UTF-8; empty when nothing is selected. When there is one, it is worked on instead of the documents.</param>
public sealed record ModelMaterial(IReadOnlyList<MaterialText> Documents, ReadOnlyMemory<byte> Instruction, ReadOnlyMemory<byte> Selection)
{
    /// <inheritdoc/>
    public override string ToString() => nameof(ModelMaterial);
}

/// <summary>One run of a model. Every buffer stays the caller's and must live until the run has ended.</summary>
public sealed class ModelRequest
{
    /// <summary>Gets what is asked.</summary>
    public required ModelAction Action { get; init; }

    /// <summary>Gets the prompt; read only by protocols whose <see cref="IModelProtocol.Input"/> is messages.</summary>
    public IReadOnlyList<ModelMessage> Messages { get; init; } = [];

    /// <summary>Gets the material; read only by protocols whose <see cref="IModelProtocol.Input"/> is material.</summary>
    public ModelMaterial? Material { get; init; }

    /// <summary>Gets the answer's language as <c>de</c>, <c>en</c>, <c>fr</c> or <c>it</c>; null for the documents' own.</summary>
    public string? Language { get; init; }

    /// <summary>Gets the most tokens that the answer may have, 1 or more; the route's own limit still holds.</summary>
    public required int MaxOutputTokens { get; init; }

    /// <inheritdoc/>
    public override string ToString() => nameof(ModelRequest);
}
