using Lethe.Contracts.Tenants;
using Lethe.Control.Identity.Accounts;
using Lethe.Control.Identity.Accounts.Storage;
using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;

namespace Lethe.Control.Identity.OpenId;

/// <summary>Whose access token of ours this is, as it stands now.</summary>
/// <param name="Tenant">The tenant; null for the operator's staff.</param>
internal sealed record TokenHolder(TenantId? Tenant);

/// <summary>
/// Looks a token of ours up, at each request: a reset, a deactivation, an ended session or a refresh token that was used twice
/// bites at once, although the token itself would be good for some minutes more.
/// </summary>
/// <param name="database">The accounts.</param>
internal sealed class AccessTokenEntries(AccountsDbContext database)
{
    /// <summary>Finds the holder of a token.</summary>
    /// <param name="tokenId">The token's own id.</param>
    /// <param name="subject">The <c>sub</c> that it names.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The holder; null when the token, its session or its account is not good any more.</returns>
    public async Task<TokenHolder?> FindAsync(string tokenId, string subject, CancellationToken cancellationToken)
    {
        var row = await (
            from token in database.Tokens.AsNoTracking()
            join account in database.Users on token.Subject equals account.Id
            where
                token.Id == tokenId
                && token.Subject == subject
                && token.Status == OpenIddictConstants.Statuses.Valid
                && token.Authorization!.Status == OpenIddictConstants.Statuses.Valid
                && account.Status == AccountStatus.Active
            select new { account.TenantId, account.Staff }
        ).SingleOrDefaultAsync(cancellationToken);
        if (row is null)
        {
            return null;
        }
        if (row.Staff)
        {
            return row.TenantId is null ? new(Tenant: null) : null;
        }
        return TenantId.TryParse(row.TenantId, out TenantId tenant) ? new(tenant) : null;
    }
}
