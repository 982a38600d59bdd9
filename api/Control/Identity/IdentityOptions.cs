using System.ComponentModel.DataAnnotations;
using Lethe.Contracts.Tenants;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Identity;

/// <summary>Whose access tokens Control accepts.</summary>
internal sealed class IdentityOptions
{
    /// <summary>Gets or sets the file of the cell's account key: 32 bytes, base64url.</summary>
    [Required]
    public string AccountKeyFile { get; set; } = string.Empty;

    /// <summary>Gets or sets the issuers. Each belongs to exactly one tenant or to the operator.</summary>
    [ValidateEnumeratedItems]
    public IList<IssuerOptions> Issuers { get; set; } = [];

    /// <summary>Gets or sets the longest lifetime of an access token that is accepted: up to 10 minutes, which is the default.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan MaxLifetime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Gets or sets how far clocks may differ: up to 60 seconds; default 30.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>One issuer.</summary>
internal sealed class IssuerOptions
{
    /// <summary>Gets or sets the <c>iss</c> of its tokens.</summary>
    [Required, MaxLength(512)]
    public string Issuer { get; set; } = string.Empty;

    /// <summary>Gets or sets the <c>aud</c> of its tokens; default <c>control</c>.</summary>
    [Required, MaxLength(512)]
    public string Audience { get; set; } = "control";

    /// <summary>Gets or sets the tenant; null for the operator's issuer.</summary>
    public string? Tenant { get; set; }

    /// <summary>Gets or sets a value indicating whether it is the operator's.</summary>
    public bool Operator { get; set; }

    /// <summary>Gets or sets the file of its public keys, a JWK set. Read again when it has changed.</summary>
    [Required]
    public string KeysFile { get; set; } = string.Empty;
}

/// <inheritdoc/>
[OptionsValidator]
internal sealed partial class IdentityOptionsValidator : IValidateOptions<IdentityOptions>;

/// <summary>Refuses issuers of two masters.</summary>
internal sealed class IssuerRules : IValidateOptions<IdentityOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, IdentityOptions options)
    {
        List<string> faults = [];
        if (options.Issuers.GroupBy(issuer => issuer.Issuer, StringComparer.Ordinal).Any(same => same.Count() > 1))
        {
            faults.Add("Identity:Issuers names an issuer twice: an issuer belongs to one tenant or to the operator.");
        }
        if (options.Issuers.Any(issuer => issuer.Operator == issuer.Tenant is not null))
        {
            faults.Add("Identity:Issuers: each issuer has either Tenant or Operator.");
        }
        if (options.Issuers.Any(issuer => issuer.Tenant is not null && !TenantId.TryParse(issuer.Tenant, out _)))
        {
            faults.Add("Identity:Issuers: a Tenant is no tenant id.");
        }
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
