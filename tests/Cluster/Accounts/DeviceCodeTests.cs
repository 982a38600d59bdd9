using System.Net;
using Lethe.Client;
using Lethe.Contracts.Ledger;
using Microsoft.IdentityModel.JsonWebTokens;
using Xunit;

namespace Lethe.ClusterTests.Accounts;

/// <summary>Sign-in by the code that a device shows, and guessing at such codes.</summary>
public abstract class DeviceCodeRules(AccountsCell cell)
{
    private const string Unknown = "This code does not exist";

    private static CancellationToken Cancel => AccountsCell.Cancel;

    [Fact]
    public async Task Code_LetInByWhoIsSignedIn_GivesTokens()
    {
        Person anna = await cell.NewPersonAsync();
        using Browser device = cell.NewBrowser();
        using Browser browser = cell.NewBrowser();
        OpenIdClient openId = new(device.Http, cell.Url, "word-plugin");
        DeviceSignIn asked = await openId.BeginDeviceAsync(Cancel);
        Assert.Null(await openId.PollDeviceAsync(asked, Cancel));
        Assert.True(await browser.SignInAsync(anna.Email, anna.Password));
        using HttpResponseMessage answer = await browser.SendAsync($"/connect/verify?user_code={asked.UserCode}");
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        cell.Silo.Clock.Advance(TimeSpan.FromSeconds(6));
        SignedIn? tokens = await openId.PollDeviceAsync(asked, Cancel);
        Assert.Equal(anna.AccountId, new JsonWebToken(tokens!.AccessToken).Subject);
    }

    [Fact]
    public async Task Code_WhereTheTenantSwitchedItOff_LetsNobodyIn()
    {
        Person anna = await cell.NewPersonAsync();
        using Browser owner = cell.NewBrowser();
        string token = (await owner.AuthorizeAsync(anna)).AccessToken;
        using HttpRequestMessage change = new(HttpMethod.Put, "/v1/admin/sign-in")
        {
            Content = new StringContent("""{"deviceFlow":false}""", System.Text.Encoding.UTF8, "application/json"),
        };
        change.Headers.Authorization = new("Bearer", token);
        using HttpResponseMessage changed = await owner.Http.SendAsync(change, Cancel);
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        using HttpResponseMessage read = await cell.AskAsync(token, "/v1/admin/sign-in");
        Assert.Equal("""{"deviceFlow":false}""", await read.Content.ReadAsStringAsync(Cancel));
        using Browser browser = cell.NewBrowser();
        OpenIdClient openId = new(browser.Http, cell.Url, "word-plugin");
        DeviceSignIn asked = await openId.BeginDeviceAsync(Cancel);
        Assert.True(await browser.SignInAsync(anna.Email, anna.Password));
        Assert.Contains(
            "switched sign-in by code off",
            await browser.Http.GetStringAsync($"/connect/verify?user_code={asked.UserCode}", Cancel),
            StringComparison.Ordinal
        );
        cell.Silo.Clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Null(await openId.PollDeviceAsync(asked, Cancel));
    }

