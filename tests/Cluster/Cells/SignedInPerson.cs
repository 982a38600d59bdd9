using System.Buffers.Text;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Web;

namespace Lethe.ClusterTests.Cells;

/// <summary>Somebody with a browser, who uses the forms as they are and signs a client in by code and PKCE.</summary>
internal sealed partial class SignedInPerson : IDisposable
{
    public const string Client = "test-client";
    public const string Redirect = "http://127.0.0.1/callback";
    public const string Chosen = "correct horse battery staple";

    private readonly HttpClient browser;

    public SignedInPerson(OneCell cell, TestPki pki)
    {
        SocketsHttpHandler handler = OneCell.Trusting(pki);
        handler.AllowAutoRedirect = false;
        handler.UseCookies = true;
        browser = new(handler) { BaseAddress = cell.Http.BaseAddress };
    }

    public static CancellationToken Cancel => RecordsSilo.Cancel;

    /// <summary>Accepts an invitation with a password of one's own.</summary>
    public async Task<bool> AcceptAsync(string code)
    {
        string page = await PostAsync("/account/invitation", ("code", code), ("password", Chosen));
        return page.Contains("signed in", StringComparison.Ordinal);
    }

    /// <summary>Signs the browser in.</summary>
    public async Task<bool> SignInAsync(string email)
    {
        using HttpResponseMessage answer = await SendFormAsync("/account/sign-in", ("email", email), ("password", Chosen));
        return answer.StatusCode == HttpStatusCode.Redirect;
    }

    /// <summary>Gets an access token and a refresh token for the client.</summary>
    public async Task<(string Access, string Refresh)> TokensAsync(string scopes = "offline_access tokens.issue support admin")
    {
        string verifier = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        string challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
        using HttpResponseMessage authorized = await browser.GetAsync(
            $"/connect/authorize?client_id={Client}&redirect_uri={Uri.EscapeDataString(Redirect)}&response_type=code&scope={Uri.EscapeDataString(scopes)}&code_challenge={challenge}&code_challenge_method=S256&state=s",
            Cancel
        );
        Uri back = authorized.Headers.Location ?? throw new InvalidOperationException($"No code: {authorized.StatusCode}.");
        string code = HttpUtility.ParseQueryString(back.Query)["code"] ?? throw new InvalidOperationException("No code in the redirect.");
        JsonElement tokens = await RedeemAsync(
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", Redirect),
            ("code_verifier", verifier)
        );
        return (tokens.GetProperty("access_token").GetString()!, tokens.GetProperty("refresh_token").GetString()!);
    }

    /// <summary>Asks for fresh tokens.</summary>
    public async Task<bool> RefreshesAsync(string refresh) =>
        (await RedeemAsync(("grant_type", "refresh_token"), ("refresh_token", refresh))).TryGetProperty("access_token", out _);

    public async Task<string> PostAsync(string path, params (string Name, string Value)[] fields)
    {
        using HttpResponseMessage answer = await SendFormAsync(path, fields);
        return await answer.Content.ReadAsStringAsync(Cancel);
    }

    /// <summary>Asks for a page as a browser does, with the proof of a form on another page for a POST.</summary>
    public async Task<(HttpStatusCode Status, string? Location, string Page)> AskAsync(string method, string path, string formOn)
    {
        using HttpResponseMessage answer =
            method == "GET" ? await browser.GetAsync(path, Cancel) : await SendFormAsync(path, formOn, ("id", new string('a', 64)));
        return (answer.StatusCode, answer.Headers.Location?.OriginalString, await answer.Content.ReadAsStringAsync(Cancel));
    }

    public void Dispose() => browser.Dispose();

    private Task<HttpResponseMessage> SendFormAsync(string path, params (string Name, string Value)[] fields) =>
        SendFormAsync(path, path, fields);

    private async Task<HttpResponseMessage> SendFormAsync(string path, string formOn, params (string Name, string Value)[] fields)
    {
        string page = await browser.GetStringAsync(formOn, Cancel);
        string mark = Mark().Match(page).Groups["mark"].Value;
        using FormUrlEncodedContent form = new(
            fields.Append(("form_token", mark)).Select(field => KeyValuePair.Create(field.Item1, field.Item2))
        );
        return await browser.PostAsync(path, form, Cancel);
    }

    private async Task<JsonElement> RedeemAsync(params (string Name, string Value)[] fields)
    {
        using FormUrlEncodedContent form = new(
            fields.Append(("client_id", Client)).Select(field => KeyValuePair.Create(field.Item1, field.Item2))
        );
        using HttpResponseMessage answer = await browser.PostAsync("/connect/token", form, Cancel);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);
    }

    [GeneratedRegex("name=\"form_token\"[^>]* value=\"(?<mark>[^\"]+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Mark();
}
