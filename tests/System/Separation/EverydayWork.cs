using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Lethe.Client;
using Lethe.Local.Cells;
using Lethe.Local.SignIn;
using Xunit;

namespace Lethe.SystemTests.Separation;

/// <summary>
/// One person's day, on a device that can be recognised: invited, accepts, signs in, draws, works with a contract, asks support with the
/// switch on, forgets the password, signs in again and draws again. What each plane learnt by it is collected.
/// </summary>
internal sealed class EverydayWork(string region, Uri control, string authority, LocalAccounts accounts)
{
    private static readonly Uri Redirect = new("http://127.0.0.1/signed-in");
    private readonly ProbeHttp device = new(authority);
    private readonly List<Identifier> identity = [];
    private readonly List<Identifier> content = [];

    /// <summary>Gets what belongs to the identity plane.</summary>
    public IReadOnlyList<Identifier> Identity => identity;

    /// <summary>Gets what belongs to the content plane.</summary>
    public IReadOnlyList<Identifier> Content => content;

    /// <summary>Gets what belongs to neither: what the device shows without wanting to.</summary>
    public IReadOnlyList<Identifier> Device =>
        [
            new("network address", device.Address.ToString(), device.Address.GetAddressBytes()),
            new("trace id", device.TraceId),
            new("span id", device.SpanId),
            new("user agent", device.Agent),
        ];

    /// <summary>Gets the person's and the owner's addresses.</summary>
    public IReadOnlyList<Identifier> Addresses { get; private set; } = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Does the day's work.</summary>
    public async Task DoAsync()
    {
        DemoTenant tenant = DemoPeople.Tenants.First(known => known.Region == region);
        string email = $"ada-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}@{tenant.Domain}";
        Addresses =
        [
            new("e-mail", email),
            new("owner's e-mail", tenant.Owner),
            new("login domain", tenant.Domain),
            new("local part", email.Split('@')[0]),
        ];
        identity.AddRange(Addresses);
        identity.Add(new("tenant", tenant.Id));

        SignedIn owner = await accounts.SignInAsync(region, control, tenant.Owner, Token);
        await InviteAsync(owner.AccessToken, email);
        await accounts.AcceptAsync(region, control, [email], Token);
        using HttpClient http = new(device.NewHandler());
        using LocalBrowser browser = new(http);
        string password = accounts.Password(region, email);
        SignedIn tokens = await SignInAsync(browser, email, password);

        MemoryTokenStore pool = new();
        using LetheClient client = new(
            new LetheClientOptions
            {
                Control = control,
                Tenant = tenant.Id,
                PoolSize = 6,
                TokenStore = pool,
                Handler = device.NewHandler,
                AccessToken = _ => Task.FromResult(tokens.AccessToken),
            }
        );
        await client.Tokens.RefillAsync(await client.DiscoverAsync(Token), Token);
        Note(pool);
        await WorkAsync(client);
        await AskSupportAsync(client);

        await ResetAsync(browser, email);
        tokens = await SignInAsync(browser, email, NewPassword);
        await client.Tokens.RefillAsync(await client.DiscoverAsync(Token), Token);
        Note(pool);
        await WorkAsync(client);
        foreach (Cookie cookie in device.Cookies.GetAllCookies().Where(cookie => cookie.Value.Length >= 16))
        {
            identity.Add(new($"cookie {cookie.Name}", cookie.Value));
        }
    }

    private string NewPassword { get; } = Convert.ToBase64String(RandomNumberGenerator.GetBytes(24));

