using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using Lethe.Contracts;
using Microsoft.Extensions.Options;

namespace Lethe.Silo.Settings;

/// <summary>What the host needs before it can be built. Everything else is bound by its slice and checked at start.</summary>
public sealed class SiloSettings
{
    /// <summary>Gets or sets the plane: <c>content</c> or <c>identity</c>.</summary>
    [EnumDataType(typeof(Plane), ErrorMessage = "Plane is neither 'content' nor 'identity'.")]
    public Plane Plane { get; set; }

    /// <summary>Gets or sets the cell's region: <c>eu</c> or <c>ch</c>.</summary>
    [EnumDataType(typeof(Region), ErrorMessage = "Region is neither 'eu' nor 'ch'.")]
    public Region Region { get; set; }

    /// <summary>Gets or sets the Orleans cluster.</summary>
    [ValidateObjectMembers]
    public OrleansSettings Orleans { get; set; } = new();

    /// <summary>Gets or sets the plane's database.</summary>
    [ValidateObjectMembers]
    public DatabaseSettings Database { get; set; } = new();

    /// <summary>Gets or sets the management port.</summary>
    [ValidateObjectMembers]
    public ManagementSettings Management { get; set; } = new();

    /// <summary>Reads and checks the settings.</summary>
    /// <param name="configuration">The host's configuration.</param>
    /// <returns>Settings that hold together.</returns>
    /// <exception cref="StartRefusedException">Something is missing or wrong.</exception>
    public static SiloSettings Read(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        SiloSettings settings = new();
        try
        {
            configuration.Bind(settings);
        }
        catch (InvalidOperationException exception)
        {
            // The binder names the key and repeats the value; neither can be a secret in this section's types.
            throw new StartRefusedException($"The configuration is wrong: {exception.Message}", exception);
        }

        ValidateOptionsResult result = new SiloSettingsValidator().Validate(name: null, settings);
        if (result.Failed)
        {
            throw new StartRefusedException($"The configuration is wrong: {string.Join(' ', result.Failures.Select(WithoutMember))}");
        }

        if (settings.Orleans.Clustering == OrleansSettings.Database && settings.Database.Provider == DatabaseSettings.Sqlite)
        {
            throw new StartRefusedException(
                "The configuration is wrong: Orleans:Clustering 'database' needs Database:Provider 'postgresql', because a SQLite file belongs to one silo."
            );
        }

        return settings;
    }

    // "Member: sentence": our sentences name the setting in full.
    private static string WithoutMember(string failure) => failure[(failure.IndexOf(": ", StringComparison.Ordinal) + 2)..];
}

/// <summary>A TCP port, 1 to 65535.</summary>
/// <param name="setting">The setting's full name.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PortAttribute(string setting) : ValidationAttribute($"{setting} is not a port.")
{
    /// <summary>Gets the setting's full name.</summary>
    public string Setting { get; } = setting;

    /// <inheritdoc/>
    public override bool IsValid(object? value) => value is >= 1 and <= 65535;
}

/// <summary>One silo's place in its Orleans cluster. Section <c>Orleans</c>.</summary>
public sealed class OrleansSettings
{
    /// <summary>One silo, its own primary, membership in memory.</summary>
    public const string Development = "development";

    /// <summary>Any number of silos, membership in the plane's PostgreSQL database.</summary>
    public const string Database = "database";

    /// <summary>Gets or sets the cluster: never shared between cells or planes.</summary>
    [Required(ErrorMessage = "Orleans:ClusterId is missing.")]
    public string ClusterId { get; set; } = string.Empty;

    /// <summary>Gets or sets the service, which outlives clusters: part of every stored row's key.</summary>
    [Required(ErrorMessage = "Orleans:ServiceId is missing.")]
    public string ServiceId { get; set; } = string.Empty;

    /// <summary>Gets or sets the address that this silo listens on and tells others. Default: loopback.</summary>
    [RegularExpression("[0-9a-fA-F.:]+", ErrorMessage = "Orleans:Address is not an IP address.")]
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>Gets or sets the port for other silos.</summary>
    [Port("Orleans:SiloPort")]
    public int SiloPort { get; set; }

    /// <summary>Gets or sets the port for clients.</summary>
    [Port("Orleans:GatewayPort")]
    public int GatewayPort { get; set; }

    /// <summary>Gets or sets where membership lies: <c>development</c> or <c>database</c>. Default: development.</summary>
    [AllowedValues(Development, Database, ErrorMessage = "Orleans:Clustering is neither 'development' nor 'database'.")]
    public string Clustering { get; set; } = Development;

    /// <summary>Gets or sets how long a stop may take to finish running calls. 1 s to 10 min; default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00", ErrorMessage = "Orleans:StopTimeout is not within 1 s and 10 min.")]
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>The plane's database. Section <c>Database</c>.</summary>
public sealed class DatabaseSettings : IValidatableObject
{
    /// <summary>The embedded default: one file, one silo.</summary>
    public const string Sqlite = "sqlite";

    /// <summary>Production.</summary>
    public const string PostgreSql = "postgresql";

    /// <summary>Gets or sets the kind: <c>sqlite</c> or <c>postgresql</c>. Default: sqlite.</summary>
    [AllowedValues(Sqlite, PostgreSql, ErrorMessage = "Database:Provider is neither 'sqlite' nor 'postgresql'.")]
    public string Provider { get; set; } = Sqlite;

    /// <summary>Gets or sets how the running silo reaches it. Never logged.</summary>
    [Required(ErrorMessage = "Database:ConnectionString is missing.")]
    public string ConnectionString { get; set; } = string.Empty;

    /// <summary>Gets or sets how the quota provider reaches it, with a role of its own; default: as the rest does.</summary>
    public string? QuotaConnectionString { get; set; }

    /// <summary>Gets or sets how <c>migrate</c> reaches it, as the owner of the schema. No running silo needs it.</summary>
    public string? OwnerConnectionString { get; set; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Provider == Sqlite && (QuotaConnectionString is not null || OwnerConnectionString is not null))
        {
            yield return new ValidationResult("Database roles need Database:Provider 'postgresql'.");
        }
    }
}

/// <summary>Health and metrics, in plain HTTP. Section <c>Management</c>.</summary>
public sealed class ManagementSettings
{
    /// <summary>Gets or sets the address. Default: loopback.</summary>
    [RegularExpression("[0-9a-fA-F.:]+", ErrorMessage = "Management:Address is not an IP address.")]
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>Gets or sets the port.</summary>
    [Port("Management:Port")]
    public int Port { get; set; }
}

[OptionsValidator]
[SuppressMessage("Design", "CA1812", Justification = "Generated.")]
internal sealed partial class SiloSettingsValidator : IValidateOptions<SiloSettings>;
