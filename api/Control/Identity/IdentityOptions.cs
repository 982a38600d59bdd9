using System.ComponentModel.DataAnnotations;
using System.Net;
using Lethe.Contracts.Tenants;
using Lethe.Control.Hosting;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Identity;

/// <summary>Whose access tokens Control accepts.</summary>
internal sealed class IdentityOptions
{
    /// <summary>Gets or sets what this deployment is: only <c>local</c> may have a development issuer.</summary>
    [Required, RegularExpression("local|production")]
    public string Deployment { get; set; } = "production";

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
    /// <summary>The issuers of <c>deploy/Local</c> have this name, or begin with it and a colon.</summary>
    public const string Development = "urn:lethe:development-issuer";

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

    /// <summary>Gets a value indicating whether it is a development issuer.</summary>
    public bool IsDevelopment => Issuer == Development || Issuer.StartsWith(Development + ":", StringComparison.Ordinal);
}

/// <inheritdoc/>
[OptionsValidator]
internal sealed partial class IdentityOptionsValidator : IValidateOptions<IdentityOptions>;

/// <summary>Refuses issuers of two masters, and a development issuer where others could reach it.</summary>
/// <param name="listen">Where the host listens.</param>
/// <param name="management">Where the host listens for the operator.</param>
internal sealed class IssuerRules(IOptions<ListenOptions> listen, IOptions<ManagementOptions> management)
    : IValidateOptions<IdentityOptions>
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
        if (options.Issuers.Any(issuer => issuer.IsDevelopment) && !IsLocal(options))
        {
            faults.Add("A development issuer is accepted only with Identity:Deployment=local and loopback addresses.");
        }
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private bool IsLocal(IdentityOptions options) =>
        options.Deployment == "local" && IsLoopback(listen.Value.Address) && IsLoopback(management.Value.Address);

    private static bool IsLoopback(string address) => IPAddress.TryParse(address, out IPAddress? parsed) && IPAddress.IsLoopback(parsed);
}
