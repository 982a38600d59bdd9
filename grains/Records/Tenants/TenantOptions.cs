using System.ComponentModel.DataAnnotations;
using Lethe.Records.Tokens;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Lethe.Records.Tenants;

/// <summary>Settings of tenants. Configuration: <c>Tenants</c>.</summary>
public sealed class TenantOptions
{
    /// <summary>Gets or sets when a request may be worth another try while its tenant moves. 1 to 300 seconds; default 2.</summary>
    [Range(1, 300)]
    public int MoveRetryAfterSeconds { get; set; } = 2;

    /// <summary>Gets or sets for how many days drawn tokens are counted. 1 to 400; default 62.</summary>
    [Range(1, 400)]
    public int DaysOfUse { get; set; } = 62;

    /// <summary>Gets or sets how many members a tenant may have, deactivated ones too. 1 to 10,000; default 2,000.</summary>
    [Range(1, 10_000)]
    public int MaxMembers { get; set; } = 2_000;
}

/// <inheritdoc/>
[OptionsValidator]
internal sealed partial class TenantOptionsValidator : IValidateOptions<TenantOptions>;

/// <summary>Adds tenants to a silo.</summary>
public static class TenantExtensions
{
    /// <summary>Adds tenants and their moves. Needs storage, ledger and directory.</summary>
    /// <param name="silo">A silo of the identity plane.</param>
    /// <returns>The same silo.</returns>
    public static ISiloBuilder AddTenants(this ISiloBuilder silo)
    {
        ArgumentNullException.ThrowIfNull(silo);
        silo.Services.TryAddSingleton(TimeProvider.System);
        silo.Services.AddCellOptions();
        silo.Services.AddTokenOptions();
        silo.Services.AddOptionsWithValidateOnStart<TenantOptions, TenantOptionsValidator>().BindConfiguration("Tenants");
        return silo;
    }
}
