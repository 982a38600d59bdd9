using System.Net;
using System.Text.RegularExpressions;
using Lethe.Client;
using Lethe.ClusterTests.Cells;
using Lethe.Control.Identity.Accounts;
using Xunit;

namespace Lethe.ClusterTests.Accounts;

/// <summary>Sign-in, reset, invitation and the end of accounts, over real HTTPS.</summary>
public abstract partial class AccountRules(AccountsCell cell)
{
    private const string NewPassword = "another long password";

    private static CancellationToken Cancel => AccountsCell.Cancel;

    [Fact]
    public async Task SignIn_UnknownWrongLockedOrInvited_IsAnsweredTheSame()
    {
        (Person anna, Person reto) = (await cell.NewPersonAsync(), await cell.NewPersonAsync());
        string invited = AccountsCell.NewEmail();
        await cell.InScopeAsync<InvitationService, InvitationResult>(invitations =>
            invitations.CreateAsync(anna.Tenant, invited, "en", Cancel)
        );
        using Browser browser = cell.NewBrowser();
        for (int tried = 0; tried < 5; tried++)
        {
            Assert.False(await browser.SignInAsync(reto.Email, "wrong wrong wrong"));
        }
        string wrong = await PageAsync(browser, anna.Email, "wrong wrong wrong");
        Assert.Equal(wrong, await PageAsync(browser, AccountsCell.NewEmail(), "wrong wrong wrong"));
        Assert.Equal(wrong, await PageAsync(browser, reto.Email, reto.Password)); // locked, although it is right
        Assert.Equal(wrong, await PageAsync(browser, invited, "wrong wrong wrong"));
        Assert.Equal(wrong, await PageAsync(browser, "no address", new string('x', 1000)));
        Assert.Contains("not right", wrong, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SignIn_AfterFiveFailures_IsLockedForFiveMinutes()
    {
        Person anna = await cell.NewPersonAsync();
        using Browser browser = cell.NewBrowser();
        for (int tried = 0; tried < 4; tried++)
        {
            Assert.False(await browser.SignInAsync(anna.Email, "wrong wrong wrong"));
        }
        Assert.True(await browser.SignInAsync(anna.Email, anna.Password)); // and the count begins anew
        for (int tried = 0; tried < 5; tried++)
        {
            Assert.False(await browser.SignInAsync(anna.Email, "wrong wrong wrong"));
        }
        Assert.False(await browser.SignInAsync(anna.Email, anna.Password));
        cell.Silo.Clock.Advance(TimeSpan.FromMinutes(4.9));
        Assert.False(await browser.SignInAsync(anna.Email, anna.Password));
        cell.Silo.Clock.Advance(TimeSpan.FromMinutes(0.2));
        Assert.True(await browser.SignInAsync(anna.Email, anna.Password));
    }

    [Fact]
    public async Task SignIn_TwentyAtOnce_AreCountedBeforeTheyAreJudged()
    {
        Person anna = await cell.NewPersonAsync();
        bool[] open = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => cell.InScopeAsync<Attempts, bool>(attempts => attempts.EnterAsync(anna.Email, Cancel)))
        );
        Assert.Equal(5, open.Count(entered => entered));
    }

    [Fact]
    public async Task SignIn_ManyAttemptsForOneAddress_LeaveTheRestOfTheFirmAlone()
    {
        (Person anna, Person reto) = (await cell.NewPersonAsync(), await cell.NewPersonAsync());
        using Browser browser = cell.NewBrowser();
        string last = string.Empty;
        for (int tried = 0; tried < 22; tried++)
        {
            last = await PageAsync(browser, anna.Email, "wrong wrong wrong");
        }
        Assert.Contains("Too many", last, StringComparison.Ordinal);
        Assert.True(await browser.SignInAsync(reto.Email, reto.Password)); // the same network
    }

