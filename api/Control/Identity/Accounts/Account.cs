using Lethe.Control.Wording;
using Microsoft.AspNetCore.Identity;

namespace Lethe.Control.Identity.Accounts;

/// <summary>How an account stands.</summary>
internal enum AccountStatus
{
    /// <summary>Invited: there is no way to sign in until the invitation is accepted.</summary>
    Invited = 0,

    /// <summary>May sign in.</summary>
    Active = 1,

    /// <summary>May not sign in; its sessions and tokens are ended.</summary>
    Deactivated = 2,
}

/// <summary>
/// One person's way to sign in. The id is random and is the <c>sub</c> of its tokens; it is the user name too, so that no
/// e-mail address stands where a name is shown or logged. The address is the only thing here that tells who it is, and its
/// columns are encrypted.
/// </summary>
internal sealed class Account : IdentityUser
{
    /// <summary>Initializes a new instance of the <see cref="Account"/> class, with a new random id.</summary>
    public Account()
    {
        Id = NewId();
        UserName = Id;
        LockoutEnabled = false; // attempts are counted per address typed, whether it has an account or not
    }

    /// <summary>Gets or sets the tenant; null for the operator's own staff.</summary>
    public string? TenantId { get; set; }

    /// <summary>Gets or sets a value indicating whether it is the operator's staff.</summary>
    public bool Staff { get; set; }

    /// <summary>Gets or sets the language of mails and pages: <c>de</c>, <c>en</c>, <c>fr</c> or <c>it</c>.</summary>
    public string Language { get; set; } = LanguageCodes.Default;

    /// <summary>Gets or sets how it stands.</summary>
    public AccountStatus Status { get; set; }

    /// <summary>Gets or sets when it was made.</summary>
    public DateTime CreatedAt { get; set; }

    /// <summary>Makes an id: 122 random bits, 32 hex digits.</summary>
    /// <returns>The id.</returns>
    public static string NewId() => Guid.NewGuid().ToString("N");

    /// <inheritdoc/>
    public override string ToString() => nameof(Account);
}
