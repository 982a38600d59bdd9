using Microsoft.AspNetCore.Identity;

namespace Lethe.Control.Identity.Accounts;

/// <summary>Signs in with a password, and out. One answer and the same work for unknown, wrong, locked and inactive.</summary>
/// <param name="users">The accounts.</param>
/// <param name="signIn">Sets and clears the cookie.</param>
/// <param name="attempts">Counts failures.</param>
/// <param name="limits">The limits.</param>
/// <param name="locked">Records locks.</param>
/// <param name="decoy">A hash of no password.</param>
internal sealed class SignInService(
    UserManager<Account> users,
    SignInManager<Account> signIn,
    Attempts attempts,
    AttemptLimits limits,
    LockedAccounts locked,
    DecoyHash decoy
)
{
    private const int LongestEmail = 254;

    /// <summary>Signs in with a password, and sets the cookie.</summary>
    /// <param name="email">The address, as typed.</param>
    /// <param name="password">The password, as typed.</param>
    /// <param name="network">From where: <see cref="AttemptLimits.NetworkOf"/>.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>How it ended.</returns>
    public Task<SignInOutcome> PasswordAsync(string? email, string? password, string network, CancellationToken cancellationToken) =>
        EnterAsync(
            email?.Trim() is { Length: <= LongestEmail } typed ? typed : string.Empty,
            password,
            network,
            expected: null,
            cancellationToken
        );

    /// <summary>Has somebody who is signed in prove with the password that it is still the same person, and renews the cookie.</summary>
    /// <param name="account">Who is signed in.</param>
    /// <param name="password">The password, as typed.</param>
    /// <param name="network">From where.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>How it ended.</returns>
    public Task<SignInOutcome> ConfirmAsync(Account account, string? password, string network, CancellationToken cancellationToken) =>
        EnterAsync(
            account.Email ?? throw new InvalidOperationException("An account has an address."),
            password,
            network,
            expected: account,
            cancellationToken
        );

    /// <summary>Finds out whose password this is. Counts the attempt.</summary>
    /// <param name="address">The address.</param>
    /// <param name="password">The password, as typed.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The account; null when it is none's, or may not sign in, or is locked.</returns>
    public async Task<Account?> VerifyAsync(string address, string? password, CancellationToken cancellationToken)
    {
        string typed = password is { Length: <= PasswordRules.Longest } ? password : string.Empty;
        bool open = await attempts.EnterAsync(address, cancellationToken);
        Account? account = await users.FindByEmailAsync(address);
        bool usable = account is { Status: AccountStatus.Active, PasswordHash: not null };
        string hash = usable ? account!.PasswordHash! : decoy.Value;
        bool right = users.PasswordHasher.VerifyHashedPassword(account ?? decoy.Account, hash, typed) != PasswordVerificationResult.Failed;
        if (!(open && usable && right))
        {
            if (open && await attempts.TakeLockAsync(address, cancellationToken))
            {
                locked.Add(address);
            }
            return null;
        }
        await attempts.ClearAsync(address, cancellationToken);
        return account;
    }

    /// <summary>Signs this browser out.</summary>
    /// <returns>When the cookie is cleared.</returns>
    public Task SignOutAsync() => signIn.SignOutAsync();

    // With an account, nobody but that one enters.
    private async Task<SignInOutcome> EnterAsync(
        string address,
        string? password,
        string network,
        Account? expected,
        CancellationToken cancellationToken
    )
    {
        if (!limits.TryEnter(network, address))
        {
            return SignInOutcome.TooMany;
        }
        if (
            await VerifyAsync(address, password, cancellationToken) is not { } account
            || (expected is not null && expected.Id != account.Id)
        )
        {
            return SignInOutcome.Refused;
        }
        await signIn.SignInAsync(account, isPersistent: false);
        return SignInOutcome.SignedIn;
    }
}

/// <summary>A hash that is compared when there is nothing to compare, so that the time tells nothing.</summary>
/// <param name="hasher">Hashes passwords.</param>
internal sealed class DecoyHash(IPasswordHasher<Account> hasher)
{
    /// <summary>Gets an account that is nobody's.</summary>
    public Account Account { get; } = new();

    /// <summary>Gets the hash of a random password that is kept nowhere.</summary>
    public string Value { get; } =
        hasher.HashPassword(new(), Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)));
}
