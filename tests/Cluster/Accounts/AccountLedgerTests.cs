using System.Net;
using Lethe.Client;
using Lethe.Contracts.Ledger;
using Lethe.Contracts.Tenants;
using Lethe.Control.Identity;
using Lethe.Control.Identity.Accounts;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Lethe.ClusterTests.Accounts;

/// <summary>What an auditor finds of accounts in the ledger.</summary>
public abstract class AccountLedgerRules(AccountsCell cell)
{
    private const string NewPassword = "another long password";

    private static CancellationToken Cancel => AccountsCell.Cancel;

    [Fact]
    public async Task Owner_ChangingHowToSignIn_IsRecordedEachTime()
    {
        Person anna = await cell.NewPersonAsync();
        using SoftwareAuthenticator passkey = await cell.NewPasskeyAsync(anna);
        using Browser browser = cell.NewBrowser();
        Assert.True(await browser.SignInAsync(anna.Email, anna.Password));
        await DoneAsync(browser, "/account/password", "/account/password", ("present", anna.Password), ("password", NewPassword));
        await DoneAsync(browser, "/account/password", "/account/password/remove");
        await DoneAsync(browser, "/account/password", "/account/password", ("password", anna.Password));
        await DoneAsync(browser, "/account/passkey", "/account/passkey/remove", ("id", passkey.Id));
        string wanted = AccountsCell.NewEmail();
        await DoneAsync(browser, "/account/change-email", "/account/change-email", ("email", wanted));
        string code = await cell.Mail.CodeAsync(wanted, AccountPaths.Email);
        await browser.SubmitAsync(AccountPaths.Email, ("code", code));
        await DoneAsync(browser, "/account/sessions", "/account/sessions/end-all");
        await browser.SubmitAsync(AccountPaths.Forgotten, ("email", wanted));
        string reset = await cell.Mail.CodeAsync(wanted, AccountPaths.Reset);
        await browser.SubmitAsync(AccountPaths.Reset, ("code", reset), ("password", NewPassword));
        Assert.Equal(
            [
                LedgerEvent.InvitationAccepted,
                LedgerEvent.PasskeyAdded,
                LedgerEvent.PasswordChanged,
                LedgerEvent.PasswordRemoved,
                LedgerEvent.PasswordSet,
                LedgerEvent.PasskeyRemoved,
                LedgerEvent.EmailChanged,
                LedgerEvent.SessionsEnded,
                LedgerEvent.AccessReset,
            ],
            await cell.LedgerOfAsync(anna)
        );
    }

    [Fact]
    public async Task Refusal_IsNoEntry()
    {
        Person anna = await cell.NewPersonAsync();
        using Browser browser = cell.NewBrowser();
        Assert.True(await browser.SignInAsync(anna.Email, anna.Password));
        await browser.PostAsync("/account/password", "/account/password", ("present", "wrong wrong wrong"), ("password", NewPassword));
        await browser.PostAsync("/account/password", "/account/password/remove");
        await browser.PostAsync("/account/passkey", "/account/passkey/remove", ("id", "AAAA"));
        await browser.PostAsync("/account/sessions", "/account/sessions/end", ("id", "AAAA"));
        await browser.SubmitAsync(AccountPaths.Reset, ("code", new string('x', 43)), ("password", NewPassword));
        Assert.Equal([LedgerEvent.InvitationAccepted], await cell.LedgerOfAsync(anna));
    }

    [Fact]
    public async Task Session_ThatItsOwnerEnds_IsRecorded()
    {
        Person anna = await cell.NewPersonAsync();
        using Browser browser = cell.NewBrowser();
        SignedIn tokens = await browser.AuthorizeAsync(anna);
        IReadOnlyList<SessionDescription> sessions = await cell.InScopeAsync<AccountSessions, IReadOnlyList<SessionDescription>>(all =>
            all.ListAsync(anna.AccountId, Cancel)
        );
        await DoneAsync(browser, "/account/sessions", "/account/sessions/end", ("id", sessions[0].Id));
        Assert.Equal(HttpStatusCode.Unauthorized, await cell.StatusAsync(tokens.AccessToken));
        Assert.Equal(LedgerEvent.SessionEnded, (await cell.LedgerOfAsync(anna))[^1]);
    }

