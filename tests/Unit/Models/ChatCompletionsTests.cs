using System.Text;
using System.Text.Json;
using Lethe.Gateway;
using Lethe.Gateway.ChatCompletions;
using Lethe.Gateway.Models;
using Lethe.TestKit;
using Lethe.TestKit.Vendors;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Xunit;

namespace Lethe.UnitTests.Models;

public sealed class ChatCompletionsTests : IAsyncLifetime
{
    private readonly TempFolder folder = new();
    private readonly List<long> settled = []; // what was told before the last byte
    private MockVendor vendor = null!;

    public async ValueTask InitializeAsync() => vendor = await MockVendor.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await vendor.DisposeAsync();
        folder.Dispose();
    }

    [Theory]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}],"store":true}""", "store")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}],"user":"anna"}""", "user")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}],"metadata":{"a":"b"}}""", "metadata")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}],"previous_response_id":"r"}""", "previous_response_id")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}],"safety_identifier":"r"}""", "safety_identifier")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}],"web_search_options":{}}""", "web_search_options")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"file","file":{"file_id":"f"}}]}]}""", "messages")]
    [InlineData(
        """{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://a.example/x"}}]}]}""",
        "messages"
    )]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}],"tools":[{"type":"web_search"}]}""", "tools")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}],"stream_options":{"other":1}}""", "stream_options")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}],"CANARYmember":1}""", null)]
    public void Read_MemberThatStoresNamesOrFetches_IsRefused(string json, string? member)
    {
        Assert.False(ChatBody.Read(Encoding.UTF8.GetBytes(json)).Try(out _, out Problem? problem));
        Assert.Equal(("parameter_refused", 400, member), (problem.Code, problem.Status, problem.Member));
        Assert.DoesNotContain("CANARY", problem.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""{"model":"m"}""")]
    [InlineData("""{"model":1,"messages":[{"role":"user","content":"x"}]}""")]
    [InlineData("""{"model":"m","messages":"x"}""")]
    [InlineData("""{"model":"m","messages":[]}""")]
    [InlineData("""{"model":"m","messages":["x"]}""")]
    [InlineData("""{"model":"m","messages":[{"role":"user"}],"stream":"yes"}""")]
    [InlineData("""{"model":"m","messages":[{"role":"user"}],"n":0}""")]
    [InlineData("""{"model":"m","messages":[{"role":"user"}],"n":9999999999}""")]
    [InlineData("""{"model":"m","messages":[{"role":"user"}],"max_tokens":-1}""")]
    [InlineData("""{"model":"m","messages":[{"role":"user"}]} trailing""")]
    [InlineData("""{"model":"m","model":"n","messages":[{"role":"user"}]}""")]
    public void Read_NotAChatCompletion_IsABadBody(string json)
    {
        Assert.False(ChatBody.Read(Encoding.UTF8.GetBytes(json)).Try(out _, out Problem? problem));
        Assert.Equal(("body_invalid", 400), (problem.Code, problem.Status));
    }

    [Fact]
    public async Task PassThrough_Stream_ChangesOnlyWhatConcernsUs()
    {
        const string Tools = """[ {"type":"function", "function":{"name":"f","parameters":{"type":"object"}}} ]""";
        (string answer, ChatResult result) = await RunAsync(
            $$"""{"model":"mock-tools","messages": [{"role":"user","content":"Grü\u00dfe"}],"tools":{{Tools}},"tool_choice":"auto","stream":true,"temperature":0.10}""",
            "mock-tools"
        );
        Assert.Equal(
            $$"""{"model":"mock-tools","store":false,"stream_options":{"include_usage":true},"max_completion_tokens":400,"messages": [{"role":"user","content":"Grü\u00dfe"}],"tools":{{Tools}},"tool_choice":"auto","stream":true,"temperature":0.10}""",
            Encoding.UTF8.GetString(Assert.Single(vendor.Requests).Body)
        );
        Assert.Contains("\"tool_calls\":[{\"index\":0,\"id\":\"call_1\"", answer, StringComparison.Ordinal);
        Assert.EndsWith("data: [DONE]\n\n", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("prompt_tokens", answer, StringComparison.Ordinal); // nobody asked for the usage
        Assert.Equal([18L], settled);
        Assert.Equal(new ChatResult(18, null), result);
    }

    [Fact]
    public async Task PassThrough_UsageAskedFor_IsTheLastEvent()
    {
        (string answer, _) = await RunAsync(
            """{"model":"x","messages":[{"role":"user","content":"y"}],"stream":true,"stream_options":{"include_usage":true}}""",
            "mock-ok"
        );
        string[] events = answer.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("\"completion_tokens\":7", events[^2], StringComparison.Ordinal);
        Assert.Contains("Grüße", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PassThrough_NotStreamed_ComesBackByteForByte()
    {
        (string answer, ChatResult result) = await RunAsync("""{"model":"x","messages":[{"role":"user","content":"y"}]}""", "mock-ok");
        Assert.Equal(
            "Grüße.",
            JsonDocument.Parse(answer).RootElement.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()
        );
        Assert.Equal(18, result.UsedTokens);
        Assert.Equal([18L], settled);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PassThrough_LengthThatTheBudgetSets_IsOverBudget(bool ofBudget)
    {
        (string answer, ChatResult result) = await RunAsync(
            """{"model":"x","messages":[{"role":"user","content":"y"}],"stream":true,"max_tokens":900}""",
            "mock-length",
            ofBudget
        );
        string body = Encoding.UTF8.GetString(Assert.Single(vendor.Requests).Body);
        Assert.Contains("\"max_completion_tokens\":400", body, StringComparison.Ordinal);
        Assert.DoesNotContain("max_tokens", body, StringComparison.Ordinal); // the caller's limit is above what is left
        Assert.Contains("\"finish_reason\":\"length\"", answer, StringComparison.Ordinal);
        Assert.Equal(ofBudget, answer.TrimEnd().EndsWith("}}", StringComparison.Ordinal));
        Assert.Equal(ofBudget, answer.Contains("\"code\":\"over_budget\"", StringComparison.Ordinal));
        Assert.Equal(!ofBudget, answer.EndsWith("data: [DONE]\n\n", StringComparison.Ordinal));
        Assert.Equal(ofBudget ? [] : [18L], settled);
        Assert.Equal(new ChatResult(18, null), result);
    }

    [Theory]
    [InlineData("mock-cut")]
    [InlineData("mock-undone")]
    [InlineData("mock-garbage")]
    [InlineData("mock-error-event")]
    public async Task PassThrough_CutStream_EndsWithAnErrorAndWithoutDone(string model)
    {
        (string answer, ChatResult result) = await RunAsync(
            """{"model":"x","messages":[{"role":"user","content":"y"}],"stream":true}""",
            model
        );
        Assert.Null(result.Failed);
        Assert.True(result.UsedTokens > 0);
        Assert.Empty(settled);
        Assert.DoesNotContain("[DONE]", answer, StringComparison.Ordinal);
        Assert.Contains(
            "\"code\":\"upstream_cut\"",
            answer.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)[^1],
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(MockVendor.Marker, answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mock-500", true, ModelFailure.UpstreamError)]
    [InlineData("mock-500", false, ModelFailure.UpstreamError)]
    [InlineData("mock-429", true, ModelFailure.UpstreamRateLimited)]
    [InlineData("mock-garbage", false, ModelFailure.UpstreamError)]
    [InlineData("mock-redirect", false, ModelFailure.UpstreamError)]
    [InlineData("mock-html", false, ModelFailure.UpstreamError)]
    public async Task PassThrough_NoAnswer_LeavesTheStatusToUs(string model, bool stream, ModelFailure failure)
    {
        string json = $$"""{"model":"x","messages":[{"role":"user","content":"y"}],"stream":{{(stream ? "true" : "false")}}}""";
        (string answer, ChatResult result) = await RunAsync(json, model);
        Assert.Equal("", answer);
        Assert.Equal(failure, result.Failed!.Failure);
    }

    [Fact]
    public void Material_LastMessageIsTheInstruction()
    {
        const string Json =
            """[{"role":"system","content":"s"},{"role":"user","content":"Der \u00a7 1."},{"role":"assistant","content":"a"},{"content":[{"type":"text","text":"Zweiter Teil."}],"role":"user"},{"role":"user","content":"Frage?"}]""";
        using ChatMaterial material = ChatMaterial.Read(Encoding.UTF8.GetBytes(Json))!;
        Assert.Equal("Der § 1.\n\n\nZweiter Teil.\n\n\n", Encoding.UTF8.GetString(material.Document.Span));
        Assert.Equal("Frage?\n", Encoding.UTF8.GetString(material.Instruction.Span));
    }

    [Fact]
    public void Material_OneMessage_IsDividedAtItsFirstLine()
    {
        using ChatMaterial material = ChatMaterial.Read("""[{"role":"user","content":"Fasse zusammen:\nDer Vertrag."}]"""u8)!;
        Assert.Equal(
            ("Fasse zusammen:", "\nDer Vertrag.\n"),
            (Encoding.UTF8.GetString(material.Instruction.Span), Encoding.UTF8.GetString(material.Document.Span))
        );
        using ChatMaterial single = ChatMaterial.Read("""[{"role":"user","content":"Say hello."}]"""u8)!;
        Assert.Equal(
            ("", "Say hello.\n"),
            (Encoding.UTF8.GetString(single.Instruction.Span), Encoding.UTF8.GetString(single.Document.Span))
        );
    }

    private async Task<(string Answer, ChatResult Result)> RunAsync(string json, string model, bool ofBudget = false)
    {
        ModelOptions options = new() { AllowLoopback = true, TrustedCa = vendor.CaFile };
        using ModelSetup models = RouteFiles.Start(folder, options, RouteFiles.Vendor(endpoint: vendor.Endpoint.AbsoluteUri, model: model));
        Assert.True(ChatBody.Read(Encoding.UTF8.GetBytes(json)).Try(out ChatBody? body, out _));
        using SeenStream output = new(vendor.TextArrived);
        DefaultHttpContext context = new();
        context.Response.Body = output;
        ChatPassThrough passThrough = new(models.OpenAi, Options.Create(options));
        ChatResult result = await passThrough.RunAsync(
            context,
            body,
            models.Choose(ModelAction.Chat),
            new ChatLimit(400, OfBudget: ofBudget),
            used =>
            {
                settled.Add(used);
                Assert.DoesNotContain("[DONE]", Encoding.UTF8.GetString(output.ToArray()), StringComparison.Ordinal); // a client may go on at once
            },
            TestContext.Current.CancellationToken
        );
        return (Encoding.UTF8.GetString(output.ToArray()), result);
    }

    /// <summary>Tells that something was sent on.</summary>
    private sealed class SeenStream(TaskCompletionSource seen) : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            seen.TrySetResult();
            return base.WriteAsync(buffer, cancellationToken);
        }
    }
}
