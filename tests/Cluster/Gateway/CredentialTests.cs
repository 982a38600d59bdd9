using System.Net;
using System.Text.Json;
using Xunit;

namespace Lethe.ClusterTests.Gateway;

/// <summary>Tokens and credentials: what opens a session and what does not, told from the headers alone.</summary>
[Collection(GatewaySuite.Name)]
public sealed class CredentialTests(RunningGateway gateway)
{
    private const string Marker = "MARKER-q7Zk2";

    [Fact]
    public async Task Open_WithoutToken_IsChallenged()
    {
        using HttpResponseMessage response = await gateway.Http.PostAsync(
            "v1/sessions",
            content: null,
            TestContext.Current.CancellationToken
        );
        await AssertProblemAsync(response, 401, "token_required");
        Assert.Equal("PrivateToken", response.Headers.WwwAuthenticate.First().Scheme);
    }

    [Theory]
    [InlineData("PrivateToken token=" + Marker)]
    [InlineData("PrivateToken")]
    [InlineData("PrivateToken token=\"" + Marker)]
    public async Task Open_WithNonsense_IsChallenged(string header)
    {
        using HttpResponseMessage response = await OpenAsync(header);
        await AssertProblemAsync(response, 401, "token_invalid");
    }

    [Fact]
    public async Task Open_Twice_IsSpent()
    {
        string token = gateway.NewToken();
        using HttpResponseMessage first = await OpenAsync(token);
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        using HttpResponseMessage second = await OpenAsync(token);
        await AssertProblemAsync(second, 403, "token_spent");
    }

    [Fact]
    public async Task Open_WithTokenUnquotedAndUnpadded_Opens()
    {
        string token = gateway.NewToken().Replace("\"", "", StringComparison.Ordinal).TrimEnd('=');
        using HttpResponseMessage response = await OpenAsync(token);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }

    [Fact]
    public async Task Open_WithTokenOfAnotherCell_IsSentThere()
    {
        using HttpResponseMessage response = await OpenAsync(gateway.NewToken(ofAnotherCell: true));
        JsonElement problem = await AssertProblemAsync(response, 421, "misdirected");
        Assert.Equal("ch", problem.GetProperty("region").GetString());
        Assert.Equal("https://gateway.ch.example", problem.GetProperty("baseUrl").GetString());
    }

    [Fact]
    public async Task Open_WithTokenForAnotherOrigin_IsChallenged() =>
        await AssertProblemAsync(await OpenAsync(gateway.NewToken(ofAnotherOrigin: true)), 401, "token_invalid");

    [Fact]
    public async Task Open_WithTokenOfAnEpochThatIsOver_IsExpired() =>
        await AssertProblemAsync(await OpenAsync(gateway.NewToken(fromOldEpoch: true)), 401, "token_expired");

    [Fact]
    public async Task Open_WithForgedSignature_IsChallenged()
    {
        string token = gateway.NewToken();
        char changed = token[^20] == 'A' ? 'B' : 'A';
        await AssertProblemAsync(await OpenAsync(token[..^20] + changed + token[^19..]), 401, "token_invalid");
    }

    [Fact]
    public async Task Open_WithBody_IsRefusedAndSpendsNothing()
    {
        string token = gateway.NewToken();
        using HttpRequestMessage request = new(HttpMethod.Post, "v1/sessions") { Content = new StringContent(Marker) };
        request.Headers.TryAddWithoutValidation("Authorization", token);
        using HttpResponseMessage response = await gateway.Http.SendAsync(request, TestContext.Current.CancellationToken);
        await AssertProblemAsync(response, 400, "body_not_allowed");
        using HttpResponseMessage after = await OpenAsync(token);
        Assert.Equal(HttpStatusCode.Created, after.StatusCode);
    }

    public static TheoryData<string, int, string> Credentials() =>
        new()
        {
            { "none", 401, "credential_required" },
            { "nonsense", 401, "credential_invalid" },
            { "huge", 401, "credential_invalid" },
            { "forged", 401, "credential_invalid" },
            { "algorithm-none", 401, "credential_invalid" },
            { "wrong-type", 401, "credential_invalid" },
            { "wrong-audience", 401, "credential_invalid" },
            { "without-sid", 401, "credential_invalid" },
            { "expired", 401, "credential_expired" },
            { "foreign", 421, "misdirected" },
            { "unknown-session", 410, "session_gone" },
        };

    [Theory]
    [MemberData(nameof(Credentials))]
    public async Task Call_WithBadCredential_IsRefusedOnEveryRoute(string kind, int status, string code)
    {
        (HttpMethod Method, string Path)[] routes =
        [
            (HttpMethod.Get, "v1/session"),
            (HttpMethod.Delete, "v1/session"),
            (HttpMethod.Post, "v1/session/cancel"),
            (HttpMethod.Post, "v1/session/turns"),
            (HttpMethod.Put, "v1/session/documents/0123456789abcdef0123456789abcdef"),
        ];
        foreach ((HttpMethod method, string path) in routes)
        {
            using HttpRequestMessage request = new(method, path);
            if (method == HttpMethod.Put || path.EndsWith("turns", StringComparison.Ordinal))
            {
                request.Content =
                    method == HttpMethod.Put ? TestSession.Upload(new string('A', 43), [65], "text/plain") : TestSession.Json("{}");
            }
            if (BadCredentials.Make(gateway, kind) is { } credential)
            {
                request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + credential);
            }
            using HttpResponseMessage response = await gateway.Http.SendAsync(request, TestContext.Current.CancellationToken);
            await AssertProblemAsync(response, status, code);
        }
    }

    [Fact]
    public async Task Call_AfterForget_IsGone()
    {
        TestSession session = await gateway.OpenAsync();
        using HttpResponseMessage forgotten = await session.SendAsync(HttpMethod.Delete, "v1/session");
        Assert.Equal(HttpStatusCode.OK, forgotten.StatusCode);
        await AssertProblemAsync(await session.SendAsync(HttpMethod.Get, "v1/session"), 410, "session_gone");
        await AssertProblemAsync(await session.PutAsync("0123456789abcdef0123456789abcdef", Marker), 410, "session_gone");
    }

    private async Task<HttpResponseMessage> OpenAsync(string header)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "v1/sessions");
        request.Headers.TryAddWithoutValidation("Authorization", header);
        return await gateway.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static async Task<JsonElement> AssertProblemAsync(HttpResponseMessage response, int status, string code)
    {
        using HttpResponseMessage answered = response;
        string text = await answered.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True((int)answered.StatusCode == status, $"{(int)answered.StatusCode}: {text}");
        Assert.DoesNotContain(Marker, text + answered.Headers, StringComparison.OrdinalIgnoreCase);
        JsonElement problem = JsonSerializer.Deserialize<JsonElement>(text);
        Assert.Equal(code, problem.GetProperty("code").GetString());
        return problem;
    }
}
