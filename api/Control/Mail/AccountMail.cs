using Lethe.Control.Identity.Accounts;
using Lethe.Control.Identity.Accounts.Mail;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Mail;

/// <summary>Posts the mails about accounts.</summary>
/// <param name="queue">The queue.</param>
/// <param name="accounts">How long codes are good.</param>
internal sealed class AccountMail(MailQueue queue, IOptions<AccountsOptions> accounts) : IAccountMail
{
    /// <inheritdoc/>
    public void Invitation(Recipient to, string code, TimeSpan? left = null) =>
        Post(MailKind.Invitation, to, code, left ?? accounts.Value.InvitationLifetime);

    /// <inheritdoc/>
    public void AlreadyHasAccount(Recipient to) => Post(MailKind.AlreadyHasAccount, to);

    /// <inheritdoc/>
    public void Reset(Recipient to, string code, TimeSpan? left = null) =>
        Post(MailKind.PasswordReset, to, code, left ?? accounts.Value.ResetLifetime);

    /// <inheritdoc/>
    public void ConfirmEmail(Recipient to, string code, TimeSpan? left = null) =>
        Post(MailKind.EmailChange, to, code, left ?? accounts.Value.ResetLifetime);

    /// <inheritdoc/>
    public void EmailChanged(Recipient to) => Post(MailKind.EmailChanged, to);

    /// <inheritdoc/>
    public void PasswordChanged(Recipient to) => Post(MailKind.PasswordChanged, to);

    /// <inheritdoc/>
    public void PasskeyAdded(Recipient to) => Post(MailKind.PasskeyAdded, to);

    // A mail that finds no room is counted in the log; whoever misses it asks again.
    private void Post(MailKind kind, Recipient to, string? code = null, TimeSpan? validFor = null) =>
        queue.TryPost(new(kind, to.Address, to.Language, code, validFor));
}