    [Fact]
    public async Task Lock_IsRecordedOnce_WithoutAnActor()
    {
        Person anna = await cell.NewPersonAsync();
        using Browser browser = cell.NewBrowser();
        for (int round = 1; round <= 2; round++)
        {
            for (int tried = 0; tried < 7; tried++)
            {
                Assert.False(await browser.SignInAsync(anna.Email, "wrong wrong wrong"));
            }
            await WaitAsync(anna, round);
            cell.Silo.Clock.Advance(TimeSpan.FromMinutes(6));
        }
        for (int tried = 0; tried < 4; tried++)
        {
            Assert.False(await browser.SignInAsync(anna.Email, "wrong wrong wrong"));
        }
        Assert.True(await browser.SignInAsync(anna.Email, anna.Password)); // the fifth, and right: no lock
        Assert.Equal(2, await LocksAsync(anna));
    }

    [Fact]
    public async Task Staff_AreRecordedInTheOperatorsLedger()
    {
        string email = AccountsCell.NewEmail();
        InvitationResult invited = await cell.InScopeAsync<InvitationService, InvitationResult>(invitations =>
            invitations.CreateAsync(tenant: null, email, "en", Cancel)
        );
        AccountId id = cell.Services.GetRequiredService<Pseudonyms>().Of(TrustedIssuer.OwnName, ((Invited)invited).AccountId);
        using Browser browser = cell.NewBrowser();
        string code = await cell.Mail.CodeAsync(email, AccountPaths.Invitation);
        await browser.SubmitAsync(AccountPaths.Invitation, ("code", code), ("password", NewPassword));
        LedgerPage page = await cell.Silo.Grains.GetGrain<ILedgerGrain>(OperatorLedger.Key).ReadAsync(1, 500, Cancel);
        Assert.Contains(new LedgerEntry(LedgerEvent.InvitationAccepted, id, id.Value, null), page.Lines.Select(line => line.Entry));
    }

    [Fact]
    public async Task SignInSettings_AreRecordedWhenTheyChange()
    {
        Person anna = await cell.NewPersonAsync();
        using Browser browser = cell.NewBrowser();
        string token = (await browser.AuthorizeAsync(anna)).AccessToken;
        foreach (string allowed in (string[])["true", "false", "false", "true"])
        {
            using HttpRequestMessage change = new(HttpMethod.Put, "/v1/admin/sign-in")
            {
                Content = new StringContent($$"""{"deviceFlow":{{allowed}}}""", System.Text.Encoding.UTF8, "application/json"),
            };
            change.Headers.Authorization = new("Bearer", token);
            using HttpResponseMessage changed = await browser.Http.SendAsync(change, Cancel);
            Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        }
        AccountId id = cell.Services.GetRequiredService<Pseudonyms>().Of(TrustedIssuer.OwnName, anna.AccountId);
        LedgerPage page = await cell.Silo.Grains.GetGrain<ILedgerGrain>(anna.Tenant.GrainKey).ReadAsync(1, 500, Cancel);
        Assert.Equal(
            [new(LedgerEvent.DeviceFlowForbidden, id, null, null), new LedgerEntry(LedgerEvent.DeviceFlowAllowed, id, null, null)],
            page.Lines.Select(line => line.Entry).Where(entry => entry.Subject is null && entry.Actor == id)
        );
    }

    private static async Task DoneAsync(Browser browser, string page, string action, params (string Name, string Value)[] fields)
    {
        using HttpResponseMessage answer = await browser.PostAsync(page, action, fields);
        Assert.True(answer.StatusCode == HttpStatusCode.Found, $"{action} answered {answer.StatusCode}");
        Assert.DoesNotContain("confirm", answer.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    private async Task<int> LocksAsync(Person person) =>
        (await cell.LedgerOfAsync(person)).Count(entry => entry == LedgerEvent.AccountLocked);

    private async Task WaitAsync(Person person, int locks)
    {
        for (int tried = 0; tried < 100 && await LocksAsync(person) < locks; tried++)
        {
            await Task.Delay(50, Cancel); // recorded after the answer
        }
        Assert.Equal(locks, await LocksAsync(person));
    }
}

/// <inheritdoc/>
[Collection(SqliteAccountsSuite.Name)]
public sealed class SqliteAccountLedgerTests(SqliteAccounts cell) : AccountLedgerRules(cell);

/// <inheritdoc/>
[Collection(PostgresAccountsSuite.Name)]
public sealed class PostgresAccountLedgerTests(PostgresAccounts cell) : AccountLedgerRules(cell);
