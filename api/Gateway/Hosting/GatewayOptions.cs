using System.ComponentModel.DataAnnotations;
using System.Net;
using Lethe.Contracts;
using Microsoft.Extensions.Options;

namespace Lethe.Gateway.Hosting;

/// <summary>Which cell this Gateway stands in, and which there are. Bound to the configuration's root.</summary>
public sealed class CellsOptions : IValidatableObject
{
    /// <summary>Gets or sets this cell's region.</summary>
    [Required]
    public Region? Region { get; set; }

    /// <summary>Gets or sets the URL under which plugins reach this cell's Gateways: https, no path.</summary>
    [Required]
    public Uri? PublicUrl { get; set; }

    /// <summary>Gets or sets the URL of this cell's Control: https, no path.</summary>
    [Required]
    public Uri? ControlUrl { get; set; }

    /// <summary>Gets or sets every cell, this one included.</summary>
    [MinLength(1)]
    public IList<CellOptions> Cells { get; set; } = [];

    /// <summary>Gets or sets the PEM file of the one certificate authority that Controls are trusted by; null for those of the system.</summary>
    public string? TrustedCa { get; set; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (Uri? url in Cells.SelectMany(cell => new[] { cell.GatewayUrl, cell.ControlUrl }).Append(PublicUrl).Append(ControlUrl))
        {
            if (url is null || !url.IsAbsoluteUri || url.Scheme != Uri.UriSchemeHttps || url.PathAndQuery != "/")
            {
                yield return new ValidationResult("Every URL of a cell is https and has no path.");
                yield break;
            }
        }
        if (Cells.Count(cell => cell.Region == Region) != 1 || Cells.DistinctBy(cell => cell.Region).Count() != Cells.Count)
        {
            yield return new ValidationResult("Cells names each region once, and this one among them.");
        }
    }
}

/// <summary>One cell.</summary>
public sealed class CellOptions
{
    /// <summary>Gets or sets its region.</summary>
    public Region Region { get; set; }

    /// <summary>Gets or sets the URL of its Gateways.</summary>
    public Uri? GatewayUrl { get; set; }

    /// <summary>Gets or sets the URL of its Control, which has the issuer directory.</summary>
    public Uri? ControlUrl { get; set; }
}

/// <summary>Where the Gateway listens for plugins. TLS 1.3 only.</summary>
public sealed class ListenOptions
{
    /// <summary>Gets or sets the IP address; default loopback.</summary>
    [Required]
    public string Address { get; set; } = IPAddress.Loopback.ToString();

    /// <summary>Gets or sets the port; 0 for a free one. Default 7101.</summary>
    [Range(0, 65535)]
    public int Port { get; set; } = 7101;

    /// <summary>Gets or sets the PEM file of the certificate, its chain behind it.</summary>
    [Required]
    public string? Certificate { get; set; }

    /// <summary>Gets or sets the PEM file of its private key.</summary>
    [Required]
    public string? CertificateKey { get; set; }
}

/// <summary>Where health and metrics are. Plain HTTP, so loopback or a network that only the operator reaches.</summary>
public sealed class ManagementOptions
{
    /// <summary>Gets or sets the IP address; default loopback.</summary>
    [Required]
    public string Address { get; set; } = IPAddress.Loopback.ToString();

    /// <summary>Gets or sets the port; 0 for a free one. Default 7111.</summary>
    [Range(0, 65535)]
    public int Port { get; set; } = 7111;
}

/// <summary>Which session silos the Gateway calls.</summary>
public sealed class SessionClusterOptions : IValidatableObject
{
    /// <summary>Gets or sets the cluster's id.</summary>
    [Required]
    public string? ClusterId { get; set; }

    /// <summary>Gets or sets the service's id.</summary>
    [Required]
    public string? ServiceId { get; set; }

    /// <summary>Gets or sets how silos are found: <c>development</c> (the list in Gateways) or <c>database</c>.</summary>
    [Required, AllowedValues("development", "database")]
    public string Clustering { get; set; } = "development";

    /// <summary>Gets or sets the silos' Orleans gateways as <c>address:port</c>, for development.</summary>
    public IList<string> Gateways { get; set; } = [];

    /// <summary>Gets or sets how long a call may take. 1 second to 5 minutes; default 20 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Clustering == "development" && (Gateways.Count == 0 || Gateways.Any(text => !IPEndPoint.TryParse(text, out _))))
        {
            yield return new ValidationResult("Development clustering needs Gateways as address:port.");
        }
    }
}

/// <summary>The content plane's database, of which the Gateway reads the cluster's membership only.</summary>
public sealed class MembershipOptions
{
    /// <summary>Gets or sets the provider: <c>postgresql</c>, or <c>sqlite</c>, which has no clustering.</summary>
    public string? Provider { get; set; }

    /// <summary>Gets or sets the connection string.</summary>
    public string? ConnectionString { get; set; }
}

/// <summary>Which web pages may call.</summary>
public sealed class CorsOptions
{
    /// <summary>Gets or sets the origins of the plugin's pages, as <c>https://host</c>. None by default.</summary>
    public IList<string> Origins { get; set; } = [];
}

[OptionsValidator]
internal sealed partial class CellsOptionsValidator : IValidateOptions<CellsOptions>;

[OptionsValidator]
internal sealed partial class ListenOptionsValidator : IValidateOptions<ListenOptions>;

[OptionsValidator]
internal sealed partial class ManagementOptionsValidator : IValidateOptions<ManagementOptions>;

[OptionsValidator]
internal sealed partial class SessionClusterOptionsValidator : IValidateOptions<SessionClusterOptions>;
