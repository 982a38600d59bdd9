using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Lethe.Gateway.Models;

/// <summary>Where the route table stands and how patient we are with vendors. Section <c>Routes</c>.</summary>
public sealed class ModelOptions
{
    /// <summary>Gets or sets the route table's file, <c>deploy/routes/{region}.json</c>.</summary>
    [Required]
    public string File { get; set; } = "";

    /// <summary>Gets or sets the folder whose files hold the vendors' keys, by name. Null: routes with a secret are closed.</summary>
    public string? SecretsFolder { get; set; }

    /// <summary>Gets or sets whether an endpoint may be literally this machine. For tests and trials only; default no.</summary>
    public bool AllowLoopback { get; set; }

    /// <summary>Gets or sets a PEM file with the only authorities that vendors' certificates may have. Null: the system's.</summary>
    public string? TrustedCa { get; set; }

    /// <summary>Gets or sets how long reaching a vendor may take. 1 to 60 s; default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets or sets how long a vendor may think before the first byte. Up to 30 min; default 3 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:30:00")]
    public TimeSpan FirstByteTimeout { get; set; } = TimeSpan.FromMinutes(3);

    /// <summary>Gets or sets how long an answer may pause. Up to 30 min; default 2 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:30:00")]
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Gets or sets how long an answer may take in all. Up to 1 h; default 15 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan TotalTimeout { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Gets or sets how many bytes an answer may have on the wire. 64 KiB to 256 MiB; default 32 MiB.</summary>
    [Range(64 * 1024, 256 * 1024 * 1024)]
    public int MaxAnswerBytes { get; set; } = 32 * 1024 * 1024;

    /// <summary>Gets or sets how many runs of the embedded model may compute at a time. 1 to 64; default 2.</summary>
    [Range(1, 64)]
    public int EmbeddedRuns { get; set; } = 2;
}

[OptionsValidator]
internal sealed partial class ModelOptionsValidator : IValidateOptions<ModelOptions>;
