using Lethe.Contracts.Ledger;
using Lethe.Control.Identity.Accounts.Mail;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Identity.Accounts;

/// <summary>An account's owner changes the address: the new one confirms, the old one is told.</summary>
/// <param name="users">The accounts.</param>
/// <param name="links">The codes.</param>
/// <param name="limits">The limits.</param>
/// <param name="ledger">Records it first.</param>
/// <param name="mail">The mails.</param>
/// <param name="options">How long a link is good.</param>
internal sealed class EmailChangeService(
    UserManager<Account> users,
    AccountLinks links,
    AttemptLimits limits,
    AccountLedger ledger,
    IAccountMail mail,
    IOptions<AccountsOptions> options
)
{
    /// <summary>Asks the new address to confirm. Says the same whether or not the address has an account.</summary>
    /// <param name="account">Whose address.</param>
    /// <param name="wanted">The new address, as typed.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>False when it is no address, or mails to it were too many.</returns>
    public async Task<bool> RequestAsync(Account account, string? wanted, CancellationToken cancellationToken)
    {
        if (!InvitationService.IsAddress(wanted, out string address) || !limits.TryMail(address))
        {
            return false;
        }
        if (await users.FindByEmailAsync(address) is not null)
        {
            mail.AlreadyHasAccount(new(address, account.Language));
            return true;
        }
        string code = await links.MakeAsync(account.Id, LinkPurpose.EmailChange, options.Value.ResetLifetime, address, cancellationToken);
        mail.ConfirmEmail(new(address, account.Language), code);
        return true;
    }

    /// <summary>Changes the address. Links that went to the old one end; both addresses are told.</summary>
    /// <param name="code">The code, as it came.</param>
    /// <param name="cancellationToken">Observed until the link is used.</param>
    /// <returns>Whether it was changed.</returns>
    public async Task<bool> CompleteAsync(string? code, CancellationToken cancellationToken)
    {
        if (
            await links.FindAsync(code, LinkPurpose.EmailChange, cancellationToken) is not { NewEmail: { } address } link
            || await users.FindByIdAsync(link.AccountId) is not { Status: AccountStatus.Active, Email: { } old } account
            || await users.FindByEmailAsync(address) is not null
            || !await links.UseAsync(link, cancellationToken)
        )
        {
            return false;
        }
        await ledger.RecordAsync(LedgerEvent.EmailChanged, account, CancellationToken.None);
        account.Email = address;
        account.EmailConfirmed = true;
        if (!(await users.UpdateAsync(account)).Succeeded)
        {
            return false;
        }
        await links.EndAllAsync(account.Id, CancellationToken.None);
        mail.EmailChanged(new(old, account.Language));
        mail.EmailChanged(new(address, account.Language));
        return true;
    }
}
