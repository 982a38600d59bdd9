using System.Net;
using Lethe.Client;
using Lethe.ClusterTests.Cells;
using Lethe.Control.Identity.Accounts;
using Xunit;

namespace Lethe.ClusterTests.Accounts;

/// <summary>Resets by mail, new passwords and changes of address, over real HTTPS.</summary>
public abstract class ResetRules(AccountsCell cell)
{
    private const string NewPassword = "another long password";

    private static CancellationToken Cancel => AccountsCell.Cancel;

    [Fact]
    public async Task Reset_ByItsOwner_EndsEverythingThatWasSignedIn()
    {
        Person anna = await cell.NewPersonAsync();
        using Browser browser = cell.NewBrowser();
        using Browser elsewhere = cell.NewBrowser();
        SignedIn tokens = await browser.AuthorizeAsync(anna);
        for (int tried = 0; tried < 5; tried++)
        {
            Assert.False(await elsewhere.SignInAsync(anna.Email, "wrong wrong wrong"));
        }
        string code = await AskForResetAsync(elsewhere, anna.Email);
        using HttpResponseMessage done = await elsewhere.SendAsync(AccountPaths.Reset, ("code", code), ("password", NewPassword));
        Assert.Equal(HttpStatusCode.Found, done.StatusCode);

        Assert.Equal(HttpStatusCode.Unauthorized, await cell.StatusAsync(tokens.AccessToken)); // at once, although it is not old
        Assert.False(await browser.IsSignedInAsync());
        OpenIdClient openId = new(browser.Http, cell.Url, "word-plugin");
        OAuthException refused = await Assert.ThrowsAsync<OAuthException>(() => openId.RefreshAsync(tokens.RefreshToken!, Cancel));
        Assert.Equal("invalid_grant", refused.Error);
        Assert.False(await elsewhere.SignInAsync(anna.Email, anna.Password));
        Assert.True(await elsewhere.SignInAsync(anna.Email, NewPassword)); // and it is unlocked
        ReceivedMail[] mails = await cell.Mail.CountAsync(anna.Email, 3); // invitation, link, notice
        Assert.DoesNotContain(code, mails[2].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reset_IsAnsweredTheSameForEverybody_AndMailsOnlyOwners()
    {
        Person anna = await cell.NewPersonAsync();
        using Browser browser = cell.NewBrowser();
        string unknown = AccountsCell.NewEmail();
        string first = await browser.SubmitAsync(AccountPaths.Forgotten, ("email", unknown));
        Assert.Equal(first, await browser.SubmitAsync(AccountPaths.Forgotten, ("email", "no address")));
        Assert.Equal(first, await browser.SubmitAsync(AccountPaths.Forgotten, ("email", anna.Email)));
        await cell.Mail.CodeAsync(anna.Email, AccountPaths.Reset); // queued after the others
        Assert.Empty(cell.Mail.To(unknown));
    }

    [Fact]
    public async Task ResetLink_IsGoodOnceAndForTwentyMinutes()
    {
        Person anna = await cell.NewPersonAsync();
        using Browser browser = cell.NewBrowser();
        string old = await AskForResetAsync(browser, anna.Email);
        string weak = await browser.SubmitAsync(AccountPaths.Reset, ("code", old), ("password", "short"));
        Assert.Contains("12 to 128", weak, StringComparison.Ordinal); // and the link is still good:
        cell.Silo.Clock.Advance(TimeSpan.FromMinutes(21));
        Assert.Contains(
            "The link is not valid",
            await browser.SubmitAsync(AccountPaths.Reset, ("code", old), ("password", NewPassword)),
            StringComparison.Ordinal
        );

        int mails = cell.Mail.To(anna.Email).Length;
        await browser.SubmitAsync(AccountPaths.Forgotten, ("email", anna.Email));
        await cell.Mail.CountAsync(anna.Email, mails + 1);
        string code = await cell.Mail.CodeAsync(anna.Email, AccountPaths.Reset);
        CredentialOutcome[] outcomes = await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(number =>
                    cell.InScopeAsync<PasswordResetService, CredentialOutcome>(resets =>
                        resets.CompleteAsync(code, new NewPassword($"{NewPassword} {number}"), Cancel)
                    )
                )
        );
        Assert.Single(outcomes, CredentialOutcome.Done);
        Assert.Equal(3, outcomes.Count(outcome => outcome == CredentialOutcome.LinkInvalid));
    }

    [Theory]
    [InlineData("eleven char")]
    [InlineData("password1234")]
    [InlineData("PasswordPassword")]
    [InlineData("aaaaaaaaaaaaaaaaaa")]
    public async Task Password_TooShortOrTooCommon_IsRefused(string password)
    {
        Person anna = await cell.NewPersonAsync();
        using Browser browser = cell.NewBrowser();
        string code = await AskForResetAsync(browser, anna.Email);
        await browser.SubmitAsync(AccountPaths.Reset, ("code", code), ("password", password));
        Assert.False(await browser.SignInAsync(anna.Email, password));
        Assert.True(await browser.SignInAsync(anna.Email, anna.Password));
    }

    [Fact]
    public async Task EmailChange_TellsBothAddresses_AndEndsLinksToTheOldOne()
    {
        Person anna = await cell.NewPersonAsync();
        using Browser browser = cell.NewBrowser();
        string reset = await AskForResetAsync(browser, anna.Email);
        string wanted = AccountsCell.NewEmail();
        Assert.True(
            await cell.InScopeAsync<EmailChangeService, bool>(async emails =>
                await emails.RequestAsync(await cell.AccountOfAsync(anna), wanted, Cancel)
            )
        );
        string code = await cell.Mail.CodeAsync(wanted, AccountPaths.Email);
        Assert.True(await cell.InScopeAsync<EmailChangeService, bool>(emails => emails.CompleteAsync(code, Cancel)));
        Assert.False(await cell.InScopeAsync<EmailChangeService, bool>(emails => emails.CompleteAsync(code, Cancel)));
        await cell.Mail.CountAsync(anna.Email, 3); // invitation, reset, notice
        await cell.Mail.CountAsync(wanted, 2); // question, notice
        Assert.Contains(
            "The link is not valid",
            await browser.SubmitAsync(AccountPaths.Reset, ("code", reset), ("password", NewPassword)),
            StringComparison.Ordinal
        );
        Assert.False(await browser.SignInAsync(anna.Email, anna.Password));
        Assert.True(await browser.SignInAsync(wanted, anna.Password));
    }

    private async Task<string> AskForResetAsync(Browser browser, string email)
    {
        await browser.SubmitAsync(AccountPaths.Forgotten, ("email", email));
        return await cell.Mail.CodeAsync(email, AccountPaths.Reset);
    }
}

/// <inheritdoc/>
[Collection(SqliteAccountsSuite.Name)]
public sealed class SqliteResetTests(SqliteAccounts cell) : ResetRules(cell);

/// <inheritdoc/>
[Collection(PostgresAccountsSuite.Name)]
public sealed class PostgresResetTests(PostgresAccounts cell) : ResetRules(cell);
