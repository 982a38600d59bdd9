using System.Net;
using System.Text;
using System.Text.Json;
using Lethe.TestKit.Vendors;
using Xunit;

namespace Lethe.ClusterTests.Gateway;

/// <summary>Every way in which a turn or a completion ends, and the language in which it is asked for.</summary>
[Collection(VendorSuite.Name)]
public sealed class EndingTests(VendorGateway gateway)
{
    private const int Fitting = 12_000; // bytes of a selection that leave room for a whole answer
    private const int NearlyAll = 28_000; // that leave a part of it
    private const int TooMuch = 45_000; // that leave nothing

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("mock-ok", Fitting, "complete")]
    [InlineData("mock-length", Fitting, "length")]
    [InlineData("mock-filtered", Fitting, "filtered")]
    [InlineData("mock-undone", Fitting, "upstream_cut")]
    [InlineData("mock-ok", NearlyAll, "complete")] // there was enough after all
    [InlineData("mock-length", NearlyAll, "over_budget")] // the limit that it reached was the budget
    [InlineData("mock-long", NearlyAll, "over_budget")] // the vendor went on past the limit that it was given
    public async Task Turn_EndsAs(string model, int selectionBytes, string ending)
    {
        TestSession session = await gateway.OpenAsync();
        List<(string Name, JsonElement Data)> events = await TurnAsync(session, model, selectionBytes);
        Assert.Equal("done", events[^1].Name);
        Assert.Equal(ending, events[^1].Data.GetProperty("ending").GetString());
        Assert.Single(events, happened => happened.Name is "done" or "error");
        Assert.Contains(events, happened => happened.Name == "delta");
    }

    [Theory]
    [InlineData("mock-500", "upstream_error")]
    [InlineData("mock-filter-400", "upstream_filtered")]
    public async Task Turn_WithoutAnswer_EndsAsError(string model, string code)
    {
        TestSession session = await gateway.OpenAsync();
        List<(string Name, JsonElement Data)> events = await TurnAsync(session, model, Fitting);
        Assert.Equal("error", events[^1].Name);
        Assert.Equal(code, events[^1].Data.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Turn_OverBudget_LeavesNothingAndIsRefusedTheNextTime()
    {
        TestSession session = await gateway.OpenAsync();
        await TurnAsync(session, "mock-long", NearlyAll); // no usage is told: what came is what was used, by our own count
        using HttpResponseMessage next = await SendAsync(session, Turn(session, "mock-ok", Fitting));
        Assert.Equal(HttpStatusCode.Forbidden, next.StatusCode);
        Assert.Contains("\"code\":\"over_budget\"", await next.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Turn_LargerThanTheBudget_IsRefusedBeforeItStarts()
    {
        TestSession session = await gateway.OpenAsync();
        using HttpResponseMessage refused = await SendAsync(session, Turn(session, "mock-ok", TooMuch));
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Contains("\"code\":\"over_budget\"", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Turn_Cancelled_EndsAsCancelled()
    {
        TestSession session = await gateway.OpenAsync();
        Task<List<(string Name, JsonElement Data)>> running = TurnAsync(session, "mock-hang", Fitting);
        for (int attempt = 0; ; attempt++)
        {
            using HttpResponseMessage cancelled = await session.SendAsync(HttpMethod.Post, "v1/session/cancel");
            string text = await cancelled.Content.ReadAsStringAsync(Cancel);
            if (!text.Contains(":0", StringComparison.Ordinal))
            {
                break;
            }
            Assert.True(attempt < 200, "the turn does not begin");
            await Task.Delay(50, Cancel);
        }
        List<(string Name, JsonElement Data)> events = await running;
        Assert.Equal("done", events[^1].Name);
        Assert.Equal("cancelled", events[^1].Data.GetProperty("ending").GetString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Completion_ThatTheBudgetEnds_SaysSo(bool stream)
    {
        TestSession session = await gateway.OpenAsync();
        using HttpRequestMessage request = session.Request(
            HttpMethod.Post,
            "v1/chat/completions",
            TestSession.Json(
                $$"""{"model":"mock-length","stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":"{{Text(NearlyAll)}}"}],"max_tokens":4000}"""
            )
        );
        using HttpResponseMessage response = await gateway.Http.SendAsync(request, Cancel);
        string answer = await response.Content.ReadAsStringAsync(Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        if (stream)
        {
            Assert.Contains("\"finish_reason\":\"length\"", answer, StringComparison.Ordinal);
            Assert.Contains("\"code\":\"over_budget\"", answer, StringComparison.Ordinal);
            Assert.DoesNotContain("[DONE]", answer, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal("over_budget", Assert.Single(response.Headers.GetValues("Lethe-Ending")));
        }
        string sent = Encoding.UTF8.GetString(gateway.Vendor.Requests[^1].Body);
        Assert.Contains("\"max_completion_tokens\":", sent, StringComparison.Ordinal); // less than the caller's 4,000
        Assert.DoesNotContain("\"max_tokens\":4000", sent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Completions_ThatHaveEnded_AreSettledWhereverOneLooks(bool stream)
    {
        TestSession session = await gateway.OpenAsync();
        string body =
            $$"""{"model":"mock-ok","stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":"x"}],"max_tokens":4000}""";
        for (int call = 1; call <= 8; call++) // each sets 4,000 of 12,000 tokens aside and uses 18
        {
            using HttpResponseMessage response = await session.SendAsync(HttpMethod.Post, "v1/chat/completions", TestSession.Json(body));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            await response.Content.ReadAsByteArrayAsync(Cancel);
            using HttpResponseMessage described = await session.SendAsync(HttpMethod.Get, "v1/session");
            JsonElement state = JsonSerializer.Deserialize<JsonElement>(await described.Content.ReadAsStringAsync(Cancel));
            Assert.Equal(
                (VendorGateway.SessionTokens - (18L * call), 0),
                (state.GetProperty("budgetTokens").GetInt64(), state.GetProperty("callsRunning").GetInt32())
            );
        }
        using HttpResponseMessage last = await session.SendAsync(HttpMethod.Post, "v1/chat/completions", TestSession.Json(body));
        await last.Content.ReadAsByteArrayAsync(Cancel);
        using HttpResponseMessage cancelled = await session.SendAsync(HttpMethod.Post, "v1/session/cancel");
        Assert.Equal("""{"cancelled":0}""", await cancelled.Content.ReadAsStringAsync(Cancel));
        using HttpResponseMessage more = await session.SendAsync(HttpMethod.Post, "v1/chat/completions", TestSession.Json(body));
        await more.Content.ReadAsByteArrayAsync(Cancel);
        using HttpResponseMessage forgotten = await session.SendAsync(HttpMethod.Delete, "v1/session");
        Assert.Equal(HttpStatusCode.OK, forgotten.StatusCode);
        using HttpResponseMessage gone = await session.SendAsync(HttpMethod.Post, "v1/chat/completions", TestSession.Json(body));
        Assert.Equal(HttpStatusCode.Gone, gone.StatusCode);
    }

    [Theory]
    [InlineData("de", "Der Vermieter überlässt dem Mieter die Wohnung und der Mieter zahlt die Miete.", "German. Antworte auf Deutsch.")]
    [InlineData("en", "The landlord lets the flat to the tenant and the rent is due by the third day.", "English. Answer in English.")]
    [InlineData(
        "fr",
        "Le bailleur met les locaux à la disposition du preneur pour une durée qui est fixée par les parties et ne peut être prolongée.",
        "French. Réponds en français."
    )]
    [InlineData(
        "it",
        "Il locatore concede al conduttore l'uso della casa per una durata che è stabilita dalle parti e non può essere prorogata.",
        "Italian. Rispondi in italiano."
    )]
    public async Task Turn_AsksForTheLanguageOfTheDocument(string language, string document, string expected)
    {
        TestSession session = await gateway.OpenAsync();
        using HttpResponseMessage put = await session.PutAsync("0123456789abcdef0123456789abcdef", document);
        string prompt = await PromptAsync(session, "\"action\":\"summarise\"");
        Assert.Contains("in the language of the material", prompt, StringComparison.Ordinal);
        Assert.Contains("The material is in " + expected, prompt, StringComparison.Ordinal);
        string other = language == "fr" ? "it" : "fr";
        prompt = await PromptAsync(session, $"\"action\":\"summarise\",\"language\":\"{other}\"");
        Assert.Contains(other == "fr" ? "Réponds en français." : "Rispondi in italiano.", prompt, StringComparison.Ordinal);
        Assert.DoesNotContain("language of the material", prompt, StringComparison.Ordinal);
    }

    private static string Text(int bytes) => string.Concat(Enumerable.Repeat("Clause by clause. ", (bytes / 18) + 1))[..bytes];

    private static string Turn(TestSession session, string model, int selectionBytes) =>
        $$"""{"key":"{{session.Key}}","action":"rewrite","instruction":"Shorter.","model":"{{model}}","selection":"{{Text(selectionBytes)}}"}""";

    private async Task<string> PromptAsync(TestSession session, string members)
    {
        using HttpResponseMessage answer = await SendAsync(session, $"{{\"key\":\"{session.Key}\",\"model\":\"mock-ok\",{members}}}");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        VendorRequest sent = gateway.Vendor.Requests[^1];
        using JsonDocument body = JsonDocument.Parse(sent.Body);
        return body.RootElement.GetProperty("messages")[0].GetProperty("content").GetString()!;
    }

    private async Task<HttpResponseMessage> SendAsync(TestSession session, string body)
    {
        using HttpRequestMessage request = session.Request(HttpMethod.Post, "v1/session/turns", TestSession.Json(body));
        request.Headers.Accept.ParseAdd("text/event-stream");
        return await gateway.Http.SendAsync(request, Cancel);
    }

    private async Task<List<(string Name, JsonElement Data)>> TurnAsync(TestSession session, string model, int selectionBytes)
    {
        using HttpResponseMessage response = await SendAsync(session, Turn(session, model, selectionBytes));
        string text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        return
        [
            .. text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
                .Where(frame => frame[0] != ':')
                .Select(frame => frame.Split('\n'))
                .Select(lines => (lines[0]["event: ".Length..], JsonSerializer.Deserialize<JsonElement>(lines[1]["data: ".Length..]))),
        ];
    }
}
