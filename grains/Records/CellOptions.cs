using System.ComponentModel.DataAnnotations;
using Lethe.Contracts;
using Lethe.Contracts.Tenants;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Lethe.Records;

/// <summary>Which cell this silo belongs to, and what it offers.</summary>
public sealed class CellOptions
{
    /// <summary>Gets or sets the region: <c>eu</c> or <c>ch</c>. Configuration: <c>Region</c>.</summary>
    [Required, RegularExpression("eu|ch")]
    public string Region { get; set; } = string.Empty;

    /// <summary>
    /// Gets or sets the policy classes of this cell, the one that a tenant gets on arrival first. Configuration:
    /// <c>Tokens:PolicyClasses</c>; default <c>{region}-standard</c>.
    /// </summary>
    public IList<string> PolicyClasses { get; set; } = [];

    /// <summary>
    /// Gets or sets the classes that are one tenant's own. Its key of an epoch is opened only when 20 of the tenant's accounts drew
    /// tokens in the epoch before; else the tenant gets the cell's first class. Configuration: <c>Tokens:OwnClasses</c>.
    /// </summary>
    [ValidateEnumeratedItems]
    public IList<OwnClassOptions> OwnClasses { get; set; } = [];

    /// <summary>Gets the region.</summary>
    internal Region Here => RegionNames.TryParse(Region, out Region region) ? region : throw new InvalidOperationException("No region.");

    /// <summary>Gets the classes.</summary>
    internal IReadOnlyList<PolicyClass> Classes =>
        [
            .. Names.Select(name =>
                PolicyClass.TryParse(name, out PolicyClass parsed) ? parsed : throw new InvalidOperationException("No policy class.")
            ),
        ];

    /// <summary>Gets the classes that are one tenant's own.</summary>
    internal IEnumerable<(PolicyClass Class, TenantId Tenant)> Own =>
        OwnClasses.Select(own =>
            PolicyClass.TryParse(own.PolicyClass, out PolicyClass parsed) && TenantId.TryParse(own.Tenant, out TenantId tenant)
                ? (parsed, tenant)
                : throw new InvalidOperationException("No policy class, or no tenant.")
        );

    /// <summary>Tells whose own a class is.</summary>
    /// <param name="policyClass">The class.</param>
    /// <returns>The tenant; null when the class is nobody's or shared.</returns>
    internal TenantId? OwnerOf(PolicyClass policyClass)
    {
        foreach ((PolicyClass owned, TenantId tenant) in Own)
        {
            if (owned == policyClass)
            {
                return tenant;
            }
        }
        return null;
    }

    private IEnumerable<string> Names => PolicyClasses.Count == 0 ? [$"{Region}-standard"] : PolicyClasses;
}

/// <summary>A policy class that is one tenant's own.</summary>
public sealed class OwnClassOptions
{
    /// <summary>Gets or sets the class.</summary>
    [Required, MaxLength(40)]
    public string PolicyClass { get; set; } = string.Empty;

    /// <summary>Gets or sets the id of the tenant.</summary>
    [Required, MaxLength(64)]
    public string Tenant { get; set; } = string.Empty;
}

/// <inheritdoc/>
[OptionsValidator]
internal sealed partial class CellOptionsValidator : IValidateOptions<CellOptions>;

/// <summary>Reads the cell's own options.</summary>
internal static class CellOptionsExtensions
{
    /// <summary>Adds the options. Repeating it changes nothing.</summary>
    /// <param name="services">The silo's services.</param>
    public static void AddCellOptions(this IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(IValidateOptions<CellOptions>)))
        {
            return;
        }
        services
            .AddOptionsWithValidateOnStart<CellOptions, CellOptionsValidator>()
            .Configure<IServiceProvider>(
                (options, provider) =>
                {
                    if (provider.GetService<IConfiguration>() is { } configuration)
                    {
                        options.Region = configuration["Region"] ?? options.Region;
                        configuration.GetSection("Tokens:PolicyClasses").Bind(options.PolicyClasses);
                        configuration.GetSection("Tokens:OwnClasses").Bind(options.OwnClasses);
                    }
                }
            );
    }
}
