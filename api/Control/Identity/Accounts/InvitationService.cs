using System.Net.Mail;
using Lethe.Contracts.Ledger;
using Lethe.Contracts.Tenants;
using Lethe.Control.Identity.Accounts.Mail;
using Lethe.Control.Identity.Accounts.Storage;
using Lethe.Control.Wording;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Identity.Accounts;

/// <summary>What came of an invitation.</summary>
internal abstract record InvitationResult;

/// <summary>
/// The mail is on its way. Said too when the address has an account already: then the id is random, the address's owner is
/// told, and whoever invited learns nothing of it.
/// </summary>
/// <param name="AccountId">The account's id, the future <c>sub</c>.</param>
internal sealed record Invited(string AccountId) : InvitationResult;

/// <summary>The address is none.</summary>
internal sealed record InvitationAddressInvalid : InvitationResult;

/// <summary>Invites people by mail, and lets them accept with a passkey or password of their own choice.</summary>
/// <param name="database">The accounts.</param>
/// <param name="users">The accounts, by Identity.</param>
/// <param name="links">The codes.</param>
/// <param name="credentials">Sets what was chosen.</param>
/// <param name="signIn">Signs who has accepted in.</param>
/// <param name="ledger">Records it first.</param>
/// <param name="mail">The mails.</param>
/// <param name="options">How long an invitation is good.</param>
/// <param name="clock">The clock.</param>
internal sealed class InvitationService(
    AccountsDbContext database,
    UserManager<Account> users,
    AccountLinks links,
    AccountCredentials credentials,
    SignInManager<Account> signIn,
    AccountLedger ledger,
    IAccountMail mail,
    IOptions<AccountsOptions> options,
    TimeProvider clock
)
{
    private const int LongestEmail = 254;

    /// <summary>Invites somebody into a tenant. Repeating it for who has not accepted yet sends the mail again, with the same id.</summary>
    /// <param name="tenant">The tenant; null for the operator's staff.</param>
    /// <param name="email">The address.</param>
    /// <param name="language">One of <see cref="LanguageCodes.All"/>.</param>
    /// <param name="cancellationToken">Observed until the account is written.</param>
    /// <returns><see cref="Invited"/> or <see cref="InvitationAddressInvalid"/>.</returns>
    public async Task<InvitationResult> CreateAsync(TenantId? tenant, string? email, string? language, CancellationToken cancellationToken)
    {
        if (!IsAddress(email, out string address))
        {
            return new InvitationAddressInvalid();
        }
        Account account = await users.FindByEmailAsync(address) ?? await MakeAsync(tenant, address, language);
        if (account.TenantId != tenant?.Value)
        {
            mail.AlreadyHasAccount(new(address, LanguageCodes.Of(language)));
            return new Invited(Account.NewId());
        }
        if (account.Status == AccountStatus.Invited)
        {
            await SendAsync(account, cancellationToken);
        }
        return new Invited(account.Id);
    }

    /// <summary>
    /// Finds or makes the account of somebody who is named in the configuration. The mail goes out when the account is new,
    /// or when its last link has ended without being accepted.
    /// </summary>
    /// <param name="tenant">The tenant; null for the operator's staff.</param>
    /// <param name="email">The address.</param>
    /// <param name="language">One of <see cref="LanguageCodes.All"/>.</param>
    /// <param name="cancellationToken">Observed until the account is written.</param>
    /// <returns>The account's id; null when the address is another tenant's or is none.</returns>
    public async Task<string?> ProvisionAsync(TenantId? tenant, string? email, string? language, CancellationToken cancellationToken)
    {
        if (!IsAddress(email, out string address))
        {
            return null;
        }
        Account account = await users.FindByEmailAsync(address) ?? await MakeAsync(tenant, address, language);
        if (account.TenantId != tenant?.Value)
        {
            return null;
        }
        DateTime now = clock.GetUtcNow().UtcDateTime;
        bool pending = await database.Links.AnyAsync(
            link => link.AccountId == account.Id && link.Purpose == LinkPurpose.Invitation && link.ExpiresAt > now,
            cancellationToken
        );
        if (account.Status == AccountStatus.Invited && !pending)
        {
            await SendAsync(account, cancellationToken);
        }
        return account.Id;
    }

    /// <summary>Sends an invitation again; nothing happens when it was accepted.</summary>
    /// <param name="accountId">The account.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>When the mail is queued.</returns>
    public async Task ResendAsync(string accountId, CancellationToken cancellationToken)
    {
        if (await users.FindByIdAsync(accountId) is { Status: AccountStatus.Invited } account)
        {
            await SendAsync(account, cancellationToken);
        }
    }

    /// <summary>Withdraws an invitation that was not accepted: its account and link are gone.</summary>
    /// <param name="accountId">The account.</param>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> WithdrawAsync(string accountId, CancellationToken cancellationToken) =>
        await database
            .Users.Where(account => account.Id == accountId && account.Status == AccountStatus.Invited)
            .ExecuteDeleteAsync(cancellationToken) == 1;

    /// <summary>Finds whose invitation this is, to offer a passkey. Uses nothing up.</summary>
    /// <param name="code">The code, as it came.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The account; null when the link is not good.</returns>
    public async Task<Account?> FindAsync(string? code, CancellationToken cancellationToken) =>
        await links.FindAsync(code, LinkPurpose.Invitation, cancellationToken) is { } link
        && await users.FindByIdAsync(link.AccountId) is { Status: AccountStatus.Invited } account
            ? account
            : null;

    /// <summary>Accepts an invitation, and signs this browser in. A refused choice does not use the link up.</summary>
    /// <param name="code">The code, as it came.</param>
    /// <param name="credential">The choice.</param>
    /// <param name="cancellationToken">Observed until the link is used.</param>
    /// <returns>How it ended.</returns>
    public async Task<CredentialOutcome> AcceptAsync(string? code, NewCredential credential, CancellationToken cancellationToken)
    {
        if (
            await links.FindAsync(code, LinkPurpose.Invitation, cancellationToken) is not { } link
            || await users.FindByIdAsync(link.AccountId) is not { Status: AccountStatus.Invited } account
        )
        {
            return CredentialOutcome.LinkInvalid;
        }
        (CredentialOutcome judged, UserPasskeyInfo? passkey) = await credentials.JudgeAsync(account, credential);
        if (judged != CredentialOutcome.Done)
        {
            return judged;
        }
        if (!await links.UseAsync(link, cancellationToken))
        {
            return CredentialOutcome.LinkInvalid;
        }
        await ledger.RecordAsync(LedgerEvent.InvitationAccepted, account, CancellationToken.None);
        account.Status = AccountStatus.Active;
        account.EmailConfirmed = true;
        await credentials.SetAsync(account, credential, passkey);
        await signIn.SignInAsync(account, isPersistent: false);
        return CredentialOutcome.Done;
    }

    /// <summary>Reads an address.</summary>
    /// <param name="written">As it came.</param>
    /// <param name="address">The address, without spaces around it.</param>
    /// <returns>Whether it is one.</returns>
    public static bool IsAddress(string? written, out string address)
    {
        address = written?.Trim() ?? string.Empty;
        return address.Length is > 0 and <= LongestEmail
            && !address.Any(char.IsControl)
            && MailAddress.TryCreate(address, out MailAddress? parsed)
            && parsed.Address == address
            && parsed.DisplayName.Length == 0;
    }

    private async Task<Account> MakeAsync(TenantId? tenant, string address, string? language)
    {
        Account account = new()
        {
            Email = address,
            TenantId = tenant?.Value,
            Staff = tenant is null,
            Language = LanguageCodes.Of(language),
            Status = AccountStatus.Invited,
            CreatedAt = clock.GetUtcNow().UtcDateTime,
        };
        IdentityResult made = await users.CreateAsync(account);
        return made.Succeeded ? account : throw new InvalidOperationException("The account could not be made.");
    }

    private async Task SendAsync(Account account, CancellationToken cancellationToken)
    {
        string code = await links.MakeAsync(account.Id, LinkPurpose.Invitation, options.Value.InvitationLifetime, null, cancellationToken);
        mail.Invitation(new(account.Email!, account.Language), code);
    }
}
