using System.Buffers.Text;
using Lethe.Contracts.Ledger;
using Lethe.Control.Identity.Accounts.Keys;
using Lethe.Control.Identity.Accounts.Mail;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;

namespace Lethe.Control.Identity.Accounts;

/// <summary>A passkey as its owner sees it.</summary>
/// <param name="Id">Its credential id, base64url.</param>
/// <param name="Name">What its owner calls it; null when nothing.</param>
/// <param name="CreatedAt">When it was registered.</param>
/// <param name="Synchronised">Whether its owner's devices share it.</param>
internal sealed record PasskeyDescription(string Id, string? Name, DateTimeOffset CreatedAt, bool Synchronised);

/// <summary>Passkeys (WebAuthn), by ASP.NET Core Identity. What a device stores names no person: the user name there is neutral.</summary>
/// <param name="users">The accounts.</param>
/// <param name="signIn">Signs in.</param>
/// <param name="challenges">The questions that were answered.</param>
/// <param name="limits">The limits.</param>
/// <param name="protector">Encrypts the names.</param>
/// <param name="ledger">Records it first.</param>
/// <param name="mail">Tells the owner.</param>
/// <param name="http">The request, whose cookie holds the question that a passkey answers.</param>
internal sealed class PasskeyService(
    UserManager<Account> users,
    SignInManager<Account> signIn,
    SpentChallenges challenges,
    AttemptLimits limits,
    ColumnProtector protector,
    AccountLedger ledger,
    IAccountMail mail,
    IHttpContextAccessor http
)
{
    private const int LongestName = 40;
    private const string NeutralName = "Lethe";

    /// <summary>Makes the options for registering a passkey; their challenge is in a cookie.</summary>
    /// <param name="account">For whom.</param>
    /// <returns>The argument of <c>navigator.credentials.create</c>, JSON.</returns>
    public Task<string> CreationOptionsAsync(Account account) =>
        signIn.MakePasskeyCreationOptionsAsync(
            new()
            {
                Id = account.Id,
                Name = NeutralName,
                DisplayName = NeutralName,
            }
        );

    /// <summary>Makes the options for signing in, for whomever; their challenge is in a cookie.</summary>
    /// <returns>The argument of <c>navigator.credentials.get</c>, JSON.</returns>
    public Task<string> RequestOptionsAsync() => signIn.MakePasskeyRequestOptionsAsync(user: null);

    /// <summary>Signs in with a passkey.</summary>
    /// <param name="credentialJson">What the browser answered.</param>
    /// <param name="network">From where.</param>
    /// <param name="cancellationToken">Observed before the question is used up.</param>
    /// <returns>How it ended. An answer that comes a second time is refused.</returns>
    public Task<SignInOutcome> SignInAsync(string credentialJson, string network, CancellationToken cancellationToken) =>
        EnterAsync(credentialJson, network, expected: null, cancellationToken);

    /// <summary>Has somebody who is signed in prove with a passkey that it is still the same person, and renews the cookie.</summary>
    /// <param name="account">Who is signed in.</param>
    /// <param name="credentialJson">What the browser answered.</param>
    /// <param name="network">From where.</param>
    /// <param name="cancellationToken">Observed before the question is used up.</param>
    /// <returns>How it ended. Another account's passkey is refused.</returns>
    public Task<SignInOutcome> ConfirmAsync(Account account, string credentialJson, string network, CancellationToken cancellationToken) =>
        EnterAsync(credentialJson, network, expected: account, cancellationToken);

    /// <summary>Checks the answer of a registration.</summary>
    /// <param name="account">For whom.</param>
    /// <param name="answer">What the browser answered.</param>
    /// <returns>The passkey, not yet stored; null when the answer is not valid for the question.</returns>
    public async Task<UserPasskeyInfo?> CheckAsync(Account account, NewPasskey answer)
    {
        if (!await IsAskedAsync())
        {
            return null;
        }
        PasskeyAttestationResult result = await signIn.PerformPasskeyAttestationAsync(answer.CredentialJson);
        if (
            !result.Succeeded
            || result.UserEntity.Id != account.Id
            || !await challenges.TrySpendAsync(answer.CredentialJson, CancellationToken.None)
        )
        {
            return null;
        }
        result.Passkey.Name = Hidden(answer.Name);
        return result.Passkey;
    }

    /// <summary>Registers a passkey of somebody who is signed in.</summary>
    /// <param name="account">The account.</param>
    /// <param name="answer">What the browser answered.</param>
    /// <returns><see cref="CredentialOutcome.Done"/> or <see cref="CredentialOutcome.PasskeyInvalid"/>.</returns>
    public async Task<CredentialOutcome> RegisterAsync(Account account, NewPasskey answer)
    {
        if (await CheckAsync(account, answer) is not { } passkey)
        {
            return CredentialOutcome.PasskeyInvalid;
        }
        await ledger.RecordAsync(LedgerEvent.PasskeyAdded, account, CancellationToken.None);
        if (!(await users.AddOrUpdatePasskeyAsync(account, passkey)).Succeeded)
        {
            return CredentialOutcome.PasskeyInvalid;
        }
        mail.PasskeyAdded(new(account.Email!, account.Language));
        return CredentialOutcome.Done;
    }

    /// <summary>Lists an account's passkeys.</summary>
    /// <param name="account">The account.</param>
    /// <returns>The passkeys, oldest first.</returns>
    public async Task<IReadOnlyList<PasskeyDescription>> ListAsync(Account account) =>
        [
            .. (await users.GetPasskeysAsync(account))
                .OrderBy(passkey => passkey.CreatedAt)
                .Select(passkey => new PasskeyDescription(
                    Base64Url.EncodeToString(passkey.CredentialId),
                    protector.Unprotect(passkey.Name),
                    passkey.CreatedAt,
                    passkey.IsBackedUp
                )),
        ];

    /// <summary>Renames a passkey.</summary>
    /// <param name="account">The account.</param>
    /// <param name="id">Which one.</param>
    /// <param name="name">Its new name.</param>
    /// <returns>Whether the account has it.</returns>
    public async Task<bool> RenameAsync(Account account, string id, string? name)
    {
        if (!Base64Url.IsValid(id) || await users.GetPasskeyAsync(account, Base64Url.DecodeFromChars(id)) is not { } passkey)
        {
            return false;
        }
        passkey.Name = Hidden(name);
        return (await users.AddOrUpdatePasskeyAsync(account, passkey)).Succeeded;
    }

    /// <summary>Deletes a passkey. Whoever deletes the last way to sign in can still ask for a reset.</summary>
    /// <param name="account">The account.</param>
    /// <param name="id">Which one.</param>
    /// <returns>Whether the account had it.</returns>
    public async Task<bool> DeleteAsync(Account account, string id)
    {
        if (!Base64Url.IsValid(id) || await users.GetPasskeyAsync(account, Base64Url.DecodeFromChars(id)) is not { } passkey)
        {
            return false;
        }
        await ledger.RecordAsync(LedgerEvent.PasskeyRemoved, account, CancellationToken.None);
        return (await users.RemovePasskeyAsync(account, passkey.CredentialId)).Succeeded;
    }

    // With an account, nobody but that one enters.
    private async Task<SignInOutcome> EnterAsync(
        string credentialJson,
        string network,
        Account? expected,
        CancellationToken cancellationToken
    )
    {
        if (!limits.TryEnter(network))
        {
            return SignInOutcome.TooMany;
        }
        if (
            await AnsweredByAsync(credentialJson, cancellationToken) is not { } account
            || (expected is not null && expected.Id != account.Id)
        )
        {
            return SignInOutcome.Refused;
        }
        await signIn.SignInAsync(account, isPersistent: false);
        return SignInOutcome.SignedIn;
    }

    // By the handler's own parts: the whole that the framework offers would sign in before the question is used up.
    private async Task<Account?> AnsweredByAsync(string credentialJson, CancellationToken cancellationToken)
    {
        if (!await IsAskedAsync())
        {
            return null;
        }
        PasskeyAssertionResult<Account> result = await signIn.PerformPasskeyAssertionAsync(credentialJson);
        return
            result.Succeeded
            && result.User.Status == AccountStatus.Active
            && await challenges.TrySpendAsync(credentialJson, cancellationToken)
            && (await users.AddOrUpdatePasskeyAsync(result.User, result.Passkey)).Succeeded // its counter
            ? result.User
            : null;
    }

    private async Task<bool> IsAskedAsync() =>
        http.HttpContext is { } context && (await context.AuthenticateAsync(IdentityConstants.TwoFactorUserIdScheme)).Succeeded;

    private string? Hidden(string? name) =>
        name?.Trim() is { Length: > 0 } given ? protector.Protect(given[..Math.Min(given.Length, LongestName)]) : null;
}
