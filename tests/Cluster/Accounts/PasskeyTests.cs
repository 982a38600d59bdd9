using System.Net;
using Lethe.Control.Identity.Accounts;
using Xunit;

namespace Lethe.ClusterTests.Accounts;

/// <summary>Passkeys over real HTTPS, with an authenticator of our own whose counter never moves.</summary>
public abstract class PasskeyRules(AccountsCell cell)
{
    private const string Question = "/account/passkeys/request-options";
    private const string QuestionCookie = "__Host-lethe-passkey";

    private static CancellationToken Cancel => AccountsCell.Cancel;

    [Fact]
    public async Task Passkey_SignsIn_AndAnAnswerThatIsSentAgainDoesNot()
    {
        Person anna = await cell.NewPersonAsync();
        using SoftwareAuthenticator passkey = await cell.NewPasskeyAsync(anna);
        using Browser browser = cell.NewBrowser();
        string answer = passkey.Answer(await browser.AskAsync(Question));
        Cookie question = browser.Cookies.GetAllCookies()[QuestionCookie]!;
        Assert.True(await SignsInAsync(browser, answer));
        Assert.True(await browser.IsSignedInAsync());

        using Browser thief = cell.NewBrowser(); // who has seen the whole exchange
        thief.Cookies.Add(cell.Url, new Cookie(question.Name, question.Value));
        Assert.False(await SignsInAsync(thief, answer));
        Assert.False(await thief.IsSignedInAsync());
        Assert.True(await SignsInAsync(thief, passkey.Answer(await thief.AskAsync(Question)))); // a question of its own
    }

    [Fact]
    public async Task Passkey_AnsweredTwiceAtOnce_SignsInOnce()
    {
        Person anna = await cell.NewPersonAsync();
        using SoftwareAuthenticator passkey = await cell.NewPasskeyAsync(anna);
        using Browser first = cell.NewBrowser();
        using Browser second = cell.NewBrowser();
        string answer = passkey.Answer(await first.AskAsync(Question));
        Cookie question = first.Cookies.GetAllCookies()[QuestionCookie]!;
        second.Cookies.Add(cell.Url, new Cookie(question.Name, question.Value));
        bool[] signedIn = await Task.WhenAll(SignsInAsync(first, answer), SignsInAsync(second, answer));
        Assert.Single(signedIn, let => let);
    }

    [Fact]
    public async Task Question_OlderThanFiveMinutes_IsNotAnswered_HoweverOftenItWasShown()
    {
        Person anna = await cell.NewPersonAsync();
        using SoftwareAuthenticator passkey = await cell.NewPasskeyAsync(anna);
        using Browser browser = cell.NewBrowser();
        string answer = passkey.Answer(await browser.AskAsync(Question));
        Cookie question = browser.Cookies.GetAllCookies()[QuestionCookie]!;
        cell.Silo.Clock.Advance(TimeSpan.FromMinutes(4));
        using Browser keeper = cell.NewBrowser();
        keeper.Cookies.Add(cell.Url, new Cookie(question.Name, question.Value));
        Assert.False(await SignsInAsync(keeper, answer[..^4] + "}}")); // no JSON
        cell.Silo.Clock.Advance(TimeSpan.FromMinutes(1.1));
        foreach (Browser late in (Browser[])[keeper, browser])
        {
            Assert.False(await SignsInAsync(late, answer));
        }
    }

    [Fact]
    public async Task Passkey_OfWhoWasDeactivated_DoesNotSignIn()
    {
        Person anna = await cell.NewPersonAsync();
        using SoftwareAuthenticator passkey = await cell.NewPasskeyAsync(anna);
        using Browser browser = cell.NewBrowser();
        string options = await browser.AskAsync(Question);
        await cell.InScopeAsync<AccountAdministration, bool>(async accounts =>
        {
            await accounts.DeactivateAsync((await accounts.FindAsync(anna.Tenant, anna.AccountId))!, Cancel);
            return true;
        });
        Assert.False(await SignsInAsync(browser, passkey.Answer(options)));
    }

    [Fact]
    public async Task Passkey_AnsweredWithoutAQuestion_IsRefusedNotFailed()
    {
        using Browser browser = cell.NewBrowser();
        string options = await browser.AskAsync(Question);
        Assert.Contains("\"userVerification\":\"required\"", options, StringComparison.Ordinal);
        using Browser other = cell.NewBrowser();
        foreach (Browser asked in (Browser[])[browser, other, browser])
        {
            Assert.False(
                await SignsInAsync(
                    asked,
                    """{"id":"AAAA","rawId":"AAAA","type":"public-key","response":{"clientDataJSON":"AAAA","authenticatorData":"AAAA","signature":"AAAA"},"clientExtensionResults":{}}"""
                )
            );
        }
        await browser.AskAsync(Question);
        Assert.False(await SignsInAsync(browser, "7"));
        using HttpResponseMessage malformed = await browser.PostJsonAsync(
            Question.Replace("request", "creation", StringComparison.Ordinal),
            "7"
        );
        Assert.Equal(HttpStatusCode.BadRequest, malformed.StatusCode);
    }

    [Fact]
    public async Task PasskeyOptions_NameNobody()
    {
        Person anna = await cell.NewPersonAsync();
        using Browser browser = cell.NewBrowser();
        using HttpResponseMessage nobody = await browser.PostJsonAsync("/account/passkeys/creation-options", "{}");
        Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
        Assert.True(await browser.SignInAsync(anna.Email, anna.Password));
        using HttpResponseMessage answer = await browser.PostJsonAsync("/account/passkeys/creation-options", "{}");
        string options = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.DoesNotContain("@", options, StringComparison.Ordinal);
        Assert.Contains("\"name\":\"Lethe\"", options, StringComparison.Ordinal);
    }

    private static async Task<bool> SignsInAsync(Browser browser, string answer)
    {
        using HttpResponseMessage told = await browser.PostAsync(AccountPaths.SignIn, AccountPaths.SignIn, ("credential", answer));
        Assert.True(told.StatusCode is HttpStatusCode.OK or HttpStatusCode.Found, $"{told.StatusCode}"); // never a fault
        return told.StatusCode == HttpStatusCode.Found;
    }
}

/// <inheritdoc/>
[Collection(SqliteAccountsSuite.Name)]
public sealed class SqlitePasskeyTests(SqliteAccounts cell) : PasskeyRules(cell);

/// <inheritdoc/>
[Collection(PostgresAccountsSuite.Name)]
public sealed class PostgresPasskeyTests(PostgresAccounts cell) : PasskeyRules(cell);
