using System.Diagnostics.CodeAnalysis;

namespace Lethe.Contracts.Tenants;

/// <summary>The name of a policy class, a set of limits and model routes: <c>eu-standard</c>. Up to 40 letters, digits, hyphens.</summary>
[GenerateSerializer, Immutable, Alias("policy-class")]
public readonly record struct PolicyClass
{
    private const int MostCharacters = 40;

    [Id(0)]
    private readonly string? name;

    private PolicyClass(string name) => this.name = name;

    /// <summary>Gets the name.</summary>
    /// <exception cref="InvalidOperationException">The class was never parsed.</exception>
    public string Name => name ?? throw new InvalidOperationException("No policy class.");

    /// <summary>Reads a name.</summary>
    /// <param name="text">The name; anything else is refused.</param>
    /// <param name="policyClass">The class, when true.</param>
    /// <returns>Whether the text is a class's name.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out PolicyClass policyClass)
    {
        bool right =
            text is { Length: > 0 and <= MostCharacters }
            && text.All(static c => c == '-' || char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c));
        policyClass = right ? new(text!) : default;
        return right;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
