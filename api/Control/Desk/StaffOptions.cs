using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Lethe.Contracts.Support;
using Lethe.Contracts.Tenants;
using Lethe.Control.Identity;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Desk;

/// <summary>The operator's staff, section <c>Provisioning</c>. Who is not named any more loses every right at the next start.</summary>
internal sealed class StaffOptions
{
    /// <summary>Gets or sets the staff.</summary>
    [ValidateEnumeratedItems]
    public IList<StaffMemberOptions> Staff { get; set; } = [];
}

/// <summary>Someone of the staff.</summary>
internal sealed class StaffMemberOptions
{
    /// <summary>Gets or sets the address to invite, for an account of our own; null for one of another issuer of the operator's.</summary>
    [EmailAddress, MaxLength(254)]
    public string? Email { get; set; }

    /// <summary>Gets or sets the issuer, when it is the operator's other one.</summary>
    [MaxLength(512)]
    public string? Issuer { get; set; }

    /// <summary>Gets or sets the subject there. Stored as a pseudonym only.</summary>
    [MaxLength(255)]
    public string? Subject { get; set; }

    /// <summary>Gets or sets the roles: <c>support</c>, <c>operator</c>.</summary>
    public IList<string> Roles { get; set; } = [];

    /// <summary>Gets what the roles allow together.</summary>
    public Role AllRoles =>
        Roles.Aggregate(Role.None, (all, name) => Contracts.Tenants.Roles.TryParse(name, out Role role) ? all | role : all);

    /// <summary>Gets or sets the undertaking of confidentiality; without one nothing is shown.</summary>
    [ValidateObjectMembers]
    public UndertakingOptions? Undertaking { get; set; }
}

/// <summary>A signed undertaking of confidentiality.</summary>
internal sealed class UndertakingOptions
{
    private const string DayFormat = "yyyy-MM-dd";

    /// <summary>Gets or sets the day from which it is in force: <c>yyyy-MM-dd</c>.</summary>
    [Required, RegularExpression(@"\d{4}-\d{2}-\d{2}")]
    public string SignedOn { get; set; } = string.Empty;

    /// <summary>Gets or sets its last day (UTC): <c>yyyy-MM-dd</c>.</summary>
    [Required, RegularExpression(@"\d{4}-\d{2}-\d{2}")]
    public string ValidUntil { get; set; } = string.Empty;

    /// <summary>Gets or sets SHA-256 of the signed paper: 64 hex digits.</summary>
    [Required, RegularExpression("[0-9a-fA-F]{64}")]
    public string Sha256 { get; set; } = string.Empty;

    /// <summary>Gets a value indicating whether both days are days, in order.</summary>
    public bool IsDated =>
        DateOnly.TryParseExact(SignedOn, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly signed)
        && DateOnly.TryParseExact(ValidUntil, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly until)
        && signed <= until;

    /// <summary>Makes the undertaking.</summary>
    /// <returns>The undertaking.</returns>
    public Undertaking ToUndertaking() =>
        new(
            DateOnly.ParseExact(SignedOn, DayFormat, CultureInfo.InvariantCulture),
            DateOnly.ParseExact(ValidUntil, DayFormat, CultureInfo.InvariantCulture),
            Convert.FromHexString(Sha256)
        );
}

/// <inheritdoc/>
[OptionsValidator]
internal sealed partial class StaffOptionsValidator : IValidateOptions<StaffOptions>;

/// <summary>Refuses staff of a tenant's issuer, roles that are not the operator's to give, and undertakings without days.</summary>
/// <param name="issuers">The issuers.</param>
internal sealed class StaffRules(IssuerRegistry issuers) : IValidateOptions<StaffOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, StaffOptions options)
    {
        List<string> faults = [];
        if (options.Staff.Any(member => member.Email is null == string.IsNullOrEmpty(member.Subject)))
        {
            faults.Add("Provisioning:Staff: a member has either Email, or Issuer and Subject.");
        }
        if (
            options.Staff.Any(member =>
                member.Subject is not null && issuers.Find(member.Issuer) is not { Tenant: null, Kind: IssuerKind.Configured }
            )
        )
        {
            faults.Add("Provisioning:Staff: an Issuer is not the operator's own.");
        }
        if (
            options.Staff.Any(member =>
                member.Roles.Any(role => !Roles.TryParse(role, out Role known) || (known & Roles.OfOperator) == Role.None)
            )
        )
        {
            faults.Add("Provisioning:Staff: a role is not one of support and operator.");
        }
        if (options.Staff.Any(member => member.Undertaking is { IsDated: false }))
        {
            faults.Add("Provisioning:Staff: an Undertaking has no valid days.");
        }
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
