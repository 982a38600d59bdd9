using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Lethe.Contracts.Directory;

/// <summary>A login domain, as HMAC-SHA-256 under the key that the cells share: 64 lower-case hex digits.</summary>
[GenerateSerializer, Immutable, Alias("domain-id")]
public readonly record struct DomainId
{
    private const int HexLength = 64;
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    [Id(0)]
    private readonly string? value;

    private DomainId(string value) => this.value = value;

    /// <summary>Gets the 64 hex digits.</summary>
    /// <exception cref="InvalidOperationException">The id was never parsed.</exception>
    public string Value => value ?? throw new InvalidOperationException("No domain.");

    /// <summary>Gets the grain key of the domain's directory entry.</summary>
    public string GrainKey => "w/" + Value;

    /// <summary>Reads the written form.</summary>
    /// <param name="text">64 lower-case hex digits; anything else is refused.</param>
    /// <param name="id">The id, when true.</param>
    /// <returns>Whether the text is a domain id.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out DomainId id)
    {
        bool right = text is { Length: HexLength } && !text.AsSpan().ContainsAnyExcept(HexDigits);
        id = right ? new(text!) : default;
        return right;
    }

    /// <summary>Takes the 32 bytes of the HMAC.</summary>
    /// <param name="hmac">32 bytes.</param>
    /// <returns>The id.</returns>
    public static DomainId FromHmac(ReadOnlySpan<byte> hmac)
    {
        if (hmac.Length != HexLength / 2)
        {
            throw new ArgumentException("Not 32 bytes.", nameof(hmac));
        }
        return new(Convert.ToHexStringLower(hmac));
    }

    /// <inheritdoc/>
    public override string ToString() => nameof(DomainId);
}
