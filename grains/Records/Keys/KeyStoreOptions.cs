using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Lethe.Records.Keys;

/// <summary>Where wrapped keys lie. Section <c>KeyStore</c>.</summary>
public sealed class KeyStoreOptions : IValidatableObject
{
    /// <summary>Gets or sets the kind of store: <c>folder</c> (one silo) or <c>database</c>. Default: folder.</summary>
    [AllowedValues("folder", "database", ErrorMessage = "KeyStore:Provider is neither 'folder' nor 'database'.")]
    public string Provider { get; set; } = "folder";

    /// <summary>Gets or sets the folder; for <c>folder</c>.</summary>
    public string? Path { get; set; }

    /// <summary>Gets or sets how to reach the key store's PostgreSQL database; for <c>database</c>. Never logged.</summary>
    public string? ConnectionString { get; set; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Provider == "folder" && string.IsNullOrWhiteSpace(Path))
        {
            yield return new ValidationResult("KeyStore:Path is missing.");
        }

        if (Provider == "database" && string.IsNullOrWhiteSpace(ConnectionString))
        {
            yield return new ValidationResult("KeyStore:ConnectionString is missing.");
        }
    }
}

/// <summary>Where the cell's key-encryption key lies. Section <c>Kek</c>.</summary>
public sealed class KekOptions
{
    /// <summary>Gets or sets the file: 32 bytes in base64url, mode 600.</summary>
    [Required(ErrorMessage = "Kek:File is missing.")]
    public string File { get; set; } = string.Empty;
}

[OptionsValidator]
internal sealed partial class KeyStoreOptionsValidator : IValidateOptions<KeyStoreOptions>;

[OptionsValidator]
internal sealed partial class KekOptionsValidator : IValidateOptions<KekOptions>;
