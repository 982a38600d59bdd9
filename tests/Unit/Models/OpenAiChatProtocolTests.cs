using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lethe.Gateway.Models;
using Lethe.TestKit;
using Lethe.TestKit.Vendors;
using Xunit;

namespace Lethe.UnitTests.Models;

public sealed class OpenAiChatProtocolTests : IAsyncLifetime
{
    private const string Prompt = "Fasse \"§ 535\" zusammen:\n\tGrüße 😀 \\ \u0001";
    private readonly TempFolder folder = new();
    private MockVendor vendor = null!;

    public async ValueTask InitializeAsync() => vendor = await MockVendor.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await vendor.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Run_WholeAnswer_IsTextUsageComplete()
    {
        List<string> events = await RunAsync("mock-ok");
        Assert.Equal(["reached vendor", "text Grüße, \"Mandant\"\n", "text § 535 BGB 😀.", "usage 11 7 True", "finished Complete"], events);
    }

    [Fact]
    public async Task Run_Request_IsExactlyThis()
    {
        await RunAsync("mock-ok");
        VendorRequest sent = Assert.Single(vendor.Requests);
        Assert.Equal("POST /v1/chat/completions", sent.Path);
        Assert.Equal(
            ["Accept", "Authorization", "Content-Length", "Content-Type", "Host"],
            sent.Headers.Keys.Order(StringComparer.Ordinal)
        );
        Assert.Equal("text/event-stream", sent.Headers["Accept"]);
        Assert.Equal("application/json", sent.Headers["Content-Type"]);
        Assert.Equal("Bearer " + RouteFiles.Secret, sent.Headers["Authorization"]);
        Assert.Equal(
            """{"model":"mock-ok","store":false,"stream":true,"stream_options":{"include_usage":true},"max_completion_tokens":300,"messages":[{"role":"system","content":"Du bist …"},{"role":"user","content":"Fasse \"§ 535\" zusammen:\n\u0009Grüße 😀 \\ \u0001"}]}""",
            Encoding.UTF8.GetString(sent.Body)
        );
        using JsonDocument parsed = JsonDocument.Parse(sent.Body);
        Assert.Equal(Prompt, parsed.RootElement.GetProperty("messages")[1].GetProperty("content").GetString());
    }

