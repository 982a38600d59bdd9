using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Lethe.Sessions;

/// <summary>How long a session lives and how much it holds. Section <c>Sessions</c>.</summary>
public sealed class SessionOptions : IValidatableObject
{
    /// <summary>Gets or sets how long a session lives without a call. 1 second to 24 hours, at least a lease; default 30 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan IdleLifetime { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Gets or sets how long a session lives at most. 1 second to 24 hours, at least the idle lifetime; default 2 hours.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan TotalLifetime { get; set; } = TimeSpan.FromHours(2);

    /// <summary>Gets or sets how long a lease lives without being renewed. 1 second to 1 minute, so that a renewal's wait (a third) stays under Orleans' response timeout; default 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan LeaseLifetime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets how many sealed bytes a session holds, its manifest included. 1 KiB to 1 GiB; default 32 MiB.</summary>
    [Range(1024, 1 << 30)]
    public long MaxSealedBytes { get; set; } = 32 << 20;

    /// <summary>Gets or sets how many sealed bytes one item or the manifest has. 1 KiB to 16 MiB, which one Orleans message carries; default 16 MiB.</summary>
    [Range(1024, 16 << 20)]
    public int MaxItemBytes { get; set; } = 16 << 20;

    /// <summary>Gets or sets how many documents a session holds. 1 to 1,000; default 50.</summary>
    [Range(1, 1000)]
    public int MaxDocuments { get; set; } = 50;

    /// <summary>Gets or sets how many turns a session remembers. 1 to 10,000; default 200.</summary>
    [Range(1, 10_000)]
    public int MaxTurns { get; set; } = 200;

    /// <summary>Gets or sets how many stateless calls run at a time. 1 to 32; default 4.</summary>
    [Range(1, 32)]
    public int MaxCalls { get; set; } = 4;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (IdleLifetime < LeaseLifetime)
        {
            yield return new ValidationResult("IdleLifetime is shorter than LeaseLifetime: a running turn could outlive its session.");
        }
        if (TotalLifetime < IdleLifetime)
        {
            yield return new ValidationResult("TotalLifetime is shorter than IdleLifetime.");
        }
    }
}

[OptionsValidator]
internal sealed partial class SessionOptionsValidator : IValidateOptions<SessionOptions>;
