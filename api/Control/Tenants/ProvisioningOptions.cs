using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Tenants;

/// <summary>Tenants from configuration: <c>Provisioning</c>. Those of other regions are the other cells' business.</summary>
internal sealed class ProvisioningOptions
{
    /// <summary>Gets or sets the tenants.</summary>
    [ValidateEnumeratedItems]
    public IList<ProvisionedTenant> Tenants { get; set; } = [];

    /// <summary>Gets or sets when what failed is tried again. 100 ms to 10 minutes; default 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(5);
}

/// <summary>A tenant.</summary>
internal sealed class ProvisionedTenant
{
    /// <summary>Gets or sets the id.</summary>
    [Required]
    public string Id { get; set; } = string.Empty;

    /// <summary>Gets or sets the region it begins in.</summary>
    [Required, RegularExpression("eu|ch")]
    public string Region { get; set; } = string.Empty;

    /// <summary>Gets or sets the policy class.</summary>
    [Required]
    public string PolicyClass { get; set; } = string.Empty;

    /// <summary>Gets or sets the login domains.</summary>
    public IList<string> Domains { get; set; } = [];

    /// <summary>Gets or sets the accounts; at least one owner.</summary>
    [MinLength(1), ValidateEnumeratedItems]
    public IList<ProvisionedMember> Members { get; set; } = [];

    /// <summary>Gets or sets how many tokens an account may draw in an epoch; null for the cell's.</summary>
    [Range(1, 100_000)]
    public int? AccountTokensPerEpoch { get; set; }

    /// <summary>Gets or sets how many tokens the tenant may draw in an epoch; null for the cell's.</summary>
    [Range(1, 10_000_000)]
    public int? TenantTokensPerEpoch { get; set; }
}

/// <summary>An account of a tenant.</summary>
internal sealed class ProvisionedMember
{
    /// <summary>Gets or sets the <c>sub</c> at the tenant's issuer; null for an account of our own.</summary>
    [MaxLength(255)]
    public string? Subject { get; set; }

    /// <summary>Gets or sets the address to invite, for an account of our own; null for one of the tenant's issuer.</summary>
    [EmailAddress, MaxLength(254)]
    public string? Email { get; set; }

    /// <summary>Gets or sets the language of the invitation: <c>de</c>, <c>en</c>, <c>fr</c> or <c>it</c>.</summary>
    [RegularExpression("de|en|fr|it")]
    public string? Language { get; set; }

    /// <summary>Gets a value indicating whether it says exactly one of both.</summary>
    public bool IsOne => string.IsNullOrEmpty(Subject) != string.IsNullOrEmpty(Email) && (Email is null || Issuer is null);

    /// <summary>Gets or sets the issuer; null for the tenant's only one.</summary>
    public string? Issuer { get; set; }

    /// <summary>Gets or sets the roles: <c>owner</c>, <c>member</c>, <c>userAdmin</c>, …</summary>
    [MinLength(1)]
    public IList<string> Roles { get; set; } = [];
}

/// <inheritdoc/>
[OptionsValidator]
internal sealed partial class ProvisioningOptionsValidator : IValidateOptions<ProvisioningOptions>;

/// <summary>Refuses accounts that are neither ours nor another issuer's, or both.</summary>
internal sealed class ProvisioningRules : IValidateOptions<ProvisioningOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ProvisioningOptions options) =>
        options.Tenants.All(tenant => tenant.Members.All(member => member.IsOne))
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail("Provisioning:Tenants: a member has either Email, or Subject.");
}
