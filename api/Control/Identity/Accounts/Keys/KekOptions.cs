using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Identity.Accounts.Keys;

/// <summary>The cell's key-encryption key: section <c>Kek</c>, the same file that the records silos have.</summary>
internal sealed class KekOptions
{
    /// <summary>Gets or sets the file: 32 bytes in base64url, readable by its owner only.</summary>
    [Required]
    public string File { get; set; } = string.Empty;

    /// <summary>Gets or sets the files of earlier KEKs, whose data is still read and never written.</summary>
    public IList<string> Previous { get; set; } = [];
}

/// <inheritdoc/>
[OptionsValidator]
internal sealed partial class KekOptionsValidator : IValidateOptions<KekOptions>;
