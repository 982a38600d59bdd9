using Lethe.Contracts.Tenants;

namespace Lethe.Control.Identity.Providers;

/// <summary>The written form of a provider's required claims: an object of names and values.</summary>
internal static class WrittenClaims
{
    /// <summary>Reads it.</summary>
    /// <param name="written">Names and values; null for none.</param>
    /// <returns>The claims, sorted by name.</returns>
    public static IReadOnlyList<RequiredClaim> Read(IReadOnlyDictionary<string, string>? written) =>
        written is null
            ? []
            : [.. written.OrderBy(claim => claim.Key, StringComparer.Ordinal).Select(claim => new RequiredClaim(claim.Key, claim.Value))];

    /// <summary>Writes it.</summary>
    /// <param name="claims">The claims.</param>
    /// <returns>Names and values.</returns>
    public static IReadOnlyDictionary<string, string> Write(IEnumerable<RequiredClaim> claims) =>
        claims.ToDictionary(claim => claim.Name, claim => claim.Value, StringComparer.Ordinal);
}