    [Fact]
    public async Task SignIn_WithoutTheFormsMark_IsRefused()
    {
        Person anna = await cell.NewPersonAsync();
        using Browser browser = cell.NewBrowser();
        using FormUrlEncodedContent form = new([new("email", anna.Email), new("password", anna.Password)]);
        using HttpResponseMessage answer = await browser.Http.PostAsync(AccountPaths.SignIn, form, Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode); // a page: Office replaces answers of 400
        Assert.Contains("nothing was done", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.False(await browser.IsSignedInAsync());
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    public async Task SignIn_WithAForeignTarget_StaysHere(string target)
    {
        Person anna = await cell.NewPersonAsync();
        using Browser browser = cell.NewBrowser();
        using HttpResponseMessage answer = await browser.SendAsync(
            $"{AccountPaths.SignIn}?returnUrl={Uri.EscapeDataString(target)}",
            ("email", anna.Email),
            ("password", anna.Password)
        );
        Assert.Equal(AccountPaths.Account, answer.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task Invitation_IsAcceptedOnce()
    {
        Person anna = await cell.NewPersonAsync();
        using Browser browser = cell.NewBrowser();
        string code = await cell.Mail.CodeAsync(anna.Email, AccountPaths.Invitation);
        Assert.Contains(
            "The link is not valid",
            await browser.SubmitAsync(AccountPaths.Invitation, ("code", code), ("password", NewPassword)),
            StringComparison.Ordinal
        );
        Assert.True(await browser.SignInAsync(anna.Email, anna.Password));
    }

    [Fact]
    public async Task Invitation_OfWhoHasAnAccountElsewhere_TellsTheInvitingFirmNothing()
    {
        Person anna = await cell.NewPersonAsync();
        InvitationResult result = await cell.InScopeAsync<InvitationService, InvitationResult>(invitations =>
            invitations.CreateAsync(RecordsSilo.NewTenant(), anna.Email.ToUpperInvariant(), "en", Cancel)
        );
        string id = Assert.IsType<Invited>(result).AccountId;
        Assert.NotEqual(anna.AccountId, id);
        Assert.Equal(anna.AccountId.Length, id.Length);
        Assert.Equal(anna.Tenant.Value, (await cell.AccountOfAsync(anna)).TenantId);
    }

    [Fact]
    public async Task Deactivation_EndsAccessAtOnce()
    {
        Person anna = await cell.NewPersonAsync();
        using Browser browser = cell.NewBrowser();
        SignedIn tokens = await browser.AuthorizeAsync(anna);
        Assert.True(await browser.IsSignedInAsync());
        await cell.InScopeAsync<AccountAdministration, bool>(async accounts =>
        {
            await accounts.DeactivateAsync((await accounts.FindAsync(anna.Tenant, anna.AccountId))!, Cancel);
            return true;
        });
        Assert.Equal(HttpStatusCode.Unauthorized, await cell.StatusAsync(tokens.AccessToken));
        Assert.False(await browser.IsSignedInAsync());
        Assert.False(await browser.SignInAsync(anna.Email, anna.Password));
        OpenIdClient openId = new(browser.Http, cell.Url, "word-plugin");
        await Assert.ThrowsAsync<OAuthException>(() => openId.RefreshAsync(tokens.RefreshToken!, Cancel));
        Assert.True(
            await cell.InScopeAsync<AccountAdministration, bool>(async accounts =>
                await accounts.ReactivateAsync((await accounts.FindAsync(anna.Tenant, anna.AccountId))!)
            )
        );
        Assert.True(await browser.SignInAsync(anna.Email, anna.Password));
        Assert.Equal(HttpStatusCode.Unauthorized, await cell.StatusAsync(tokens.AccessToken)); // what ended stays so
    }

    [Fact]
    public async Task Erasure_LeavesNothing()
    {
        Person anna = await cell.NewPersonAsync();
        using Browser browser = cell.NewBrowser();
        await browser.AuthorizeAsync(anna);
        Assert.Contains(anna.AccountId, await cell.DumpAsync(), StringComparison.OrdinalIgnoreCase);
        await cell.InScopeAsync<AccountAdministration, bool>(async accounts =>
        {
            await accounts.EraseAsync((await accounts.FindAsync(anna.Tenant, anna.AccountId))!, Cancel);
            return true;
        });
        Assert.Empty(
            await cell.InScopeAsync<AccountAdministration, IReadOnlyList<AccountDescription>>(accounts =>
                accounts.ListAsync(anna.Tenant, Cancel)
            )
        );
        Assert.False(await browser.SignInAsync(anna.Email, anna.Password));
    }

    [Fact]
    public async Task Database_AndLogs_HoldNoAddress()
    {
        Person anna = await cell.NewPersonAsync();
        using Browser browser = cell.NewBrowser();
        await browser.AuthorizeAsync(anna);
        await AskForResetAsync(browser, anna.Email);
        await cell.InScopeAsync<EmailChangeService, bool>(async emails =>
            await emails.RequestAsync(await cell.AccountOfAsync(anna), AccountsCell.NewEmail(), Cancel)
        );
        string dump = await cell.DumpAsync();
        Assert.Contains(anna.AccountId, dump, StringComparison.OrdinalIgnoreCase); // it is the right database
        Assert.DoesNotContain("kanzlei.example", dump, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(anna.Email.Split('@')[0], dump, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(cell.Logs.GetSnapshot(), line => line.Message.Contains('@', StringComparison.Ordinal));
    }

    private static async Task<string> PageAsync(Browser browser, string email, string password) =>
        Mark()
            .Replace(await browser.SubmitAsync(AccountPaths.SignIn, ("email", email), ("password", password)), string.Empty)
            .Replace(email, "what was typed", StringComparison.Ordinal);

    private async Task<string> AskForResetAsync(Browser browser, string email)
    {
        await browser.SubmitAsync(AccountPaths.Forgotten, ("email", email));
        return await cell.Mail.CodeAsync(email, AccountPaths.Reset);
    }

    [GeneratedRegex("name=\"form_token\" value=\"[^\"]*\"", RegexOptions.None, 1000)]
    private static partial Regex Mark();
}

/// <inheritdoc/>
[Collection(SqliteAccountsSuite.Name)]
public sealed class SqliteAccountTests(SqliteAccounts cell) : AccountRules(cell);

/// <inheritdoc/>
[Collection(PostgresAccountsSuite.Name)]
public sealed class PostgresAccountTests(PostgresAccounts cell) : AccountRules(cell);