    [Theory]
    [InlineData("mock-length", "Length")]
    [InlineData("mock-filtered", "Filtered")]
    [InlineData("mock-cut", "UpstreamCut")]
    [InlineData("mock-undone", "UpstreamCut")]
    [InlineData("mock-garbage", "UpstreamCut")]
    [InlineData("mock-error-event", "UpstreamCut")]
    public async Task Run_OtherEnding_IsToldAndNeverLooksWhole(string model, string ending)
    {
        List<string> events = await RunAsync(model);
        Assert.Contains("text Grüße, \"Mandant\"\n", events);
        Assert.Equal("finished " + ending, events[^1]);
        Assert.DoesNotContain(events, happened => happened.Contains(MockVendor.Marker, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("mock-400", "UpstreamRefused 0")]
    [InlineData("mock-filter-400", "UpstreamFiltered 0")]
    [InlineData("mock-401", "UpstreamError 0")]
    [InlineData("mock-429", "UpstreamRateLimited 17")]
    [InlineData("mock-500", "UpstreamError 0")]
    [InlineData("mock-redirect", "UpstreamError 0")]
    [InlineData("mock-html", "UpstreamError 0")]
    public async Task Run_NoAnswer_IsOneOfOurCodes(string model, string failure)
    {
        List<string> events = await RunAsync(model);
        Assert.Equal(["reached vendor", "failed " + failure], events);
        Assert.Single(vendor.Requests); // no redirect was followed, nothing was asked twice
    }

    [Fact]
    public async Task Run_ConnectionBreaksBeforeText_IsAFailure()
    {
        List<string> events = await RunAsync("mock-silent-cut");
        Assert.Contains(events[^1], (string[])["failed UpstreamError 0", "failed UpstreamUnreachable 0"]); // before or after the status arrived
    }

    [Fact]
    public async Task Run_FirstRouteFails_SecondAnswersAndBothAreNamed()
    {
        List<string> events = await RunAsync(
            RouteFiles.Vendor("first", Endpoint, "mock-500"),
            RouteFiles.Vendor("second", Endpoint, "mock-ok")
        );
        Assert.Equal(["reached first", "reached second"], events.Take(2));
        Assert.Equal("finished Complete", events[^1]);
    }

    [Theory]
    [InlineData("mock-cut")]
    [InlineData("mock-400")]
    [InlineData("mock-filter-400")]
    public async Task Run_AfterTextOrRefusal_NoOtherVendorIsAsked(string model)
    {
        List<string> events = await RunAsync(RouteFiles.Vendor("first", Endpoint, model), RouteFiles.Vendor("second", Endpoint, "mock-ok"));
        Assert.DoesNotContain("reached second", events);
        Assert.Single(vendor.Requests);
    }

    [Fact]
    public async Task Run_VendorWithAnotherCertificate_GetsNothing()
    {
        await using MockVendor stranger = await MockVendor.StartAsync();
        ModelOptions options = new() { AllowLoopback = true, TrustedCa = stranger.CaFile };
        using ModelSetup models = RouteFiles.Start(folder, options, RouteFiles.Vendor(endpoint: Endpoint));
        Assert.Equal(["reached vendor", "failed UpstreamUnreachable 0"], await CollectAsync(models, TestContext.Current.CancellationToken));
        Assert.Empty(vendor.Requests);
    }

    [Fact]
    public async Task Run_RouteClosedSinceChosen_ZeroBytesLeave()
    {
        using ModelSetup models = Start(RouteFiles.Vendor(endpoint: Endpoint));
        RoutesChosen chosen = models.Choose();
        models.Clock.Advance(TimeSpan.FromDays(60));
        Assert.Equal(["failed NoCompliantRoute 0"], await CollectAsync(models, TestContext.Current.CancellationToken, chosen));
        Assert.Empty(vendor.Requests);
    }

    [Fact]
    public async Task Run_SilentVendor_IsATimeout()
    {
        ModelOptions options = new()
        {
            AllowLoopback = true,
            TrustedCa = vendor.CaFile,
            FirstByteTimeout = TimeSpan.FromMilliseconds(300),
        };
        using ModelSetup models = RouteFiles.Start(folder, options, RouteFiles.Vendor(endpoint: Endpoint, model: "mock-hang"));
        Assert.Equal(["reached vendor", "failed UpstreamTimeout 0"], await CollectAsync(models, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Run_Cancelled_VendorSeesItAtOnce()
    {
        using ModelSetup models = Start(RouteFiles.Vendor(endpoint: Endpoint, model: "mock-hang"));
        using CancellationTokenSource cancel = new();
        Task<List<string>> run = CollectAsync(models, cancel.Token);
        while (vendor.Requests.Count == 0)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        await vendor.CallerGone.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    private string Endpoint => vendor.Endpoint.AbsoluteUri;

    private async Task<List<string>> CollectAsync(ModelSetup models, CancellationToken cancellationToken, RoutesChosen? chosen = null)
    {
        ModelRequest request = new()
        {
            Action = ModelAction.Ask,
            MaxOutputTokens = 300,
            Messages =
            [
                new ModelMessage(MessageRole.System, ["Du bist …"u8.ToArray()]),
                new ModelMessage(MessageRole.User, [Encoding.UTF8.GetBytes(Prompt[..10]), Encoding.UTF8.GetBytes(Prompt[10..])]),
            ],
        };
        List<string> events = [];
        await foreach (ModelEvent happened in models.Runner.RunAsync(chosen ?? models.Choose(), request, cancellationToken))
        {
            if (happened is TextDelta)
            {
                vendor.TextArrived.TrySetResult();
            }
            events.Add(
                happened switch
                {
                    ModelReached reached => "reached " + reached.Route.Id,
                    TextDelta delta => "text " + Encoding.UTF8.GetString(delta.Utf8.Span),
                    ModelUsage usage => $"usage {usage.PromptTokens} {usage.CompletionTokens} {usage.Measured}",
                    ModelFinished finished => "finished " + finished.Reason,
                    ModelFailed failed => $"failed {failed.Failure} {failed.RetryAfterSeconds}",
                    _ => happened.ToString(),
                }
            );
        }
        return events;
    }

    private ModelSetup Start(params JsonObject[] routes) =>
        RouteFiles.Start(folder, new ModelOptions { AllowLoopback = true, TrustedCa = vendor.CaFile }, routes);

    private Task<List<string>> RunAsync(string model) => RunAsync(RouteFiles.Vendor(endpoint: Endpoint, model: model));

    private async Task<List<string>> RunAsync(params JsonObject[] routes)
    {
        using ModelSetup models = Start(routes);
        return await CollectAsync(models, TestContext.Current.CancellationToken);
    }
}
