using Lethe.Contracts.Tenants;
using Lethe.Control.Identity;
using Lethe.Control.Identity.Accounts;
using Lethe.Control.Identity.Accounts.Storage;
using Lethe.Control.Wording;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Lethe.Control.Admin.Members;

/// <summary>
/// The accounts behind the members of a tenant. The tenant knows pseudonyms, the accounts database addresses; they meet here,
/// for one request.
/// </summary>
/// <param name="database">The accounts.</param>
/// <param name="users">The accounts, by Identity.</param>
/// <param name="administration">Ends and erases accounts.</param>
/// <param name="pseudonyms">Makes pseudonyms.</param>
/// <param name="clock">The clock.</param>
internal sealed class MemberAccounts(
    AccountsDbContext database,
    UserManager<Account> users,
    AccountAdministration administration,
    Pseudonyms pseudonyms,
    TimeProvider clock
)
{
    /// <summary>Makes the pseudonym of an account of ours.</summary>
    /// <param name="account">The account.</param>
    /// <returns>The pseudonym.</returns>
    public AccountId PseudonymOf(Account account) => pseudonyms.Of(TrustedIssuer.OwnName, account.Id);

    /// <summary>
    /// Tells whether an account stands for an address that is another tenant's account. It is shown as invited and never
    /// accepted: whoever invites learns nothing of the other one.
    /// </summary>
    /// <param name="account">The account.</param>
    /// <returns>Whether it is such a one.</returns>
    public static bool IsDecoy(Account account) => account.NormalizedEmail is null;

    /// <summary>Finds the accounts of some members.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="members">Their pseudonyms.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Those that have an account with us.</returns>
    public async Task<IReadOnlyDictionary<AccountId, Account>> FindAsync(
        TenantId tenant,
        IReadOnlyCollection<AccountId> members,
        CancellationToken cancellationToken
    )
    {
        string name = tenant.Value;
        HashSet<AccountId> wanted = [.. members];
        string[] ids = await database
            .Users.Where(account => account.TenantId == name)
            .Select(account => account.Id)
            .ToArrayAsync(cancellationToken);
        string[] found = [.. ids.Where(id => wanted.Contains(pseudonyms.Of(TrustedIssuer.OwnName, id)))];
        List<Account> accounts = await database.Users.Where(account => found.Contains(account.Id)).ToListAsync(cancellationToken);
        return accounts.ToDictionary(PseudonymOf);
    }

    /// <summary>Finds the account of one member.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="member">Its pseudonym.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The account; null when it has none with us.</returns>
    public async Task<Account?> FindAsync(TenantId tenant, AccountId member, CancellationToken cancellationToken) =>
        (await FindAsync(tenant, [member], cancellationToken)).GetValueOrDefault(member);

    /// <summary>Finds the account of an address in a tenant.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="address">The address.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The account, also one that only stands for the address; null when there is none in this tenant.</returns>
    public async Task<Account?> FindByAddressAsync(TenantId tenant, string address, CancellationToken cancellationToken)
    {
        string name = tenant.Value;
        Account? owner = await users.FindByEmailAsync(address);
        List<Account> decoys = await database
            .Users.Where(account => account.TenantId == name && account.NormalizedEmail == null)
            .ToListAsync(cancellationToken);
        Account? decoy = decoys.Find(account => users.NormalizeEmail(account.Email) == users.NormalizeEmail(address));
        if (owner is null && decoy is not null)
        {
            await users.UpdateAsync(decoy); // the address has become free: from now on it is this account's
            return decoy;
        }
        return owner?.TenantId == name ? owner : decoy;
    }

    /// <summary>Makes an account for an address that has none in this tenant: invited, and nothing sent yet.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="address">The address.</param>
    /// <param name="language">One of <see cref="LanguageCodes.All"/>.</param>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns>The account; null when another request was faster.</returns>
    public async Task<Account?> MakeAsync(TenantId tenant, string address, string? language, CancellationToken cancellationToken)
    {
        Account account = new()
        {
            Email = address,
            TenantId = tenant.Value,
            Language = LanguageCodes.Of(language),
            Status = AccountStatus.Invited,
            CreatedAt = clock.GetUtcNow().UtcDateTime,
            SecurityStamp = Account.NewId(),
        };
        cancellationToken.ThrowIfCancellationRequested();
        if (await users.FindByEmailAsync(address) is null)
        {
            try
            {
                return (await users.CreateAsync(account)).Succeeded ? account : null;
            }
            catch (DbUpdateException)
            {
                database.Entry(account).State = EntityState.Detached; // the unique index: another request was faster
                return null;
            }
        }
        await users.UpdateNormalizedUserNameAsync(account);
        database.Users.Add(account);
        await database.SaveChangesAsync(CancellationToken.None);
        return account;
    }

    /// <summary>Ends what an account has: sign-in, sessions, tokens, links.</summary>
    /// <param name="account">The account.</param>
    /// <param name="cancellationToken">Observed before the first write.</param>
    /// <returns>When it is so.</returns>
    public Task DeactivateAsync(Account account, CancellationToken cancellationToken) =>
        IsDecoy(account) ? Task.CompletedTask : administration.DeactivateAsync(account, cancellationToken);

    /// <summary>Lets an account sign in again.</summary>
    /// <param name="account">The account.</param>
    /// <returns>When it is so.</returns>
    public Task ReactivateAsync(Account account) => IsDecoy(account) ? Task.CompletedTask : administration.ReactivateAsync(account);

    /// <summary>Erases an account and everything that hangs on it.</summary>
    /// <param name="account">The account.</param>
    /// <param name="cancellationToken">Observed before the first write.</param>
    /// <returns>When nothing of it is left.</returns>
    public async Task EraseAsync(Account account, CancellationToken cancellationToken)
    {
        if (IsDecoy(account))
        {
            cancellationToken.ThrowIfCancellationRequested();
            await database.Users.Where(row => row.Id == account.Id).ExecuteDeleteAsync(CancellationToken.None);
            database.Entry(account).State = EntityState.Detached;
            return;
        }
        await administration.EraseAsync(account, cancellationToken);
    }
}
