namespace Lethe.Contracts;

/// <summary>Where a cell stands, and so where everything of a tenant stays.</summary>
[GenerateSerializer, Alias("region")]
public enum Region
{
    /// <summary>The member states of the European Union: neither the United Kingdom nor Switzerland.</summary>
    Eu = 1,

    /// <summary>Switzerland.</summary>
    Ch = 2,
}

/// <summary>The written form of a <see cref="Region"/>: <c>eu</c> or <c>ch</c>.</summary>
public static class RegionNames
{
    /// <summary>Gets the written form, as it stands in URLs, configuration and JSON.</summary>
    /// <param name="region">The region.</param>
    /// <returns><c>eu</c> or <c>ch</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">No such region.</exception>
    public static string ToName(this Region region) =>
        region switch
        {
            Region.Eu => "eu",
            Region.Ch => "ch",
            _ => throw new ArgumentOutOfRangeException(nameof(region)),
        };

    /// <summary>Reads the written form. Lower case only.</summary>
    /// <param name="name">The written form; anything else is refused.</param>
    /// <param name="region">The region, when true.</param>
    /// <returns>Whether the name is a region's.</returns>
    public static bool TryParse(string? name, out Region region)
    {
        region = name switch
        {
            "eu" => Region.Eu,
            "ch" => Region.Ch,
            _ => default,
        };
        return region != default;
    }
}
