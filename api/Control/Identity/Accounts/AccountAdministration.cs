using Lethe.Contracts.Tenants;
using Lethe.Control.Identity.Accounts.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Lethe.Control.Identity.Accounts;

/// <summary>An account as its tenant's administrators see it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Email">Its address.</param>
/// <param name="Status">How it stands.</param>
/// <param name="Language">Its language.</param>
/// <param name="CreatedAt">When it was made.</param>
internal sealed record AccountDescription(string Id, string Email, AccountStatus Status, string Language, DateTimeOffset CreatedAt)
{
    /// <inheritdoc/>
    public override string ToString() => nameof(AccountDescription);
}

/// <summary>What a tenant's administrators may do to accounts. None of it sets, shows or asks for a password.</summary>
/// <param name="database">The accounts.</param>
/// <param name="users">The accounts, by Identity.</param>
/// <param name="sessions">Ends what is signed in.</param>
/// <param name="links">Ends what was mailed.</param>
/// <param name="resets">Sends the link of a reset.</param>
internal sealed class AccountAdministration(
    AccountsDbContext database,
    UserManager<Account> users,
    AccountSessions sessions,
    AccountLinks links,
    PasswordResetService resets
)
{
    /// <summary>Lists a tenant's accounts.</summary>
    /// <param name="tenant">The tenant; null for the operator's staff.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The accounts, oldest first.</returns>
    public async Task<IReadOnlyList<AccountDescription>> ListAsync(TenantId? tenant, CancellationToken cancellationToken)
    {
        string? id = tenant?.Value;
        List<Account> found = await database
            .Users.AsNoTracking()
            .Where(account => account.TenantId == id)
            .OrderBy(account => account.CreatedAt)
            .ToListAsync(cancellationToken);
        return
        [
            .. found.Select(account => new AccountDescription(
                account.Id,
                account.Email ?? string.Empty,
                account.Status,
                account.Language,
                new(DateTime.SpecifyKind(account.CreatedAt, DateTimeKind.Utc))
            )),
        ];
    }

    /// <summary>Finds an account of a tenant.</summary>
    /// <param name="tenant">The tenant; null for the operator's staff.</param>
    /// <param name="accountId">The account.</param>
    /// <returns>The account; null when the tenant has no such account.</returns>
    public async Task<Account?> FindAsync(TenantId? tenant, string accountId) =>
        await users.FindByIdAsync(accountId) is { } account && account.TenantId == tenant?.Value ? account : null;

    /// <summary>Ends an account's access: it cannot sign in, and nothing that it has is good any more, at once.</summary>
    /// <param name="account">The account.</param>
    /// <param name="cancellationToken">Observed before the first write.</param>
    /// <returns>When it is so.</returns>
    public async Task DeactivateAsync(Account account, CancellationToken cancellationToken)
    {
        account.Status = AccountStatus.Deactivated;
        await sessions.EndAllAsync(account, cancellationToken); // stores the status with the new stamp
        await links.EndAllAsync(account.Id, CancellationToken.None);
    }

    /// <summary>Lets an account sign in again, with the password and passkeys that it had.</summary>
    /// <param name="account">The account.</param>
    /// <returns>Whether it was deactivated.</returns>
    public async Task<bool> ReactivateAsync(Account account)
    {
        if (account.Status != AccountStatus.Deactivated)
        {
            return false;
        }
        account.Status = account.EmailConfirmed ? AccountStatus.Active : AccountStatus.Invited;
        return (await users.UpdateAsync(account)).Succeeded;
    }

    /// <summary>Sends the link of a reset to the account's own address.</summary>
    /// <param name="account">The account.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>When the mail is queued.</returns>
    public Task SendResetAsync(Account account, CancellationToken cancellationToken) => resets.SendAsync(account, cancellationToken);

    /// <summary>Erases an account: the row, its passkeys, links, tokens and authorizations.</summary>
    /// <param name="account">The account.</param>
    /// <param name="cancellationToken">Observed before the first write.</param>
    /// <returns>When nothing of it is left.</returns>
    public async Task EraseAsync(Account account, CancellationToken cancellationToken)
    {
        await DeactivateAsync(account, cancellationToken);
        await database.Tokens.Where(token => token.Subject == account.Id).ExecuteDeleteAsync(CancellationToken.None);
        await database.Authorizations.Where(row => row.Subject == account.Id).ExecuteDeleteAsync(CancellationToken.None);
        await users.DeleteAsync(account);
    }
}
