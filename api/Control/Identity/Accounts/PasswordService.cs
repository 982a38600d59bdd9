using Lethe.Contracts.Ledger;
using Lethe.Control.Identity.Accounts.Mail;
using Microsoft.AspNetCore.Identity;

namespace Lethe.Control.Identity.Accounts;

/// <summary>An account's owner sets, changes or removes the password. It is never required.</summary>
/// <param name="users">The accounts.</param>
/// <param name="signIn">Verifies the present password, counted.</param>
/// <param name="sessions">Ends the others.</param>
/// <param name="cookies">Renews this browser's cookie.</param>
/// <param name="limits">The limits.</param>
/// <param name="ledger">Records it first.</param>
/// <param name="mail">Tells the owner.</param>
internal sealed class PasswordService(
    UserManager<Account> users,
    SignInService signIn,
    AccountSessions sessions,
    SignInManager<Account> cookies,
    AttemptLimits limits,
    AccountLedger ledger,
    IAccountMail mail
)
{
    /// <summary>Changes the password, or sets the first one. Everything else that is signed in ends.</summary>
    /// <param name="account">The account.</param>
    /// <param name="present">The present one; ignored when there is none.</param>
    /// <param name="wanted">The new one.</param>
    /// <param name="network">From where.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>How it ended.</returns>
    public async Task<CredentialOutcome> ChangeAsync(
        Account account,
        string? present,
        string? wanted,
        string network,
        CancellationToken cancellationToken
    )
    {
        if (PasswordRules.Judge(account, wanted) is var judged and not CredentialOutcome.Done)
        {
            return judged;
        }
        string address = account.Email ?? throw new InvalidOperationException("An account has an address.");
        if (account.PasswordHash is not null)
        {
            if (!limits.TryEnter(network, address))
            {
                return CredentialOutcome.TooMany;
            }
            if ((await signIn.VerifyAsync(address, present, cancellationToken))?.Id != account.Id)
            {
                return CredentialOutcome.PasswordWrong;
            }
        }
        await ledger.RecordAsync(
            account.PasswordHash is null ? LedgerEvent.PasswordSet : LedgerEvent.PasswordChanged,
            account,
            cancellationToken
        );
        account.PasswordHash = users.PasswordHasher.HashPassword(account, wanted!);
        await sessions.EndAllAsync(account, cancellationToken); // stores the account with its new stamp
        await cookies.RefreshSignInAsync(account);
        mail.PasswordChanged(new(address, account.Language));
        return CredentialOutcome.Done;
    }

    /// <summary>Removes the password of somebody who has a passkey.</summary>
    /// <param name="account">The account.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Whether it was removed.</returns>
    public async Task<bool> RemoveAsync(Account account, CancellationToken cancellationToken)
    {
        if (account.PasswordHash is null || (await users.GetPasskeysAsync(account)).Count == 0)
        {
            return false;
        }
        await ledger.RecordAsync(LedgerEvent.PasswordRemoved, account, cancellationToken);
        account.PasswordHash = null;
        await sessions.EndAllAsync(account, cancellationToken);
        await cookies.RefreshSignInAsync(account);
        mail.PasswordChanged(new(account.Email!, account.Language));
        return true;
    }
}
