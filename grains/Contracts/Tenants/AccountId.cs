using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Lethe.Contracts.Tenants;

/// <summary>
/// A pseudonym of an account in one cell: HMAC-SHA-256 of issuer and subject under the cell's account key, 64 lower-case hex
/// digits. The subject itself is never stored. Its text is a constant, so that no log shows it: use <see cref="Value"/>.
/// </summary>
[GenerateSerializer, Immutable, Alias("account-id")]
public readonly record struct AccountId
{
    private const int HexLength = 64;
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    [Id(0)]
    private readonly string? value;

    private AccountId(string value) => this.value = value;

    /// <summary>Gets the 64 hex digits.</summary>
    /// <exception cref="InvalidOperationException">The id was never parsed.</exception>
    public string Value => value ?? throw new InvalidOperationException("No account.");

    /// <summary>Reads the written form.</summary>
    /// <param name="text">64 lower-case hex digits; anything else is refused.</param>
    /// <param name="id">The id, when true.</param>
    /// <returns>Whether the text is an account id.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out AccountId id)
    {
        bool right = text is { Length: HexLength } && !text.AsSpan().ContainsAnyExcept(HexDigits);
        id = right ? new(text!) : default;
        return right;
    }

    /// <summary>Takes the 32 bytes of the HMAC.</summary>
    /// <param name="hmac">32 bytes.</param>
    /// <returns>The id.</returns>
    public static AccountId FromHmac(ReadOnlySpan<byte> hmac)
    {
        if (hmac.Length != HexLength / 2)
        {
            throw new ArgumentException("Not 32 bytes.", nameof(hmac));
        }
        return new(Convert.ToHexStringLower(hmac));
    }

    /// <inheritdoc/>
    public override string ToString() => nameof(AccountId);
}
