using System.Diagnostics;
using Microsoft.AspNetCore.Identity;

namespace Lethe.Control.Identity.Accounts;

/// <summary>Sets what an account's owner chose to sign in with. Nobody else's call gets here.</summary>
/// <param name="users">The accounts.</param>
/// <param name="passkeys">Passkeys.</param>
internal sealed class AccountCredentials(UserManager<Account> users, PasskeyService passkeys)
{
    /// <summary>Judges a password or passkey before anything is used up.</summary>
    /// <param name="account">For whom.</param>
    /// <param name="credential">The choice.</param>
    /// <returns>Why not, or what to hand to <see cref="SetAsync"/>.</returns>
    public async Task<(CredentialOutcome Outcome, UserPasskeyInfo? Passkey)> JudgeAsync(Account account, NewCredential credential)
    {
        switch (credential)
        {
            case NewPassword password:
                return (PasswordRules.Judge(account, password.Password), null);
            case NewPasskey answer:
                UserPasskeyInfo? passkey = await passkeys.CheckAsync(account, answer);
                return (passkey is null ? CredentialOutcome.PasskeyInvalid : CredentialOutcome.Done, passkey);
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>Sets a password or adds a passkey, as judged.</summary>
    /// <param name="account">For whom.</param>
    /// <param name="credential">The choice.</param>
    /// <param name="passkey">The passkey, checked.</param>
    /// <returns>When it is stored.</returns>
    public async Task SetAsync(Account account, NewCredential credential, UserPasskeyInfo? passkey)
    {
        if (credential is NewPassword password)
        {
            account.PasswordHash = users.PasswordHasher.HashPassword(account, password.Password);
            Stored(await users.UpdateAsync(account));
        }
        else if (passkey is not null)
        {
            Stored(await users.AddOrUpdatePasskeyAsync(account, passkey));
        }
    }

    private static void Stored(IdentityResult result)
    {
        if (!result.Succeeded)
        {
            throw new InvalidOperationException("The account could not be stored.");
        }
    }
}
