using System.Net;
using System.Text.RegularExpressions;
using Lethe.ClusterTests.Accounts;
using Lethe.Control.Console.Assets;
using Lethe.Control.Console.Shell;
using Lethe.Control.Identity.Accounts;
using Xunit;

namespace Lethe.ClusterTests.Pages;

/// <summary>The pages over real HTTPS: headers, forms, languages, and what goes wrong.</summary>
[Collection(SqliteAccountsSuite.Name)]
public sealed partial class PageTests(SqliteAccounts cell)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/account/sign-in", "unsafe-none")]
    [InlineData("/account/forgotten", "unsafe-none")]
    [InlineData("/account/invitation", "same-origin")]
    [InlineData("/account/nothing", "same-origin")]
    public async Task Page_ToldToNobodyElse_RunsNothingInline(string path, string opener)
    {
        using Browser browser = cell.NewBrowser();
        using HttpResponseMessage answer = await browser.Http.GetAsync(path, Cancel);
        string html = await answer.Content.ReadAsStringAsync(Cancel);

        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(PageHeaders.ContentSecurityPolicy, Header(answer, "Content-Security-Policy"));
        Assert.DoesNotContain("unsafe", PageHeaders.ContentSecurityPolicy, StringComparison.Ordinal);
        Assert.Equal("no-referrer", Header(answer, "Referrer-Policy"));
        Assert.Equal("nosniff", Header(answer, "X-Content-Type-Options"));
        Assert.Equal(opener, Header(answer, "Cross-Origin-Opener-Policy"));
        Assert.Contains("camera=()", Header(answer, "Permissions-Policy"), StringComparison.Ordinal);
        Assert.True(answer.Headers.CacheControl?.NoStore);
        Assert.False(answer.Headers.Contains("Server"));
        Assert.DoesNotMatch("<style|style=|<script(?![^>]* src=)| on[a-z]+=|Blazor", html);
        Assert.DoesNotContain("https://", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cookies_AreTiedToThisHost()
    {
        Person anna = await cell.NewPersonAsync();
        using Browser browser = cell.NewBrowser();
        List<string> cookies = [];
        using (HttpResponseMessage page = await browser.Http.GetAsync("/account/sign-in?language=it", Cancel))
        {
            cookies.AddRange(page.Headers.GetValues("Set-Cookie"));
        }
        using (HttpResponseMessage answer = await browser.SendAsync("/account/sign-in", ("email", anna.Email), ("password", anna.Password)))
        {
            cookies.AddRange(answer.Headers.GetValues("Set-Cookie"));
        }
        Assert.Equal(3, cookies.Select(cookie => cookie.Split('=')[0]).Distinct(StringComparer.Ordinal).Count());
        Assert.All(
            cookies,
            cookie =>
            {
                Assert.StartsWith("__Host-lethe-", cookie, StringComparison.Ordinal);
                Assert.Contains("; secure", cookie, StringComparison.OrdinalIgnoreCase);
                Assert.Contains("; httponly", cookie, StringComparison.OrdinalIgnoreCase);
                Assert.Contains("; samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
            }
        );
    }

    [Fact]
    public async Task Asset_IsKeptForEver_AtTheAddressOfItsContent()
    {
        using Browser browser = cell.NewBrowser();
        foreach (Asset asset in PageAssets.All)
        {
            using HttpResponseMessage answer = await browser.Http.GetAsync(asset.Path, Cancel);
            Assert.Equal(asset.Content, await answer.Content.ReadAsByteArrayAsync(Cancel));
            Assert.Equal("public, max-age=31536000, immutable", Header(answer, "Cache-Control"));
            Assert.Equal("nosniff", Header(answer, "X-Content-Type-Options"));
            using HttpResponseMessage other = await browser.Http.GetAsync($"/assets/{new string('0', 24)}/{asset.Name}", Cancel);
            Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
        }
        Assert.Equal(3, PageAssets.All.Count());
    }

    [Theory]
    [InlineData("de-CH, fr;q=0.5", "de", "Anmelden")]
    [InlineData("cs", "en", "Sign in")]
    [InlineData("fr", "fr", "Se connecter")]
    [InlineData("it-CH", "it", "Accedi")]
    public async Task Language_IsTheBrowsers_UntilAnotherIsChosen(string asked, string code, string title)
    {
        using Browser browser = cell.NewBrowser();
        browser.Http.DefaultRequestHeaders.Add("Accept-Language", asked);
        string html = await browser.Http.GetStringAsync("/account/sign-in", Cancel);
        Assert.Contains($"<html lang=\"{code}\">", html, StringComparison.Ordinal);
        Assert.Contains($"<h1>{title}</h1>", html, StringComparison.Ordinal);
        string chosen = code == "it" ? "de" : "it";
        await browser.Http.GetStringAsync($"/account/sign-in?language={chosen}", Cancel);
        Assert.Contains(
            $"<html lang=\"{chosen}\">",
            await browser.Http.GetStringAsync("/account/forgotten?language=<script>", Cancel),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Form_OfAnotherBrowser_DoesNothing()
    {
        Person anna = await cell.NewPersonAsync();
        using Browser browser = cell.NewBrowser();
        using Browser stranger = cell.NewBrowser();
        Assert.True(await browser.SignInAsync(anna.Email, anna.Password));
        string proof = Proof().Match(await stranger.Http.GetStringAsync("/account/sign-in", Cancel)).Groups["proof"].Value;
        foreach (
            string path in (string[])["/account/data/delete", "/account/sessions/end-all", "/account/change-email", "/account/sign-out"]
        )
        {
            using FormUrlEncodedContent form = new([new("form_token", proof), new("confirmed", "yes"), new("email", "eve@evil.example")]);
            using HttpResponseMessage answer = await browser.Http.PostAsync(path, form, Cancel);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Contains("nothing was done", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }
        Assert.True(await browser.IsSignedInAsync());
    }

    [Theory]
    [InlineData("/account")]
    [InlineData("/account/passkey")]
    [InlineData("/account/data")]
    [InlineData("/console/members")]
    [InlineData("/connect/verify?user_code=1234-5678-9012")]
    public async Task Page_OfSomebody_AsksNobodyToSignIn_AndGoesOnThere(string path)
    {
        Person anna = await cell.NewPersonAsync();
        using Browser browser = cell.NewBrowser();
        using HttpResponseMessage first = await browser.Http.GetAsync(path, Cancel);
        Assert.Equal(HttpStatusCode.Found, first.StatusCode);
        string signIn = first.Headers.Location!.OriginalString;
        Assert.StartsWith($"{AccountPaths.SignIn}?", signIn, StringComparison.Ordinal);
        using HttpResponseMessage second = await browser.SendAsync(signIn, ("email", anna.Email), ("password", anna.Password));
        Assert.Equal(path, second.Headers.Location?.OriginalString);
        using HttpResponseMessage third = await browser.Http.GetAsync(path, Cancel);
        Assert.Equal(HttpStatusCode.OK, third.StatusCode);
    }

    [Fact]
    public async Task SignInPage_LetsTheFormLeadToTheClient_ThatIsRegistered_Only()
    {
        using Browser browser = cell.NewBrowser();
        Assert.Contains(
            "form-action 'self' https://plugin.example;",
            await PolicyAsync(browser, AccountsCell.PluginRedirect),
            StringComparison.Ordinal
        );
        Assert.Contains("form-action 'self';", await PolicyAsync(browser, "https://evil.example/"), StringComparison.Ordinal);
        Assert.Contains(
            "form-action 'self';",
            await PolicyAsync(browser, "https://plugin.example/; script-src *"),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("text/plain", "a=b")]
    [InlineData("multipart/form-data; boundary=x", "--x--")]
    [InlineData("application/json", "{}")]
    [InlineData("application/x-www-form-urlencoded", "%zz=%&&&=")]
    public async Task Form_InAnotherShape_IsAPageAndNoFault(string type, string body)
    {
        using Browser browser = cell.NewBrowser();
        using StringContent content = new(body);
        content.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse(type);
        using HttpResponseMessage answer = await browser.Http.PostAsync("/account/forgotten", content, Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("nothing was done", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Typed_Markup_ComesBackAsText()
    {
        using Browser browser = cell.NewBrowser();
        string html = await browser.SubmitAsync("/account/sign-in", ("email", "\"><script src=x>@x"), ("password", "x"));
        Assert.DoesNotContain("<script src=x", html, StringComparison.Ordinal);
        string log = string.Join('\n', cell.Logs.GetSnapshot().Select(line => line.Message));
        Assert.DoesNotContain("script", log, StringComparison.Ordinal);
        Assert.DoesNotContain('@', log);
    }

    [Theory]
    [InlineData("/connect/authorize?client_id=word-plugin&redirect_uri=https%3A%2F%2Fneedle.example%2F", "/connect/authorize?language=de")]
    [InlineData("/account/sign-in?needle=1&returnUrl=https%3A%2F%2Fneedle.example%2F", "/account/sign-in?language=de")]
    [InlineData("/account/sign-in?returnUrl=%2Faccount%2Fdata&needle=1", "/account/sign-in?returnUrl=%2Faccount%2Fdata&amp;language=de")]
    [InlineData("/account/forgotten?needle=%3Cscript%3E", "/account/forgotten?language=de")]
    [InlineData("/account/needle", "/account/-?language=de")]
    public async Task LanguageLink_RepeatsNothingThatCameWithTheRequest(string path, string link)
    {
        using Browser browser = cell.NewBrowser();
        using HttpResponseMessage answer = await browser.Http.GetAsync(path, Cancel);
        string html = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.Contains($"href=\"{link}\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("needle", html, StringComparison.Ordinal);
        using HttpResponseMessage other = await browser.Http.GetAsync(link.Replace("&amp;", "&", StringComparison.Ordinal), Cancel);
        Assert.Equal(answer.StatusCode, other.StatusCode);
        Assert.Contains("<html lang=\"de\">", await other.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    private static async Task<string> PolicyAsync(Browser browser, string redirect)
    {
        string authorize = $"/connect/authorize?client_id=word-plugin&redirect_uri={Uri.EscapeDataString(redirect)}";
        using HttpResponseMessage answer = await browser.Http.GetAsync(
            $"{AccountPaths.SignIn}?returnUrl={Uri.EscapeDataString(authorize)}",
            Cancel
        );
        return Header(answer, "Content-Security-Policy");
    }

    private static string Header(HttpResponseMessage answer, string name) => string.Join(", ", answer.Headers.GetValues(name));

    [GeneratedRegex("name=\"form_token\" value=\"(?<proof>[^\"]*)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Proof();
}
