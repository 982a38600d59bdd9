using Lethe.Contracts;

namespace Lethe.Gateway.Models;

/// <summary>Whether a route is open, and the first thing that closes it.</summary>
internal enum RouteState
{
    /// <summary>Nothing closes it.</summary>
    Open = 1,

    /// <summary>The model runs outside the region.</summary>
    InferenceOutsideRegion = 2,

    /// <summary>Stored data would be outside the region.</summary>
    StorageOutsideRegion = 3,

    /// <summary>The vendor keeps something.</summary>
    Retention = 4,

    /// <summary>The vendor may train with it.</summary>
    Training = 5,

    /// <summary>Nothing binds the vendor.</summary>
    ContractMissing = 6,

    /// <summary>The contract is not signed yet.</summary>
    ContractNotSigned = 7,

    /// <summary>Nobody has checked the contract for too long.</summary>
    ContractStale = 8,

    /// <summary>The vendor's key is not there.</summary>
    SecretMissing = 9,
}

/// <summary>Decides about one route, from the row, the clock and the secrets folder. Everything not known to be right closes it.</summary>
internal static class RouteStates
{
    private static readonly HashSet<string> Eu = new(
        "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE".Split(' '),
        StringComparer.Ordinal
    );

    /// <summary>Decides.</summary>
    /// <param name="row">The row.</param>
    /// <param name="region">The cell's region.</param>
    /// <param name="now">The time.</param>
    /// <param name="secrets">The vendors' keys.</param>
    /// <returns>The state.</returns>
    public static RouteState Of(RouteRow row, Region region, DateTimeOffset now, SecretFolder secrets)
    {
        if (!IsWithin(row.InferenceCountry, region))
        {
            return RouteState.InferenceOutsideRegion;
        }
        if (!IsWithin(row.StorageCountry, region))
        {
            return RouteState.StorageOutsideRegion;
        }
        if (!string.Equals(row.Retention, "none", StringComparison.Ordinal))
        {
            return RouteState.Retention;
        }
        if (!string.Equals(row.Training, "never", StringComparison.Ordinal))
        {
            return RouteState.Training;
        }
        if (row.Endpoint is null)
        {
            return RouteState.Open; // embedded: nothing leaves this process
        }
        if (row.Contract is not { } contract)
        {
            return RouteState.ContractMissing;
        }
        DateOnly today = DateOnly.FromDateTime(now.UtcDateTime);
        if (contract.SignedOn > today)
        {
            return RouteState.ContractNotSigned;
        }
        if (contract.VerifiedUntil < today)
        {
            return RouteState.ContractStale;
        }
        return row.Secret is { } secret && secrets.Find(secret) is not null ? RouteState.Open : RouteState.SecretMissing;
    }

    /// <summary>Tells whether a country is in a region. Upper-case ISO 3166-1 alpha-2 only.</summary>
    /// <param name="country">The country.</param>
    /// <param name="region">The region.</param>
    /// <returns>Whether it is.</returns>
    public static bool IsWithin(string country, Region region) =>
        region switch
        {
            Region.Eu => Eu.Contains(country),
            Region.Ch => string.Equals(country, "CH", StringComparison.Ordinal),
            _ => false,
        };
}
