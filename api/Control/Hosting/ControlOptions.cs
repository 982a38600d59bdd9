using System.ComponentModel.DataAnnotations;
using Lethe.Contracts;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Hosting;

/// <summary>What the whole host is told: the configuration's root.</summary>
internal sealed class ControlOptions
{
    /// <summary>Gets or sets what this deployment is: <c>production</c> (default), or <c>local</c>, where mail may go to a folder.</summary>
    [Required, RegularExpression("local|production")]
    public string Deployment { get; set; } = "production";

    /// <summary>Gets or sets the region: <c>eu</c> or <c>ch</c>.</summary>
    [Required, RegularExpression("eu|ch")]
    public string Region { get; set; } = string.Empty;

    /// <summary>Gets or sets the address that clients know.</summary>
    [Required, Url]
    public string PublicUrl { get; set; } = string.Empty;

    /// <summary>Gets or sets the certificate authority of our own cells, PEM; null for the system's.</summary>
    public string? TrustedCa { get; set; }

    /// <summary>Gets or sets the certificate shown to other cells, PEM.</summary>
    public string? ClientCertificate { get; set; }

    /// <summary>Gets or sets its private key, PEM.</summary>
    public string? ClientCertificateKey { get; set; }

    /// <summary>Gets or sets every cell, this one too.</summary>
    [Required, MinLength(1), ValidateEnumeratedItems]
    public IList<CellOptions> Cells { get; set; } = [];

    /// <summary>Gets this cell's region.</summary>
    public Region Here => RegionNames.TryParse(Region, out Region region) ? region : throw new InvalidOperationException("No region.");

    /// <summary>Finds a cell.</summary>
    /// <param name="region">Its region.</param>
    /// <returns>The cell; null when none is configured.</returns>
    public CellOptions? Cell(Region region) => Cells.FirstOrDefault(cell => cell.Region == region.ToName());
}

/// <summary>One cell as the others know it.</summary>
internal sealed class CellOptions
{
    /// <summary>Gets or sets the region.</summary>
    [Required, RegularExpression("eu|ch")]
    public string Region { get; set; } = string.Empty;

    /// <summary>Gets or sets the Gateway's address.</summary>
    [Required, Url]
    public string GatewayUrl { get; set; } = string.Empty;

    /// <summary>Gets or sets Control's address.</summary>
    [Required, Url]
    public string ControlUrl { get; set; } = string.Empty;

    /// <summary>Gets or sets the address of Control's cell port; null when this cell does not talk to it.</summary>
    [Url]
    public string? CellUrl { get; set; }

    /// <summary>Gets or sets the name in its Control's client certificate; default <c>control.{region}.lethe</c>.</summary>
    public string? PeerName { get; set; }

    /// <summary>Gets or sets the public key that verifies what it signs, PEM file.</summary>
    public string? RecordKey { get; set; }

    /// <summary>Gets the name to find in its certificate.</summary>
    public string ExpectedName => PeerName ?? $"control.{Region}.lethe";
}

/// <summary>Where people's clients connect.</summary>
internal sealed class ListenOptions
{
    /// <summary>Gets or sets the address; default loopback.</summary>
    [Required]
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>Gets or sets the port; 0 for a free one.</summary>
    [Range(0, 65535)]
    public int Port { get; set; }

    /// <summary>Gets or sets the port for other cells' Controls; null for none, 0 for a free one.</summary>
    [Range(0, 65535)]
    public int? CellPort { get; set; }

    /// <summary>Gets or sets the certificate, PEM file.</summary>
    [Required]
    public string Certificate { get; set; } = string.Empty;

    /// <summary>Gets or sets its private key, PEM file.</summary>
    [Required]
    public string CertificateKey { get; set; } = string.Empty;
}

/// <summary>Where the operator connects.</summary>
internal sealed class ManagementOptions
{
    /// <summary>Gets or sets the address; default loopback.</summary>
    [Required]
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>Gets or sets the port; 0 for a free one.</summary>
    [Range(0, 65535)]
    public int Port { get; set; }
}

/// <summary>The records silos.</summary>
internal sealed class RecordsClusterOptions
{
    /// <summary>Gets or sets the cluster's id.</summary>
    [Required]
    public string ClusterId { get; set; } = string.Empty;

    /// <summary>Gets or sets the service's id.</summary>
    [Required]
    public string ServiceId { get; set; } = string.Empty;

    /// <summary>Gets or sets how silos are found: <c>development</c> (by address) or <c>database</c>.</summary>
    [Required, RegularExpression("development|database")]
    public string Clustering { get; set; } = "development";

    /// <summary>Gets or sets the silos' gateways, for <c>development</c>.</summary>
    public IList<string> Gateways { get; set; } = [];
}

/// <inheritdoc/>
[OptionsValidator]
internal sealed partial class ControlOptionsValidator : IValidateOptions<ControlOptions>;

/// <inheritdoc/>
[OptionsValidator]
internal sealed partial class ListenOptionsValidator : IValidateOptions<ListenOptions>;

/// <inheritdoc/>
[OptionsValidator]
internal sealed partial class ManagementOptionsValidator : IValidateOptions<ManagementOptions>;

/// <inheritdoc/>
[OptionsValidator]
internal sealed partial class RecordsClusterOptionsValidator : IValidateOptions<RecordsClusterOptions>;
