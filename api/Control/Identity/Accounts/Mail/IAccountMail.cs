using Lethe.Control.Wording;

namespace Lethe.Control.Identity.Accounts.Mail;

/// <summary>
/// The mails about accounts, each in the account's language. A link goes to one of the pages <c>/account/…</c> with the code in
/// the fragment (<c>#code</c>), which reaches no server and no log; the mail shows the code too, for browsers without script.
/// Each is queued and answered at once: nobody can tell by the time whether a mail went out.
/// </summary>
internal interface IAccountMail
{
    /// <summary>Invites somebody.</summary>
    /// <param name="to">To whom.</param>
    /// <param name="code">The code of <c>/account/invitation</c>.</param>
    /// <param name="left">How long the code is good; null for as long as a new one.</param>
    void Invitation(Recipient to, string code, TimeSpan? left = null);

    /// <summary>Tells somebody who was invited by another tenant that the address has an account already. Nobody else learns that.</summary>
    /// <param name="to">To whom.</param>
    void AlreadyHasAccount(Recipient to);

    /// <summary>Sends the link of a reset.</summary>
    /// <param name="to">To whom.</param>
    /// <param name="code">The code of <c>/account/reset</c>.</param>
    /// <param name="left">How long the code is good; null for as long as a new one.</param>
    void Reset(Recipient to, string code, TimeSpan? left = null);

    /// <summary>Asks a new address to confirm that it is the account's.</summary>
    /// <param name="to">The new address.</param>
    /// <param name="code">The code of <c>/account/email</c>.</param>
    /// <param name="left">How long the code is good; null for as long as a new one.</param>
    void ConfirmEmail(Recipient to, string code, TimeSpan? left = null);

    /// <summary>Tells the old address, and the new one, that the address was changed.</summary>
    /// <param name="to">One of both addresses.</param>
    void EmailChanged(Recipient to);

    /// <summary>Tells that the password was set or changed.</summary>
    /// <param name="to">The account's address.</param>
    void PasswordChanged(Recipient to);

    /// <summary>Tells that a passkey was added.</summary>
    /// <param name="to">The account's address.</param>
    void PasskeyAdded(Recipient to);
}

/// <summary>To whom a mail goes.</summary>
/// <param name="Address">The address.</param>
/// <param name="Language">One of <see cref="LanguageCodes.All"/>.</param>
internal sealed record Recipient(string Address, string Language)
{
    /// <inheritdoc/>
    public override string ToString() => nameof(Recipient);
}
