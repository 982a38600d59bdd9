using System.Net;
using System.Text.Json;
using Lethe.Client;
using Lethe.Control.Identity.Accounts;
using Microsoft.IdentityModel.JsonWebTokens;
using Xunit;

namespace Lethe.ClusterTests.Accounts;

/// <summary>The OpenID Connect server over real HTTPS.</summary>
public abstract class OpenIdRules(AccountsCell cell)
{
    private static CancellationToken Cancel => AccountsCell.Cancel;

    [Fact]
    public async Task Code_WithPkce_GivesATokenThatNamesIdsOnly()
    {
        Person anna = await cell.NewPersonAsync();
        using Browser browser = cell.NewBrowser();
        SignedIn tokens = await browser.AuthorizeAsync(anna);
        JsonWebToken token = new(tokens.AccessToken);
        Assert.Equal("at+jwt", token.Typ);
        Assert.Equal("ES256", token.Alg);
        Assert.Equal(
            ["aud", "client_id", "exp", "iat", "iss", "jti", "oi_au_id", "oi_prst", "oi_tkn_id", "scope", "sub", "tenant"],
            token.Claims.Select(claim => claim.Type).Distinct().Order(StringComparer.Ordinal)
        );
        Assert.Equal(anna.AccountId, token.Subject);
        Assert.Equal("control", Assert.Single(token.Audiences));
        Assert.Equal(TimeSpan.FromMinutes(5), token.ValidTo - token.IssuedAt);
        Assert.Equal(HttpStatusCode.OK, await cell.StatusAsync(tokens.AccessToken));
    }

    [Theory]
    [InlineData("")]
    [InlineData("&code_challenge=abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz&code_challenge_method=plain")]
    [InlineData("&code_challenge=abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz")]
    public async Task Code_WithoutS256_IsRefused(string challenge)
    {
        Person anna = await cell.NewPersonAsync();
        using Browser browser = cell.NewBrowser();
        Assert.True(await browser.SignInAsync(anna.Email, anna.Password));
        using HttpResponseMessage answer = await browser.Http.GetAsync(
            $"/connect/authorize?response_type=code&client_id=word-plugin&redirect_uri={Uri.EscapeDataString(AccountsCell.PluginRedirect)}&scope=tokens.issue{challenge}",
            Cancel
        );
        Assert.DoesNotContain("code=", answer.Headers.Location?.Query ?? string.Empty, StringComparison.Ordinal);
        string told = answer.Headers.Location?.Query ?? await answer.Content.ReadAsStringAsync(Cancel);
        Assert.Matches("invalid_request|not possible as asked", told);
    }

