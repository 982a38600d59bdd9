using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Discovery;

/// <summary>The keys of the directory. Configuration: <c>Directory</c>.</summary>
internal sealed class DirectoryOptions
{
    /// <summary>Gets or sets the file of the key that the cells share for domains: 32 bytes, base64url.</summary>
    [Required]
    public string DomainKeyFile { get; set; } = string.Empty;

    /// <summary>Gets or sets the file of the private key that signs what this cell tells others: EC P-256, PEM.</summary>
    [Required]
    public string RecordKeyFile { get; set; } = string.Empty;

    /// <summary>Gets or sets the time that every discovery takes, or a multiple of it. 0 to 5 seconds; default 50 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:05")]
    public TimeSpan AnswerAfter { get; set; } = TimeSpan.FromMilliseconds(50);
}

/// <inheritdoc/>
[OptionsValidator]
internal sealed partial class DirectoryOptionsValidator : IValidateOptions<DirectoryOptions>;
