using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Lethe.Admission;

/// <summary>How long tokens are redeemable and how long a spent one is remembered. Section <c>Admission</c>.</summary>
public sealed class AdmissionOptions : IValidatableObject
{
    /// <summary>Gets or sets how long after its epoch began a token is redeemable: its own and the three following epochs. 1 second to 30 days; default 4 days.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan RedeemableFor { get; set; } = TimeSpan.FromDays(4);

    /// <summary>
    /// Gets or sets how long after its epoch began a spent token is remembered. More than <see cref="RedeemableFor"/> by at least what the
    /// clocks of two silos may differ: one that is behind would else accept a token that the other has forgotten. 2 seconds to 60 days; default 5 days.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:02", "60.00:00:00")]
    public TimeSpan RememberedFor { get; set; } = TimeSpan.FromDays(5);

    /// <summary>Gets or sets how often epochs that are over are deleted. 1 second to 1 day; default 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan PurgeEvery { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Gets or sets how long the store may take for an answer. 1 to 25 seconds, which is under Orleans' response timeout; default 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:00:25")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (RememberedFor <= RedeemableFor)
        {
            yield return new ValidationResult("RememberedFor is not longer than RedeemableFor: a spent token could be spent again.");
        }
    }
}

[OptionsValidator]
internal sealed partial class AdmissionOptionsValidator : IValidateOptions<AdmissionOptions>;