    private async Task InviteAsync(string ownerToken, string email)
    {
        NoteToken("owner", ownerToken);
        using HttpClient http = new(device.NewHandler());
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(control, "/v1/admin/members"));
        request.Headers.Authorization = new("Bearer", ownerToken);
        request.Content = JsonContent.Create(
            new
            {
                email,
                roles = new[] { "member" },
                language = "de",
            }
        );
        using HttpResponseMessage answer = await http.SendAsync(request, Token);
        string told = await answer.Content.ReadAsStringAsync(Token);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode} {told}");
        identity.Add(new("member id", JsonElement.Parse(told).GetProperty("id").GetString()!));
    }

    private async Task<SignedIn> SignInAsync(LocalBrowser browser, string email, string password)
    {
        OpenIdClient client = new(browser.Http, control, "lethe-local", "offline_access tokens.issue support admin");
        CodeRequest request = client.Begin(Redirect);
        (Uri address, string? html) = await browser.OpenAsync(request.Address, Token);
        HtmlForm form = HtmlForm.Read(address, html!)!.Type("email", email).Type("password", password);
        (address, html) = await browser.SendAsync(form, Token);
        Assert.Null(html);
        SignedIn tokens = await client.FinishAsync(request, Redirect, address, Token);
        NoteToken("access token", tokens.AccessToken);
        identity.Add(new("refresh token", tokens.RefreshToken!));
        return tokens;
    }

    private async Task WorkAsync(LetheClient client)
    {
        LetheSession session = await client.OpenSessionAsync(Token);
        NoteToken("credential", session.Opened.Credential, content);
        content.Add(new("session id", session.Opened.Id));
        content.Add(new("content key", session.Opened.ContentKey));
        await MainJobTests.UploadAsync(session);
        (string answer, _) = await MainJobTests.AskAsync(session, "Welche Kündigungsfrist gilt für den Mieter?");
        Assert.Contains("drei Monate", answer, StringComparison.Ordinal);
        await session.ForgetAsync(Token);
    }

    private async Task AskSupportAsync(LetheClient client)
    {
        string caseId = await client.Support.OpenCaseAsync(Token);
        await client.Support.SendAsync(caseId, "Die Zusammenfassung lässt § 4 aus.", Token);
        string share = await SupportTests.ShareForThreeDaysAsync(client, caseId, "answerQuality");
        using MemoryStream file = new("Entwurf für den Support."u8.ToArray());
        await client.Support.UploadAsync(share, "text/plain", file, Token);
        identity.Add(new("case", caseId));
        identity.Add(new("share", share));
    }

    private async Task ResetAsync(LocalBrowser browser, string email)
    {
        (Uri address, string? html) = await browser.OpenAsync(new Uri(control, "/account/forgotten"), Token);
        await browser.SendAsync(HtmlForm.Read(address, html!)!.Type("email", email), Token);
        string code = await accounts.MailedAsync(region, email, "reset", Token);
        identity.Add(new("reset code", code));
        (address, html) = await browser.OpenAsync(new Uri(control, "/account/reset"), Token);
        await browser.SendAsync(HtmlForm.Read(address, html!)!.Type("text", code).Type("password", NewPassword), Token);
    }

    private void Note(MemoryTokenStore pool)
    {
        foreach (PooledToken waiting in pool.Read().Tokens)
        {
            byte[] nonce = waiting.Token.Nonce.ToArray();
            byte[] spent = SHA256.HashData(nonce);
            string name = content.Count.ToString(CultureInfo.InvariantCulture);
            content.Add(new($"nonce {name}", Convert.ToHexStringLower(nonce)));
            content.Add(new($"spent hash {name}", Convert.ToHexStringLower(spent.AsSpan(0, 16))));
            content.Add(new($"signature {name}", Convert.ToHexStringLower(waiting.Token.Authenticator.Span[..32])));
        }
    }

    // The token itself, and every value in it that could name somebody.
    private void NoteToken(string what, string token, List<Identifier>? plane = null)
    {
        plane ??= identity;
        string[] parts = token.Split('.');
        plane.Add(new($"{what}'s signature", parts[^1]));
        JsonElement claims = JsonElement.Parse(Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(parts[1])));
        foreach (JsonProperty claim in claims.EnumerateObject().Where(claim => claim.Name is not ("iss" or "aud" or "scope")))
        {
            if (claim.Value.ValueKind == JsonValueKind.String && claim.Value.GetString() is { Length: >= 16 } value)
            {
                plane.Add(new($"{what}'s {claim.Name}", value));
            }
        }
    }
}
