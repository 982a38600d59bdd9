using Lethe.Contracts.Ledger;
using Lethe.Control.Identity.Accounts.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;

namespace Lethe.Control.Identity.Accounts;

/// <summary>A client that is signed in for an account: the plugin on one computer, for example.</summary>
/// <param name="Id">Its random id.</param>
/// <param name="Client">The <c>client_id</c>.</param>
/// <param name="CreatedAt">When it signed in.</param>
internal sealed record SessionDescription(string Id, string Client, DateTimeOffset CreatedAt);

/// <summary>Lists and ends what is signed in for an account.</summary>
/// <param name="database">The accounts.</param>
/// <param name="users">The accounts, by Identity.</param>
/// <param name="authorizations">OpenIddict's authorizations.</param>
/// <param name="tokens">OpenIddict's tokens.</param>
/// <param name="ledger">Records what owners end.</param>
/// <param name="clock">The clock.</param>
internal sealed class AccountSessions(
    AccountsDbContext database,
    UserManager<Account> users,
    IOpenIddictAuthorizationManager authorizations,
    IOpenIddictTokenManager tokens,
    AccountLedger ledger,
    TimeProvider clock
)
{
    /// <summary>Lists the signed-in clients of an account. Browsers are not listed: <see cref="EndAllAsync"/> ends them too.</summary>
    /// <param name="accountId">The account.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The clients, the newest first.</returns>
    public async Task<IReadOnlyList<SessionDescription>> ListAsync(string accountId, CancellationToken cancellationToken)
    {
        DateTime now = clock.GetUtcNow().UtcDateTime;
        var rows = await database
            .Authorizations.Where(row => row.Status == OpenIddictConstants.Statuses.Valid)
            .Where(row =>
                // A device's authorization is made before anybody has let it in: only its tokens say whose it is.
                row.Tokens.Any(token =>
                    token.Subject == accountId && token.Status == OpenIddictConstants.Statuses.Valid && token.ExpirationDate > now
                )
            )
            .Select(row => new
            {
                row.Id,
                Client = row.Application!.ClientId,
                row.CreationDate,
            })
            .ToListAsync(cancellationToken);
        return
        [
            .. rows.OrderByDescending(row => row.CreationDate)
                .Select(row => new SessionDescription(row.Id!, row.Client!, Utc(row.CreationDate ?? default))),
        ];
    }

    /// <summary>Ends everything for an owner who asks for it: <see cref="EndAllAsync"/>, recorded.</summary>
    /// <param name="account">The account.</param>
    /// <param name="cancellationToken">Observed before the first write.</param>
    /// <returns>When nothing is good any more.</returns>
    public async Task EndAllByOwnerAsync(Account account, CancellationToken cancellationToken)
    {
        await ledger.RecordAsync(LedgerEvent.SessionsEnded, account, cancellationToken);
        await EndAllAsync(account, CancellationToken.None);
    }

    /// <summary>Ends one client's session: its refresh and access tokens, at once.</summary>
    /// <param name="accountId">The account.</param>
    /// <param name="sessionId">Which one.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Whether the account had it.</returns>
    public async Task<bool> EndAsync(string accountId, string sessionId, CancellationToken cancellationToken)
    {
        if (
            !await database.Tokens.AnyAsync(token => token.Authorization!.Id == sessionId && token.Subject == accountId, cancellationToken)
            || await authorizations.FindByIdAsync(sessionId, cancellationToken) is not { } session
            || await users.FindByIdAsync(accountId) is not { } account
        )
        {
            return false;
        }
        await ledger.RecordAsync(LedgerEvent.SessionEnded, account, cancellationToken);
        await authorizations.TryRevokeAsync(session, cancellationToken);
        await tokens.RevokeByAuthorizationIdAsync(sessionId, cancellationToken);
        return true;
    }

    /// <summary>Ends everything that is signed in for an account: browsers by its stamp, clients by their tokens.</summary>
    /// <param name="account">The account.</param>
    /// <param name="cancellationToken">Observed before the first write.</param>
    /// <returns>When nothing is good any more.</returns>
    public async Task EndAllAsync(Account account, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await users.UpdateSecurityStampAsync(account);
        await authorizations.RevokeBySubjectAsync(account.Id, CancellationToken.None);
        await tokens.RevokeBySubjectAsync(account.Id, CancellationToken.None);
    }

    private static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));
}
