namespace Lethe.Control.Mail;

/// <summary>The mails that exist. There are no others.</summary>
internal enum MailKind
{
    /// <summary>Someone is invited to a tenant.</summary>
    Invitation,

    /// <summary>Someone is invited who has an account already.</summary>
    AlreadyHasAccount,

    /// <summary>Someone asked for a new password.</summary>
    PasswordReset,

    /// <summary>To a new address: confirms a change of e-mail address.</summary>
    EmailChange,

    /// <summary>To the old address and the new one: the address was changed.</summary>
    EmailChanged,

    /// <summary>The password was set, changed or removed.</summary>
    PasswordChanged,

    /// <summary>A passkey was added.</summary>
    PasskeyAdded,
}

/// <summary>A mail to be sent. It is kept in memory only, until it is sent or too old to be of use; that its link was not mailed yet stands with the link.</summary>
/// <param name="Kind">Which one.</param>
/// <param name="Address">To whom; a single address.</param>
/// <param name="Language">In which language.</param>
/// <param name="Code">The code of its link; null when the mail only tells something.</param>
/// <param name="ValidFor">How long the code is good; null without one.</param>
internal sealed record OutgoingMail(MailKind Kind, string Address, string Language, string? Code = null, TimeSpan? ValidFor = null)
{
    /// <inheritdoc/>
    public override string ToString() => Kind.ToString();
}
