using System.Net;
using System.Text.Json;
using Xunit;

namespace Lethe.ClusterTests.Gateway;

/// <summary>A session from its token to its end, over real HTTPS with the offline model.</summary>
[Collection(GatewaySuite.Name)]
public sealed class MainJobTests(RunningGateway gateway)
{
    private const string Contract =
        "Rental agreement\n\nThe landlord lets the flat at Lake Street 4 to the tenant from 1 March 2026.\n\n"
        + "The monthly rent is 1,450 euros and is due on the third working day of each month.\n\n"
        + "The tenant pays a deposit of three monthly rents, which the landlord keeps apart from his own money.\n\n"
        + "Either party may end the agreement with three months' notice; the notice must be in writing.";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Session_FromTokenToForget_Works()
    {
        TestSession session = await gateway.OpenAsync();
        JsonElement put = await JsonAsync(await session.PutAsync("0123456789abcdef0123456789abcdef", Contract));
        Assert.Equal(Contract.Length, put.GetProperty("characters").GetInt32());
        Assert.True(put.GetProperty("coverage").GetProperty("complete").GetBoolean());
        Assert.Equal(1, put.GetProperty("revision").GetInt64());

        JsonElement turn = await JsonAsync(await TurnAsync(session, "\"action\":\"summarise\""));
        Assert.Equal("complete", turn.GetProperty("ending").GetString());
        Assert.Equal(1, turn.GetProperty("turn").GetInt32());
        Assert.False(string.IsNullOrEmpty(turn.GetProperty("text").GetString()));

        JsonElement state = await JsonAsync(await session.SendAsync(HttpMethod.Get, "v1/session"));
        Assert.Equal(1, state.GetProperty("turns").GetInt32());
        Assert.False(state.GetProperty("turnRunning").GetBoolean());
        Assert.True(state.GetProperty("sealedBytes").GetInt64() > Contract.Length);

        JsonElement removed = await JsonAsync(
            await session.SendAsync(
                HttpMethod.Delete,
                "v1/session/documents/0123456789abcdef0123456789abcdef",
                TestSession.Json($"{{\"key\":\"{session.Key}\"}}")
            )
        );
        Assert.Equal(3, removed.GetProperty("revision").GetInt64());
        JsonElement forgotten = await JsonAsync(await session.SendAsync(HttpMethod.Delete, "v1/session"));
        Assert.True(forgotten.GetProperty("forgotten").GetBoolean());
        Assert.Equal(1, forgotten.GetProperty("turns").GetInt32());
    }

