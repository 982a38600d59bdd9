using System.Diagnostics.CodeAnalysis;

namespace Lethe.Contracts.Tenants;

/// <summary>A tenant: a slug of 3 to 40 lower-case letters and digits, single hyphens between them.</summary>
[GenerateSerializer, Immutable, Alias("tenant-id")]
public readonly record struct TenantId
{
    private const int FewestCharacters = 3;
    private const int MostCharacters = 40;

    [Id(0)]
    private readonly string? value;

    private TenantId(string value) => this.value = value;

    /// <summary>Gets the slug.</summary>
    /// <exception cref="InvalidOperationException">The id was never parsed.</exception>
    public string Value => value ?? throw new InvalidOperationException("No tenant.");

    /// <summary>Gets the grain key of the tenant and of its directory record.</summary>
    public string GrainKey => "t/" + Value;

    /// <summary>Reads a slug.</summary>
    /// <param name="text">The slug; anything else is refused.</param>
    /// <param name="id">The id, when true.</param>
    /// <returns>Whether the text is a tenant id.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out TenantId id)
    {
        id = default;
        int characters = 0;
        char before = '-';
        foreach (char c in text ?? string.Empty)
        {
            if (c == '-' ? before == '-' : !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c))
            {
                return false;
            }
            characters += c == '-' ? 0 : 1;
            before = c;
            if (characters > MostCharacters)
            {
                return false;
            }
        }
        if (text is null || before == '-' || characters < FewestCharacters)
        {
            return false;
        }
        id = new(text);
        return true;
    }

    /// <summary>Reads the tenant out of a grain key.</summary>
    /// <param name="key">A key as <see cref="GrainKey"/> gives it.</param>
    /// <returns>The id.</returns>
    /// <exception cref="ArgumentException">The key is no tenant's.</exception>
    public static TenantId FromGrainKey(string key) =>
        key is ['t', '/', .. string slug] && TryParse(slug, out TenantId id)
            ? id
            : throw new ArgumentException("No tenant's key.", nameof(key));

    /// <inheritdoc/>
    public override string ToString() => Value;
}
