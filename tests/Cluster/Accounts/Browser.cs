using System.Net;
using System.Text.RegularExpressions;
using Lethe.Client;
using Lethe.ClusterTests.Cells;
using Lethe.Control.Identity.Accounts;
using Lethe.Local.SignIn;
using Xunit;

namespace Lethe.ClusterTests.Accounts;

/// <summary>A browser without script: cookies and forms.</summary>
internal sealed partial class Browser : IDisposable
{
    private readonly SocketsHttpHandler handler;
    private readonly Uri site;

    public Browser(TestPki pki, Uri site)
    {
        this.site = site;
        handler = OneCell.Trusting(pki);
        handler.AllowAutoRedirect = false;
        Http = new(handler) { BaseAddress = site };
    }

    public HttpClient Http { get; }

    public CookieContainer Cookies => handler.CookieContainer;

    /// <summary>Fills the form of a page in, by the names of its fields, and sends it.</summary>
    public async Task<string> SubmitAsync(string path, params (string Name, string Value)[] typed)
    {
        using HttpResponseMessage answer = await SendAsync(path, typed);
        Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Found, $"{path} answered {answer.StatusCode}");
        return await answer.Content.ReadAsStringAsync(AccountsCell.Cancel);
    }

    public async Task<HttpResponseMessage> SendAsync(string path, params (string Name, string Value)[] typed)
    {
        using HttpResponseMessage page = await Http.GetAsync(path, AccountsCell.Cancel);
        string html = await page.Content.ReadAsStringAsync(AccountsCell.Cancel);
        HtmlForm form = HtmlForm.Read(new Uri(site, path), html) ?? throw new InvalidOperationException($"No form at {path}: {html}");
        foreach ((string name, string value) in typed)
        {
            form.Fields[name] = value;
        }
        using FormUrlEncodedContent fields = new(form.Fields);
        return await Http.PostAsync(form.Action, fields, AccountsCell.Cancel);
    }

    /// <summary>Sends fields with the proof of a page, whichever of its forms they are of.</summary>
    public async Task<HttpResponseMessage> PostAsync(string page, string action, params (string Name, string Value)[] fields)
    {
        string html = await Http.GetStringAsync(page, AccountsCell.Cancel);
        string proof = Proof().Match(html).Groups["proof"].Value;
        using FormUrlEncodedContent form = new([
            new("form_token", proof),
            .. fields.Select(field => KeyValuePair.Create(field.Name, field.Value)),
        ]);
        return await Http.PostAsync(action, form, AccountsCell.Cancel);
    }

    /// <summary>A page without the proof of its forms, which differs each time.</summary>
    public static string WithoutProof(string html) => Proof().Replace(html, string.Empty);

    /// <summary>Sends JSON, as the pages' script does.</summary>
    public async Task<HttpResponseMessage> PostJsonAsync(string path, string json)
    {
        using StringContent content = new(json, System.Text.Encoding.UTF8, "application/json");
        return await Http.PostAsync(path, content, AccountsCell.Cancel);
    }

    /// <summary>Asks for the question that a passkey answers.</summary>
    public async Task<string> AskAsync(string path)
    {
        using HttpResponseMessage answer = await PostJsonAsync(path, "{}");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync(AccountsCell.Cancel);
    }

    /// <summary>Signs in with a password.</summary>
    /// <returns>Whether it was let in.</returns>
    public async Task<bool> SignInAsync(string email, string password)
    {
        using HttpResponseMessage answer = await SendAsync(AccountPaths.SignIn, ("email", email), ("password", password));
        return answer.StatusCode == HttpStatusCode.Found;
    }

    /// <summary>Whether this browser is signed in: an authorization goes through without a form.</summary>
    public async Task<bool> IsSignedInAsync()
    {
        CodeRequest request = new OpenIdClient(Http, site, "word-plugin").Begin(new(AccountsCell.PluginRedirect));
        using HttpResponseMessage answer = await Http.GetAsync(request.Address, AccountsCell.Cancel);
        return answer.Headers.Location?.Host == "plugin.example";
    }

    /// <summary>Signs somebody in by code and PKCE.</summary>
    public async Task<SignedIn> AuthorizeAsync(
        Person person,
        string client = "word-plugin",
        string redirect = AccountsCell.PluginRedirect,
        string scope = "offline_access tokens.issue support admin"
    )
    {
        Assert.True(await SignInAsync(person.Email, person.Password));
        Uri target = new(redirect);
        OpenIdClient openId = new(Http, site, client, scope);
        CodeRequest request = openId.Begin(target);
        using HttpResponseMessage answer = await Http.GetAsync(request.Address, AccountsCell.Cancel);
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        return await openId.FinishAsync(request, target, answer.Headers.Location!, AccountsCell.Cancel);
    }

    public void Dispose()
    {
        Http.Dispose();
        handler.Dispose();
    }

    [GeneratedRegex("name=\"form_token\" value=\"(?<proof>[^\"]*)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Proof();
}
