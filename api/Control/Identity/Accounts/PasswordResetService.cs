using Lethe.Contracts.Ledger;
using Lethe.Control.Identity.Accounts.Mail;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Identity.Accounts;

/// <summary>
/// A forgotten password or a lost passkey, mended by its owner by mail. The answer to a request is always the same and comes
/// before anything is looked up; completion ends everything that was signed in.
/// </summary>
/// <param name="users">The accounts.</param>
/// <param name="links">The codes.</param>
/// <param name="credentials">Sets the new one.</param>
/// <param name="sessions">Ends what is signed in.</param>
/// <param name="attempts">Unlocks the address.</param>
/// <param name="limits">The limits.</param>
/// <param name="queue">Where the look-up and the mail happen.</param>
/// <param name="invitations">For who has not accepted yet.</param>
/// <param name="ledger">Records it first.</param>
/// <param name="mail">The mails.</param>
/// <param name="options">How long a link is good.</param>
internal sealed class PasswordResetService(
    UserManager<Account> users,
    AccountLinks links,
    AccountCredentials credentials,
    AccountSessions sessions,
    Attempts attempts,
    AttemptLimits limits,
    ResetQueue queue,
    InvitationService invitations,
    AccountLedger ledger,
    IAccountMail mail,
    IOptions<AccountsOptions> options
)
{
    private const int LongestEmail = 254;

    /// <summary>Takes a request. Say the same to everybody, whatever was typed.</summary>
    /// <param name="email">The address, as typed.</param>
    /// <param name="network">From where.</param>
    /// <returns>False when this network asks too often; otherwise true, which tells nothing.</returns>
    public bool Request(string? email, string network)
    {
        string address = email?.Trim() is { Length: <= LongestEmail } typed ? typed : string.Empty;
        if (!limits.TryEnter(network, address))
        {
            return false;
        }
        if (limits.TryMail(address))
        {
            queue.Add(address);
        }
        return true;
    }

    /// <summary>Looks an address up and sends what is due: a link, the invitation again, or nothing.</summary>
    /// <param name="email">The address, as typed.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>When the mail, if any, is queued.</returns>
    public async Task SendAsync(string email, CancellationToken cancellationToken)
    {
        if (await users.FindByEmailAsync(email) is { } account)
        {
            await SendAsync(account, cancellationToken);
        }
    }

    /// <summary>Sends the link to an account's owner: all that support can do.</summary>
    /// <param name="account">The account.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>When the mail is queued. Nothing is sent to a deactivated account.</returns>
    public async Task SendAsync(Account account, CancellationToken cancellationToken)
    {
        if (account.Status == AccountStatus.Invited)
        {
            await invitations.ResendAsync(account.Id, cancellationToken);
        }
        else if (account is { Status: AccountStatus.Active, Email: { } address })
        {
            string code = await links.MakeAsync(account.Id, LinkPurpose.Reset, options.Value.ResetLifetime, null, cancellationToken);
            mail.Reset(new(address, account.Language), code);
        }
    }

    /// <summary>Finds whose link this is, to offer a passkey. Uses nothing up.</summary>
    /// <param name="code">The code, as it came.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The account; null when the link is not good.</returns>
    public async Task<Account?> FindAsync(string? code, CancellationToken cancellationToken) =>
        await links.FindAsync(code, LinkPurpose.Reset, cancellationToken) is { } link
        && await users.FindByIdAsync(link.AccountId) is { Status: AccountStatus.Active } account
            ? account
            : null;

    /// <summary>Sets a new password or passkey. A refused choice does not use the link up.</summary>
    /// <param name="code">The code, as it came.</param>
    /// <param name="credential">The choice.</param>
    /// <param name="cancellationToken">Observed until the link is used.</param>
    /// <returns>How it ended.</returns>
    public async Task<CredentialOutcome> CompleteAsync(string? code, NewCredential credential, CancellationToken cancellationToken)
    {
        if (
            await links.FindAsync(code, LinkPurpose.Reset, cancellationToken) is not { } link
            || await users.FindByIdAsync(link.AccountId) is not { Status: AccountStatus.Active, Email: { } address } account
        )
        {
            return CredentialOutcome.LinkInvalid;
        }
        (CredentialOutcome judged, UserPasskeyInfo? passkey) = await credentials.JudgeAsync(account, credential);
        if (judged != CredentialOutcome.Done)
        {
            return judged;
        }
        if (!await links.UseAsync(link, cancellationToken))
        {
            return CredentialOutcome.LinkInvalid;
        }
        await ledger.RecordAsync(LedgerEvent.AccessReset, account, CancellationToken.None);
        await credentials.SetAsync(account, credential, passkey);
        await sessions.EndAllAsync(account, CancellationToken.None);
        await links.EndAllAsync(account.Id, CancellationToken.None);
        await attempts.ClearAsync(address, CancellationToken.None);
        mail.PasswordChanged(new(address, account.Language));
        return CredentialOutcome.Done;
    }
}
