using System.Net;
using Lethe.Control.Identity.Accounts;
using Xunit;

namespace Lethe.ClusterTests.Accounts;

/// <summary>What lets somebody else in, or changes members, needs a sign-in of the last ten minutes.</summary>
[Collection(SqliteAccountsSuite.Name)]
public sealed class RecentSignInTests(SqliteAccounts cell)
{
    private static readonly TimeSpan TooLong = TimeSpan.FromMinutes(10.1);

    private static CancellationToken Cancel => AccountsCell.Cancel;

    [Theory]
    [InlineData("/account/change-email")]
    [InlineData("/account/password")]
    [InlineData("/account/passkey")]
    [InlineData("/account/data")]
    public async Task Page_OfWhoSignedInLongAgo_AsksAgain_AndGoesOnThere(string path)
    {
        Person anna = await cell.NewPersonAsync();
        using Browser browser = cell.NewBrowser();
        Assert.True(await browser.SignInAsync(anna.Email, anna.Password));
        using (HttpResponseMessage recent = await browser.Http.GetAsync(path, Cancel))
        {
            Assert.Equal(HttpStatusCode.OK, recent.StatusCode);
        }
        cell.Silo.Clock.Advance(TooLong);
        using HttpResponseMessage old = await browser.Http.GetAsync(path, Cancel);
        string confirm = old.Headers.Location!.OriginalString;
        Assert.Equal($"{AccountPaths.Confirm}?returnUrl={Uri.EscapeDataString(path)}", confirm);
        Assert.Contains(anna.Email, await browser.Http.GetStringAsync(confirm, Cancel), StringComparison.Ordinal);
        Assert.Contains(
            "That was not right",
            await browser.SubmitAsync(confirm, ("password", "wrong wrong wrong")),
            StringComparison.Ordinal
        );
        using HttpResponseMessage still = await browser.Http.GetAsync(path, Cancel);
        Assert.Equal(HttpStatusCode.Found, still.StatusCode);
        using HttpResponseMessage confirmed = await browser.SendAsync(confirm, ("password", anna.Password));
        Assert.Equal(path, confirmed.Headers.Location?.OriginalString);
        using HttpResponseMessage again = await browser.Http.GetAsync(path, Cancel);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Theory]
    [InlineData("/account/change-email", "/account/change-email")]
    [InlineData("/account/password", "/account/password")]
    [InlineData("/account/password/remove", "/account/password")]
    [InlineData("/account/passkey", "/account/passkey")]
    [InlineData("/account/passkey/remove", "/account/passkey")]
    [InlineData("/account/data/export", "/account/data")]
    [InlineData("/account/data/delete", "/account/data")]
    [InlineData("/console/members/invite", "/console/members")]
    [InlineData("/console/members/roles", "/console/members")]
    [InlineData("/console/members/deactivate", "/console/members")]
    [InlineData("/console/members/activate", "/console/members")]
    [InlineData("/console/members/resend", "/console/members")]
    public async Task Form_ThatIsSentTooLate_ChangesNothing(string action, string start)
    {
        Person anna = await cell.NewPersonAsync();
        using SoftwareAuthenticator passkey = await cell.NewPasskeyAsync(anna);
        using Browser browser = cell.NewBrowser();
        Assert.True(await browser.SignInAsync(anna.Email, anna.Password));
        string answer = new SoftwareAuthenticator(cell.Url).Register(await browser.AskAsync("/account/passkeys/creation-options"));
        string wanted = AccountsCell.NewEmail();
        cell.Silo.Clock.Advance(TooLong);
        int entries = (await cell.LedgerOfAsync(anna)).Length;
        using HttpResponseMessage told = await browser.PostAsync(
            "/account",
            action,
            ("email", wanted),
            ("present", anna.Password),
            ("password", "another long password"),
            ("credential", answer),
            ("id", passkey.Id),
            ("confirmed", "yes"),
            ("role-member", "yes")
        );
        Assert.Equal($"{AccountPaths.Confirm}?returnUrl={Uri.EscapeDataString(start)}", told.Headers.Location?.OriginalString);
        Assert.Equal(entries, (await cell.LedgerOfAsync(anna)).Length);
        Assert.True(await browser.SignInAsync(anna.Email, anna.Password));
        Assert.Empty(cell.Mail.To(wanted));
    }

    [Fact]
    public async Task Confirmation_ByPasskey_IsOfTheSamePersonOnly()
    {
        (Person anna, Person reto) = (await cell.NewPersonAsync(), await cell.NewPersonAsync());
        using SoftwareAuthenticator passkey = await cell.NewPasskeyAsync(anna);
        using SoftwareAuthenticator others = await cell.NewPasskeyAsync(reto);
        using Browser browser = cell.NewBrowser();
        Assert.True(await browser.SignInAsync(anna.Email, anna.Password));
        cell.Silo.Clock.Advance(TooLong);
        foreach (
            (SoftwareAuthenticator key, HttpStatusCode status) in new[] { (others, HttpStatusCode.OK), (passkey, HttpStatusCode.Found) }
        )
        {
            string answer = key.Answer(await browser.AskAsync("/account/passkeys/request-options"));
            using HttpResponseMessage told = await browser.PostAsync(AccountPaths.Confirm, AccountPaths.Confirm, ("credential", answer));
            Assert.Equal(status, told.StatusCode);
            using HttpResponseMessage page = await browser.Http.GetAsync("/account/passkey", Cancel);
            Assert.Equal(status == HttpStatusCode.Found ? HttpStatusCode.OK : HttpStatusCode.Found, page.StatusCode);
        }
    }

    [Fact]
    public async Task Confirmation_ThatIsGuessed_LocksAsSignInDoes()
    {
        Person anna = await cell.NewPersonAsync();
        using Browser browser = cell.NewBrowser();
        Assert.True(await browser.SignInAsync(anna.Email, anna.Password));
        for (int tried = 0; tried < 5; tried++)
        {
            await browser.SubmitAsync(AccountPaths.Confirm, ("password", "wrong wrong wrong"));
        }
        Assert.Contains(
            "not right",
            await browser.SubmitAsync(AccountPaths.Confirm, ("password", anna.Password)),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task MemberList_OfWhoSignedInLongAgo_IsShownWithoutForms()
    {
        Person anna = await cell.NewPersonAsync();
        using Browser browser = cell.NewBrowser();
        Assert.True(await browser.SignInAsync(anna.Email, anna.Password));
        Assert.Contains("/console/members/invite", await browser.Http.GetStringAsync("/console/members", Cancel), StringComparison.Ordinal);
        cell.Silo.Clock.Advance(TooLong);
        string late = await browser.Http.GetStringAsync("/console/members", Cancel);
        Assert.Contains(anna.Email, late, StringComparison.Ordinal);
        Assert.DoesNotContain("action=\"/console", late, StringComparison.Ordinal);
        Assert.Contains("/account/confirm?returnUrl=%2Fconsole%2Fmembers", late, StringComparison.Ordinal);
    }
}
