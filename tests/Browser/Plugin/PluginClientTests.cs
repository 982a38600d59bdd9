using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lethe.BrowserTests.Stage;
using Lethe.TestKit.Documents;
using Xunit;
using IRequest = Microsoft.Playwright.IRequest;

namespace Lethe.BrowserTests.Plugin;

/// <summary>The JavaScript client as it ships, in Chromium, against running cells.</summary>
public sealed class PluginClientTests(BrowserStage stage)
{
    [Theory]
    [InlineData("eu")]
    [InlineData("ch")]
    public async Task MainJob_UnderAStrictPolicy_AnswersAndForgets(string region)
    {
        await using PluginTab tab = await PluginTab.OpenAsync(stage, region);
        Assert.Equal("false", await tab.Page.GetAttributeAsync("html", "data-evaluates-text")); // the policy is in force
        Assert.Equal(4, Number(await tab.CallAsync("plugin.refill()"), "drawn"));

        JsonElement opened = await tab.CallAsync("plugin.open()");
        Assert.Equal((region, 43), (opened.GetProperty("region").GetString(), Number(opened, "keyLength")));
        string contract = await File.ReadAllTextAsync(Path.Combine(RepositoryFolder.Documents, "de-mietvertrag.md"));
        JsonElement uploaded = (await tab.Page.EvaluateAsync("text => plugin.upload('text/markdown', text)", contract))!.Value;
        Assert.True(uploaded.GetProperty("coverage").GetProperty("complete").GetBoolean(), uploaded.GetRawText());
        JsonElement[] events = [.. (await tab.CallAsync("plugin.run({ action: 'summarise' })")).EnumerateArray()];

        Assert.Equal("accepted", events[0].GetProperty("name").GetString());
        Assert.Single(events, happened => happened.GetProperty("name").GetString() == "route");
        Assert.Equal("done", events[^1].GetProperty("name").GetString());
        Assert.Equal("complete", events[^1].GetProperty("data").GetProperty("ending").GetString());
        string answer = string.Concat(
            events
                .Where(happened => happened.GetProperty("name").GetString() == "delta")
                .Select(happened => happened.GetProperty("data").GetProperty("text").GetString())
        );
        Assert.InRange(answer.Length, 100, 20_000);
        Assert.Equal("accepted", (await tab.CallAsync("plugin.leave({ action: 'summarise' })")).GetProperty("left").GetString());
        Assert.True((await tab.CallAsync("plugin.cancel()")).GetProperty("cancelled").GetBoolean());
        JsonElement forgotten = await tab.CallAsync("plugin.forget()");
        Assert.True(forgotten.GetProperty("forgotten").GetBoolean());
        Assert.Equal(1, Number(forgotten, "documents"));
        Assert.Equal("session_gone", (await tab.CallAsync("plugin.describe()")).GetProperty("code").GetString());
        Assert.Equal((3, 0), await PoolAsync(tab));
    }

    [Fact]
    public async Task EveryRequest_CarriesNothingThatNamesAnyone()
    {
        await using PluginTab tab = await PluginTab.OpenAsync(stage, "eu");
        await tab.CallAsync("plugin.refill()");
        await tab.CallAsync("plugin.open()");
        await tab.CallAsync("plugin.forget()");

        (string control, string gateway) = (stage.Cells.ControlUrl("eu"), stage.Cells.GatewayUrl("eu"));
        List<(string Url, string? Scheme)> sent = [];
        foreach (IRequest request in tab.Calls)
        {
            Dictionary<string, string> headers = await request.AllHeadersAsync();
            sent.Add((request.Url, headers.GetValueOrDefault("authorization")?.Split(' ')[0]));
            Assert.DoesNotContain("cookie", headers.Keys);
            Assert.DoesNotContain("referer", headers.Keys);
            Assert.DoesNotContain("set-cookie", (await (await request.ResponseAsync())!.AllHeadersAsync()).Keys);
        }
        Assert.Equal(
            [
                ($"{control}/v1/discovery", null),
                ($"{control}/.well-known/private-token-issuer-directory", null),
                ($"{gateway}/v1/token-challenge", null),
                ($"{control}/token-request", "Bearer"),
                ($"{gateway}/v1/sessions", "PrivateToken"),
                ($"{gateway}/v1/session", "Bearer"),
            ],
            sent
        );
        Assert.Empty(await tab.Window.CookiesAsync());
    }

    [Fact]
    public async Task Start_AfterThePageIsOpenedAgain_TouchesTheContentPlaneOnly()
    {
        await using PluginTab tab = await PluginTab.OpenAsync(stage, "eu");
        await tab.CallAsync("plugin.refill()");
        await tab.LoadAsync();
        tab.ForgetCalls();

        Assert.Equal("eu", (await tab.CallAsync("plugin.open()")).GetProperty("region").GetString());

        IRequest only = Assert.Single(tab.Calls);
        Assert.Equal(new Uri(new Uri(stage.Cells.GatewayUrl("eu")), "/v1/sessions"), new Uri(only.Url));
        Assert.Equal((3, 0), await PoolAsync(tab));
    }

