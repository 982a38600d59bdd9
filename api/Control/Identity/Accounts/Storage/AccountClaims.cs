using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Identity.Accounts.Storage;

/// <summary>What a cookie says: the account's id and its stamp. No name, no address.</summary>
/// <param name="options">The names of the claims.</param>
internal sealed class AccountClaims(IOptions<Microsoft.AspNetCore.Identity.IdentityOptions> options) : IUserClaimsPrincipalFactory<Account>
{
    /// <inheritdoc/>
    public Task<ClaimsPrincipal> CreateAsync(Account user)
    {
        ClaimsIdentityOptions names = options.Value.ClaimsIdentity;
        ClaimsIdentity identity = new(IdentityConstants.ApplicationScheme, names.UserNameClaimType, names.RoleClaimType);
        identity.AddClaim(new(names.UserIdClaimType, user.Id));
        identity.AddClaim(new(names.UserNameClaimType, user.Id));
        identity.AddClaim(new(names.SecurityStampClaimType, user.SecurityStamp ?? string.Empty));
        return Task.FromResult<ClaimsPrincipal>(new(identity));
    }
}

/// <summary>Who may sign in: accounts that were accepted and not deactivated.</summary>
internal sealed class ActiveAccounts : IUserConfirmation<Account>
{
    /// <inheritdoc/>
    public Task<bool> IsConfirmedAsync(UserManager<Account> manager, Account user) => Task.FromResult(user.Status == AccountStatus.Active);
}
