using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Lethe.Records.Support;

/// <summary>Adds support cases and shares to a silo.</summary>
public static class SupportExtensions
{
    /// <summary>Adds the slice. It needs the storage provider for records, reminders, the ledger and the key store.</summary>
    /// <param name="silo">A silo of the identity plane.</param>
    /// <returns>The same silo.</returns>
    public static ISiloBuilder AddSupport(this ISiloBuilder silo)
    {
        ArgumentNullException.ThrowIfNull(silo);
        silo.Services.TryAddSingleton(TimeProvider.System);
        silo.Services.AddSingleton<SupportAccess>();
        silo.Services.AddOptionsWithValidateOnStart<SupportOptions, SupportOptionsValidator>().BindConfiguration("Support");
        return silo;
    }
}