    [Fact]
    public async Task Start_WithAnEmptyPool_DrawsAndCountsIt()
    {
        await using PluginTab tab = await PluginTab.OpenAsync(stage, "eu");
        Assert.Equal("eu", (await tab.CallAsync("plugin.open()")).GetProperty("region").GetString());
        Assert.Equal((3, 1), await PoolAsync(tab));
        await tab.LoadAsync();
        Assert.Equal((3, 1), await PoolAsync(tab)); // what is counted outlives the page
        Assert.Equal(1, Number(await tab.CallAsync("plugin.pool()"), "firstDayStarts"));
    }

    [Fact]
    public async Task TamperedMirror_StopsTheDraw()
    {
        await using PluginTab tab = await PluginTab.OpenAsync(stage, "eu");
        await tab.Page.RouteAsync(
            "**/v1/token-challenge",
            async route =>
            {
                JsonNode told = JsonNode.Parse(await tab.Page.EvaluateAsync<string>("window.mirror"))!;
                string directory = Encoding.UTF8.GetString(Base64Url.DecodeFromChars((string)told["directory"]!));
                told["directory"] = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(directory.Replace("eu-standard", "eu-standarc")));
                Dictionary<string, string> headers = new(StringComparer.Ordinal)
                {
                    ["access-control-allow-origin"] = stage.Site.Origin,
                    ["content-type"] = "application/json",
                };
                await route.FulfillAsync(new() { Headers = headers, Body = told.ToJsonString() });
            }
        );
        await tab.Page.EvaluateAsync(
            "async url => { const answer = await fetch(url + '/v1/token-challenge?real'); window.mirror = await answer.text(); }",
            stage.Cells.GatewayUrl("eu")
        );

        Assert.Equal("issuer_keys_differ", (await tab.CallAsync("plugin.refill()")).GetProperty("code").GetString());
        Assert.Equal("issuer_keys_differ", (await tab.CallAsync("plugin.open()")).GetProperty("code").GetString());
        Assert.DoesNotContain(tab.Calls, request => request.Url.EndsWith("/token-request", StringComparison.Ordinal));
        Assert.Equal((0, 1), await PoolAsync(tab));

        await tab.Page.UnrouteAsync("**/v1/token-challenge");
        Assert.Equal(4, Number(await tab.CallAsync("plugin.refill()"), "drawn"));
    }

    [Fact]
    public async Task PageOfAnotherOrigin_GetsNothing()
    {
        await using PluginTab tab = await PluginTab.OpenAsync(stage, "eu", stage.StrangeSite);
        Assert.Equal("unreachable", (await tab.CallAsync("plugin.refill()")).GetProperty("code").GetString());
        Assert.Equal((0, 0), await PoolAsync(tab));
    }

    [Fact]
    public async Task Background_WhileThePageIsOpen_FillsThePoolByItself()
    {
        await using PluginTab tab = await PluginTab.OpenAsync(stage, "ch");
        await tab.Page.EvaluateAsync("plugin.keepFilled(10000)");
        Assert.Equal((4, 0), await PoolAsync(tab));
    }

    [Fact]
    public async Task TwoPages_WhoseBackgroundsRun_DrawOnce()
    {
        await using PluginTab first = await PluginTab.OpenAsync(stage, "eu");
        PluginTab second = await PluginTab.OpenAsync(stage, "eu", window: first.Window);

        await Task.WhenAll(first.Page.EvaluateAsync("plugin.keepFilled(10000)"), second.Page.EvaluateAsync("plugin.keepFilled(10000)"));

        Assert.Equal((4, 0), await PoolAsync(second));
        Assert.Single([.. first.Calls, .. second.Calls], request => request.Url.EndsWith("/token-request", StringComparison.Ordinal));
    }

    [Fact]
    public async Task TwoPages_ThatShareAPool_DrawOnce()
    {
        await using PluginTab first = await PluginTab.OpenAsync(stage, "ch");
        PluginTab second = await PluginTab.OpenAsync(stage, "ch", window: first.Window);

        JsonElement[] drawn = await Task.WhenAll(first.CallAsync("plugin.refill()"), second.CallAsync("plugin.refill()"));

        Assert.Equal([0, 4], drawn.Select(told => Number(told, "drawn")).Order());
        Assert.Equal((4, 0), await PoolAsync(first));
        Assert.Equal((4, 0), await PoolAsync(second));
    }

    [Fact]
    public async Task Blinding_ATokenTakesMilliseconds()
    {
        await using PluginTab tab = await PluginTab.OpenAsync(stage, "eu");
        using JsonDocument vectors = JsonDocument.Parse(
            await File.ReadAllBytesAsync(Path.Combine(RepositoryFolder.Root, "tests/Unit/PrivacyPass/vectors/rfc9578-type2.json"))
        );
        string spki = Convert.ToBase64String(Convert.FromHexString(vectors.RootElement[0].GetProperty("pkS").GetString()!));
        double milliseconds = await tab.Page.EvaluateAsync<double>("spki => plugin.measure(spki, 60)", spki);
        TestContext.Current.TestOutputHelper?.WriteLine($"{milliseconds:F2} ms a token");
        Assert.InRange(milliseconds, 0.01, 100);
    }

    private static async Task<(int Count, int DrawsAtStart)> PoolAsync(PluginTab tab)
    {
        JsonElement pool = await tab.CallAsync("plugin.pool()");
        return (Number(pool, "count"), Number(pool, "drawsAtStart"));
    }

    private static int Number(JsonElement told, string name) =>
        told.TryGetProperty(name, out JsonElement value) ? value.GetInt32() : throw new InvalidOperationException(told.GetRawText());
}
