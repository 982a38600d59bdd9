using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Lethe.Records.Support;

/// <summary>How long and how much support keeps. Section <c>Support</c>.</summary>
public sealed class SupportOptions
{
    /// <summary>Gets or sets how long a case lives at most. 1 minute to 365 days; default 90 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00")]
    public TimeSpan CaseLifetime { get; set; } = TimeSpan.FromDays(90);

    /// <summary>Gets or sets how long a message is kept. 1 minute to 90 days; default 30 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "90.00:00:00")]
    public TimeSpan MessageLifetime { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Gets or sets how long a consent holds when the user does not say. 1 minute to 30 days; default 7 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan ShareLifetime { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Gets or sets the longest that a consent may hold. 1 minute to 30 days; default 30 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan MaxShareLifetime { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Gets or sets how often expired cases and shares are swept. 1 minute to 1 day; default 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan SweepPeriod { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Gets or sets how many open cases an account may have. 1 to 1000; default 20.</summary>
    [Range(1, 1000)]
    public int MaxCasesPerAccount { get; set; } = 20;

    /// <summary>Gets or sets how many messages a case may hold. 1 to 1000; default 200.</summary>
    [Range(1, 1000)]
    public int MaxMessagesPerCase { get; set; } = 200;

    /// <summary>Gets or sets how many open shares a case may have. 1 to 100; default 10.</summary>
    [Range(1, 100)]
    public int MaxSharesPerCase { get; set; } = 10;
}

/// <summary>Checks <see cref="SupportOptions"/> at start.</summary>
[OptionsValidator]
internal sealed partial class SupportOptionsValidator : IValidateOptions<SupportOptions>;
