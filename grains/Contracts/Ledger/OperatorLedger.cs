using Lethe.Contracts.Tenants;

namespace Lethe.Contracts.Ledger;

/// <summary>The ledger of what the operator of the cell does, beside those of tenants. No tenant has its name.</summary>
public static class OperatorLedger
{
    /// <summary>The reserved name.</summary>
    public const string Name = "operator";

    /// <summary>The grain key.</summary>
    public const string Key = "t/" + Name;

    /// <summary>Tells whether a tenant's name is the reserved one.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <returns>Whether it is.</returns>
    public static bool IsReserved(TenantId tenant) => tenant.Value == Name;
}
