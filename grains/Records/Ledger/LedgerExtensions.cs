using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Lethe.Records.Ledger;

/// <summary>Adds the ledger to a silo.</summary>
public static class LedgerExtensions
{
    /// <summary>Adds the ledger over the silo's <see cref="System.Data.Common.DbDataSource"/>.</summary>
    /// <param name="silo">A silo of the identity plane.</param>
    /// <returns>The same silo.</returns>
    public static ISiloBuilder AddLedger(this ISiloBuilder silo)
    {
        ArgumentNullException.ThrowIfNull(silo);
        silo.Services.TryAddSingleton(TimeProvider.System);
        silo.Services.TryAddSingleton<ILedgerStore, DatabaseLedgerStore>();
        return silo;
    }
}