    [Fact]
    public async Task Code_HasFortyRandomBits_AndTenMinutes()
    {
        Person anna = await cell.NewPersonAsync();
        using Browser browser = cell.NewBrowser();
        HashSet<string> seen = new(StringComparer.Ordinal);
        for (int made = 0; made < 20; made++)
        {
            DeviceSignIn asked = await BeginAsync(browser);
            Assert.Matches(@"^\d{4}-\d{4}-\d{4}$", asked.UserCode);
            Assert.True(seen.Add(asked.UserCode));
        }
        DeviceSignIn last = await BeginAsync(browser);
        Assert.True(await browser.SignInAsync(anna.Email, anna.Password));
        cell.Silo.Clock.Advance(TimeSpan.FromMinutes(10.1));
        Assert.Contains(Unknown, await TypeAsync(browser, last.UserCode), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Guessing_EndsAfterFiveWrongCodes_ForThatAccountOnly()
    {
        (Person anna, Person reto) = (await cell.NewPersonAsync(), await cell.NewPersonAsync());
        using Browser browser = cell.NewBrowser();
        using Browser colleague = cell.NewBrowser(); // the same network
        Assert.True(await browser.SignInAsync(anna.Email, anna.Password));
        Assert.True(await colleague.SignInAsync(reto.Email, reto.Password));
        DeviceSignIn asked = await BeginAsync(browser);
        string wrong = string.Empty;
        for (int tried = 0; tried < 5; tried++)
        {
            wrong = await TypeAsync(browser, $"0000-0000-000{tried}");
            Assert.Contains(Unknown, wrong, StringComparison.Ordinal);
        }
        // Locked, although it is right: in the page, and in what the page would send.
        Assert.Equal(Plain(wrong, "0000-0000-0004"), Plain(await TypeAsync(browser, asked.UserCode), asked.UserCode));
        using HttpResponseMessage sent = await browser.PostAsync("/connect/verify", "/connect/verify", ("user_code", asked.UserCode));
        Assert.Contains(Unknown, await sent.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal(LedgerEvent.DeviceCodesLocked, (await cell.LedgerOfAsync(anna))[^1]);
        Assert.DoesNotContain(Unknown, await TypeAsync(colleague, asked.UserCode), StringComparison.Ordinal);
        Assert.True(await browser.SignInAsync(anna.Email, anna.Password)); // signing in is something else

        cell.Silo.Clock.Advance(TimeSpan.FromMinutes(5.1));
        using HttpResponseMessage answer = await browser.SendAsync($"/connect/verify?user_code={asked.UserCode}");
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        SignedIn? tokens = await new OpenIdClient(browser.Http, cell.Url, "word-plugin").PollDeviceAsync(asked, Cancel);
        Assert.Equal(anna.AccountId, new JsonWebToken(tokens!.AccessToken).Subject);
    }

    [Fact]
    public async Task Guessing_WithRightCodesOfTheGuesserBetween_IsCountedAllTheSame()
    {
        Person anna = await cell.NewPersonAsync();
        using Browser browser = cell.NewBrowser();
        Assert.True(await browser.SignInAsync(anna.Email, anna.Password));
        DeviceSignIn own = await BeginAsync(browser);
        for (int tried = 0; tried < 5; tried++)
        {
            Assert.DoesNotContain(Unknown, await TypeAsync(browser, own.UserCode), StringComparison.Ordinal);
            Assert.Contains(Unknown, await TypeAsync(browser, $"0000-0000-000{tried}"), StringComparison.Ordinal);
        }
        Assert.Contains(Unknown, await TypeAsync(browser, own.UserCode), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Guessing_ManyAtOnce_IsCountedBeforeItIsJudged()
    {
        Person anna = await cell.NewPersonAsync();
        using Browser browser = cell.NewBrowser();
        Assert.True(await browser.SignInAsync(anna.Email, anna.Password));
        DeviceSignIn own = await BeginAsync(browser);
        string[] answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => TypeAsync(browser, own.UserCode)));
        Assert.InRange(answers.Count(answer => !answer.Contains(Unknown, StringComparison.Ordinal)), 1, 20); // of a minute
    }

    private static string Plain(string html, string code) =>
        Browser.WithoutProof(html).Replace(code, "what was typed", StringComparison.Ordinal);

    private static Task<string> TypeAsync(Browser browser, string code) =>
        browser.Http.GetStringAsync($"/connect/verify?user_code={code}", Cancel);

    private Task<DeviceSignIn> BeginAsync(Browser browser) =>
        new OpenIdClient(browser.Http, cell.Url, "word-plugin").BeginDeviceAsync(Cancel);
}

/// <inheritdoc/>
[Collection(SqliteAccountsSuite.Name)]
public sealed class SqliteDeviceCodeTests(SqliteAccounts cell) : DeviceCodeRules(cell);

/// <inheritdoc/>
[Collection(PostgresAccountsSuite.Name)]
public sealed class PostgresDeviceCodeTests(PostgresAccounts cell) : DeviceCodeRules(cell);