    [Theory]
    [InlineData("https://evil.example/signed-in")]
    [InlineData("https://plugin.example/signed-in/more")]
    [InlineData("https://plugin.example.evil.example/signed-in")]
    [InlineData("http://127.0.0.1/signed-in")]
    public async Task Code_ToAForeignAddress_IsSentNowhere(string redirect)
    {
        Person anna = await cell.NewPersonAsync();
        using Browser browser = cell.NewBrowser();
        Assert.True(await browser.SignInAsync(anna.Email, anna.Password));
        CodeRequest request = new OpenIdClient(browser.Http, cell.Url, "word-plugin").Begin(new(redirect));
        using HttpResponseMessage answer = await browser.Http.GetAsync(request.Address, Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode); // a page: Office replaces answers of 400
        Assert.Contains("not possible as asked", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Null(answer.Headers.Location);
    }

    [Fact]
    public async Task Code_ToLoopback_MayHaveAnyPort()
    {
        Person anna = await cell.NewPersonAsync();
        using Browser browser = cell.NewBrowser();
        SignedIn tokens = await browser.AuthorizeAsync(anna, "lethe-local", "http://127.0.0.1:49321/signed-in");
        Assert.NotEmpty(tokens.AccessToken);
    }

    [Fact]
    public async Task Code_SentTwiceOrWithAnotherVerifier_IsRefused()
    {
        Person anna = await cell.NewPersonAsync();
        using Browser browser = cell.NewBrowser();
        Assert.True(await browser.SignInAsync(anna.Email, anna.Password));
        Uri target = new(AccountsCell.PluginRedirect);
        OpenIdClient openId = new(browser.Http, cell.Url, "word-plugin");
        CodeRequest request = openId.Begin(target);
        using HttpResponseMessage answer = await browser.Http.GetAsync(request.Address, Cancel);
        Uri sentTo = answer.Headers.Location!;
        CodeRequest other = request with { Verifier = openId.Begin(target).Verifier };
        Assert.Equal("invalid_grant", await ErrorAsync(openId.FinishAsync(other, target, sentTo, Cancel)));
        CodeRequest again = openId.Begin(target);
        using HttpResponseMessage second = await browser.Http.GetAsync(again.Address, Cancel);
        SignedIn tokens = await openId.FinishAsync(again, target, second.Headers.Location!, Cancel);
        cell.Silo.Clock.Advance(TimeSpan.FromSeconds(31)); // past the leeway of two windows
        Assert.Equal("invalid_grant", await ErrorAsync(openId.FinishAsync(again, target, second.Headers.Location!, Cancel)));
        Assert.Equal(HttpStatusCode.Unauthorized, await cell.StatusAsync(tokens.AccessToken)); // RFC 6749 §4.1.2
    }

    [Fact]
    public async Task RefreshToken_UsedTwice_EndsTheWholeFamily()
    {
        Person anna = await cell.NewPersonAsync();
        using Browser browser = cell.NewBrowser();
        SignedIn first = await browser.AuthorizeAsync(anna);
        OpenIdClient openId = new(browser.Http, cell.Url, "word-plugin");
        SignedIn second = await openId.RefreshAsync(first.RefreshToken!, Cancel);
        Assert.NotEqual(first.RefreshToken, second.RefreshToken);
        Assert.NotEmpty((await openId.RefreshAsync(first.RefreshToken!, Cancel)).AccessToken); // two windows at once
        cell.Silo.Clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal("invalid_grant", await ErrorAsync(openId.RefreshAsync(first.RefreshToken!, Cancel)));
        Assert.Equal("invalid_grant", await ErrorAsync(openId.RefreshAsync(second.RefreshToken!, Cancel)));
        Assert.Equal(HttpStatusCode.Unauthorized, await cell.StatusAsync(second.AccessToken));
        Assert.Equal(HttpStatusCode.Unauthorized, await cell.StatusAsync(first.AccessToken));
    }

    [Fact]
    public async Task Tokens_EndInTime()
    {
        Person anna = await cell.NewPersonAsync();
        using Browser browser = cell.NewBrowser();
        SignedIn tokens = await browser.AuthorizeAsync(anna);
        OpenIdClient openId = new(browser.Http, cell.Url, "word-plugin");
        cell.Silo.Clock.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal(HttpStatusCode.Unauthorized, await cell.StatusAsync(tokens.AccessToken));
        SignedIn renewed = await openId.RefreshAsync(tokens.RefreshToken!, Cancel);
        Assert.Equal(HttpStatusCode.OK, await cell.StatusAsync(renewed.AccessToken));
        cell.Silo.Clock.Advance(TimeSpan.FromHours(8));
        Assert.False(await browser.IsSignedInAsync());
        cell.Silo.Clock.Advance(TimeSpan.FromDays(14));
        Assert.Equal("invalid_grant", await ErrorAsync(openId.RefreshAsync(renewed.RefreshToken!, Cancel)));
    }

    [Fact]
    public async Task AccessToken_WithoutTheScope_IsRefused()
    {
        Person anna = await cell.NewPersonAsync();
        using Browser browser = cell.NewBrowser();
        SignedIn tokens = await browser.AuthorizeAsync(anna, scope: "tokens.issue");
        Assert.Null(tokens.RefreshToken);
        using HttpResponseMessage answer = await cell.AskAsync(tokens.AccessToken);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("scope_required", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Introspection_TellsAtOnceWhatHasEnded()
    {
        Person anna = await cell.NewPersonAsync();
        using Browser browser = cell.NewBrowser();
        SignedIn tokens = await browser.AuthorizeAsync(anna);
        Assert.True(await IsActiveAsync(tokens.AccessToken));
        string session = (await SessionsAsync(anna))[0].Id;
        Assert.True(await cell.InScopeAsync<AccountSessions, bool>(sessions => sessions.EndAsync(anna.AccountId, session, Cancel)));
        Assert.False(await IsActiveAsync(tokens.AccessToken));
        Assert.Equal(HttpStatusCode.Unauthorized, await cell.StatusAsync(tokens.AccessToken));
        Assert.Empty(await SessionsAsync(anna));
    }

    [Fact]
    public async Task Session_OfSomebodyElse_CannotBeEnded()
    {
        (Person anna, Person reto) = (await cell.NewPersonAsync(), await cell.NewPersonAsync());
        using Browser browser = cell.NewBrowser();
        SignedIn tokens = await browser.AuthorizeAsync(anna);
        string session = (await SessionsAsync(anna))[0].Id;
        Assert.False(await cell.InScopeAsync<AccountSessions, bool>(sessions => sessions.EndAsync(reto.AccountId, session, Cancel)));
        Assert.Equal(HttpStatusCode.OK, await cell.StatusAsync(tokens.AccessToken));
    }

    [Fact]
    public async Task Discovery_SaysWhatIsSupported()
    {
        using Browser browser = cell.NewBrowser();
        using JsonDocument found = JsonDocument.Parse(await browser.Http.GetStringAsync("/.well-known/openid-configuration", Cancel));
        Assert.Equal(cell.Url.AbsoluteUri, found.RootElement.GetProperty("issuer").GetString());
        Assert.Equal(["S256"], Texts(found, "code_challenge_methods_supported"));
        Assert.Equal(["code"], Texts(found, "response_types_supported"));
        Assert.Equal(
            ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
            Texts(found, "grant_types_supported").Order(StringComparer.Ordinal)
        );
    }

    private static IEnumerable<string> Texts(JsonDocument document, string name) =>
        document.RootElement.GetProperty(name).EnumerateArray().Select(value => value.GetString()!);

    private static async Task<string> ErrorAsync(Task<SignedIn> asked) => (await Assert.ThrowsAsync<OAuthException>(() => asked)).Error;

    private Task<IReadOnlyList<SessionDescription>> SessionsAsync(Person person) =>
        cell.InScopeAsync<AccountSessions, IReadOnlyList<SessionDescription>>(sessions => sessions.ListAsync(person.AccountId, Cancel));

    private async Task<bool> IsActiveAsync(string token)
    {
        using Browser other = cell.NewBrowser();
        using FormUrlEncodedContent form = new([
            new("client_id", "control"),
            new("client_secret", AccountsCell.IntrospectionSecret),
            new("token", token),
        ]);
        using HttpResponseMessage answer = await other.Http.PostAsync("/connect/introspect", form, Cancel);
        using JsonDocument told = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel));
        return told.RootElement.GetProperty("active").GetBoolean();
    }
}

/// <inheritdoc/>
[Collection(SqliteAccountsSuite.Name)]
public sealed class SqliteOpenIdTests(SqliteAccounts cell) : OpenIdRules(cell);

/// <inheritdoc/>
[Collection(PostgresAccountsSuite.Name)]
public sealed class PostgresOpenIdTests(PostgresAccounts cell) : OpenIdRules(cell);
