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

    /// <summary>Gets the region.</summary>
    internal Region Here => RegionNames.TryParse(Region, out Region region) ? region : throw new InvalidOperationException("No region.");

    /// <summary>Gets the classes.</summary>
    internal IReadOnlyList<PolicyClass> Classes =>
        [
            .. Names.Select(name =>
                PolicyClass.TryParse(name, out PolicyClass parsed) ? parsed : throw new InvalidOperationException("No policy class.")
            ),
        ];

    private IEnumerable<string> Names => PolicyClasses.Count == 0 ? [$"{Region}-standard"] : PolicyClasses;
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
                    }
                }
            );
    }
}