    [Fact]
    public async Task Turn_AsStream_EndsExactlyOnce()
    {
        TestSession session = await gateway.OpenAsync();
        using HttpResponseMessage put = await session.PutAsync("0123456789abcdef0123456789abcdef", Contract);
        using HttpRequestMessage request = session.Request(
            HttpMethod.Post,
            "v1/session/turns",
            TestSession.Json($"{{\"key\":\"{session.Key}\",\"action\":\"ask\",\"instruction\":\"How much is the rent?\"}}")
        );
        request.Headers.Accept.ParseAdd("text/event-stream");
        using HttpResponseMessage response = await gateway.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("no", Assert.Single(response.Headers.GetValues("X-Accel-Buffering")));
        List<string> events = [];
        string text = await response.Content.ReadAsStringAsync(Cancel);
        foreach (string frame in text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(frame => frame[0] != ':'))
        {
            string[] lines = frame.Split('\n');
            events.Add(lines[0]["event: ".Length..]);
            using JsonDocument data = JsonDocument.Parse(lines[1]["data: ".Length..]);
        }
        Assert.Equal("accepted", events[0]);
        Assert.Equal("route", events[1]);
        Assert.Contains(events, name => name == "delta");
        Assert.Equal("done", events[^1]);
        Assert.Single(events, name => name is "done" or "error");
        Assert.Contains("1,450", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("review")]
    [InlineData("rewrite")]
    [InlineData("draft")]
    [InlineData("proofread")]
    [InlineData("translate")]
    public async Task Turn_ThatTheOfflineModelCannotDo_IsRefusedByName(string action)
    {
        TestSession session = await gateway.OpenAsync();
        using HttpResponseMessage put = await session.PutAsync("0123456789abcdef0123456789abcdef", Contract);
        using HttpResponseMessage refused = await TurnAsync(
            session,
            $"\"action\":\"{action}\",\"instruction\":\"Shorter, please.\",\"language\":\"de\""
        );
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        JsonElement problem = JsonSerializer.Deserialize<JsonElement>(await refused.Content.ReadAsStringAsync(Cancel));
        Assert.Equal("action_not_supported", problem.GetProperty("code").GetString());
        JsonElement state = await JsonAsync(await session.SendAsync(HttpMethod.Get, "v1/session"));
        Assert.Equal(0, state.GetProperty("turns").GetInt32());
    }

    [Fact]
    public async Task Capabilities_NameWhatTheOfflineModelCanDo()
    {
        TestSession session = await gateway.OpenAsync();
        JsonElement capabilities = await JsonAsync(await session.SendAsync(HttpMethod.Get, "v1/capabilities"));
        string[] actions = [.. capabilities.GetProperty("actions").EnumerateArray().Select(action => action.GetString()!)];
        Assert.Contains(actions, name => name == "summarise");
        Assert.DoesNotContain(actions, name => name == "translate");
        Assert.Equal(10 * 1024 * 1024, capabilities.GetProperty("limits").GetProperty("documentBytes").GetInt64());
    }

    [Fact]
    public async Task Cell_IsDescribedWithoutCredential()
    {
        JsonElement cell = await JsonAsync(await gateway.Http.GetAsync(".well-known/lethe", Cancel));
        Assert.Equal("eu", cell.GetProperty("region").GetString());
        JsonElement challenge = await JsonAsync(await gateway.Http.GetAsync("v1/token-challenge", Cancel));
        Assert.False(string.IsNullOrEmpty(challenge.GetProperty("challenge").GetString()));
    }

    [Fact]
    public async Task OpenApi_DescribesEveryRoute()
    {
        JsonElement document = await JsonAsync(await gateway.Http.GetAsync("openapi/v1.json", Cancel));
        Assert.StartsWith("3.1", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        string[] paths = [.. document.GetProperty("paths").EnumerateObject().Select(path => path.Name)];
        string[] known =
        [
            "/.well-known/lethe",
            "/v1/token-challenge",
            "/v1/sessions",
            "/v1/capabilities",
            "/v1/session",
            "/v1/session/documents/{docId}",
            "/v1/session/turns",
            "/v1/session/cancel",
        ];
        Assert.Empty(known.Except(paths, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Preflight_OfKnownOriginOnly_IsAllowedWithoutCredentials()
    {
        using HttpResponseMessage known = await PreflightAsync("https://plugin.example");
        Assert.Equal("https://plugin.example", Assert.Single(known.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.False(known.Headers.Contains("Access-Control-Allow-Credentials"));
        using HttpResponseMessage unknown = await PreflightAsync("https://elsewhere.example");
        Assert.False(unknown.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Management_TellsHealthAndMetrics_OnItsOwnListenerOnly()
    {
        using HttpClient http = new() { BaseAddress = gateway.Management };
        TestSession session = await gateway.OpenAsync();
        Assert.NotEmpty(session.Credential);
        Assert.Equal("ready\n", await http.GetStringAsync("health/ready", Cancel));
        string metrics = await http.GetStringAsync("metrics", Cancel);
        Assert.Contains("lethe_gateway_sessions_total{outcome=\"opened\"}", metrics, StringComparison.Ordinal);
        using HttpResponseMessage outside = await http.GetAsync("v1/token-challenge", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, outside.StatusCode);
    }

    [Fact]
    public async Task Turn_WhenTheClientLeaves_LeavesTheSessionFree()
    {
        TestSession session = await gateway.OpenAsync();
        string large = string.Join("\n\n", Enumerable.Range(0, 4000).Select(number => $"{number}. {Contract}"));
        using HttpResponseMessage put = await session.PutAsync("0123456789abcdef0123456789abcdef", large);
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        using (CancellationTokenSource leaving = new(TimeSpan.FromMilliseconds(200)))
        {
            using HttpRequestMessage request = session.Request(
                HttpMethod.Post,
                "v1/session/turns",
                TestSession.Json($"{{\"key\":\"{session.Key}\",\"action\":\"summarise\"}}")
            );
            try
            {
                using HttpResponseMessage ignored = await gateway.Http.SendAsync(request, leaving.Token);
            }
            catch (OperationCanceledException)
            {
                // left
            }
        }
        for (int attempt = 0; ; attempt++)
        {
            JsonElement state = await JsonAsync(await session.SendAsync(HttpMethod.Get, "v1/session"));
            if (!state.GetProperty("turnRunning").GetBoolean())
            {
                return;
            }
            Assert.True(attempt < 100, "the turn still runs");
            await Task.Delay(50, Cancel);
        }
    }

    private static Task<HttpResponseMessage> TurnAsync(TestSession session, string members) =>
        session.SendAsync(HttpMethod.Post, "v1/session/turns", TestSession.Json($"{{\"key\":\"{session.Key}\",{members}}}"));

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage response)
    {
        using HttpResponseMessage answered = response;
        string text = await answered.Content.ReadAsStringAsync(Cancel);
        Assert.True(answered.IsSuccessStatusCode, text);
        return JsonSerializer.Deserialize<JsonElement>(text);
    }

    private async Task<HttpResponseMessage> PreflightAsync(string origin)
    {
        using HttpRequestMessage request = new(HttpMethod.Options, "v1/session/turns");
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "authorization,content-type");
        return await gateway.Http.SendAsync(request, Cancel);
    }
}
