namespace Lethe.Control.Identity.Accounts;

/// <summary>What a mailed link is good for.</summary>
internal enum LinkPurpose
{
    /// <summary>Accepts an invitation.</summary>
    Invitation = 0,

    /// <summary>Sets a new password or passkey.</summary>
    Reset = 1,

    /// <summary>Confirms a new e-mail address.</summary>
    EmailChange = 2,
}

/// <summary>A mailed link that is still good. Its row is deleted by whoever uses it first: that is what makes it single-use.</summary>
internal sealed class AccountLink
{
    /// <summary>Gets or sets SHA-256 of the code, 64 hex digits: the code itself is kept nowhere.</summary>
    public string CodeHash { get; set; } = string.Empty;

    /// <summary>Gets or sets the account.</summary>
    public string AccountId { get; set; } = string.Empty;

    /// <summary>Gets or sets what it is good for.</summary>
    public LinkPurpose Purpose { get; set; }

    /// <summary>Gets or sets when it ends.</summary>
    public DateTime ExpiresAt { get; set; }

    /// <summary>
    /// Gets or sets from when on any Control sends the mail again, with a new code: whoever had it in memory would have handed
    /// it over by then. Null once the mail was handed over, or refused for good.
    /// </summary>
    public DateTime? MailAfter { get; set; }

    /// <summary>Gets or sets the new e-mail address, for a change of it; encrypted.</summary>
    public string? NewEmail { get; set; }
}
