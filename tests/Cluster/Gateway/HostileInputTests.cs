using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Lethe.ClusterTests.Gateway;

/// <summary>Whatever comes in: a 4xx problem with a stable code, and nothing of the input in it or in the logs.</summary>
[Collection(GatewaySuite.Name)]
public sealed class HostileInputTests(RunningGateway gateway)
{
    private const string Marker = "MARKER-q7Zk2";
    private const string Id = "0123456789abcdef0123456789abcdef";

    public static TheoryData<string, string, int, string> Turns() =>
        new()
        {
            { "application/json", "", 400, "body_invalid" },
            { "application/json", "{", 400, "body_invalid" },
            { "application/json", $"{{\"{Marker}", 400, "body_invalid" },
            { "application/json", $"\"{Marker}\"", 400, "body_invalid" },
            { "application/json", "[]", 400, "body_invalid" },
            { "application/json", "null", 400, "body_invalid" },
            { "application/json", $"{{\"key\":\"KEY\",\"action\":\"summarise\"}} {Marker}", 400, "body_invalid" },
            { "application/json", $"{{\"key\":\"KEY\",\"action\":\"summarise\",\"{Marker}\":1}}", 400, "body_invalid" },
            { "application/json", "{\"key\":\"KEY\",\"action\":\"summarise\",\"action\":\"summarise\"}", 400, "body_invalid" },
            { "application/json", "{\"key\":\"KEY\",\"action\":7}", 400, "body_invalid" },
            { "application/json", "{\"key\":\"KEY\",\"action\":null}", 400, "body_invalid" },
            { "application/json", "{\"key\":\"KEY\"}", 400, "body_invalid" },
            { "application/json", "{\"action\":\"summarise\"}", 400, "body_invalid" },
            { "application/json", $"{{\"key\":\"{Marker}\",\"action\":\"summarise\"}}", 400, "body_invalid" },
            { "application/json", $"{{\"key\":{{\"a\":\"{Marker}\"}},\"action\":\"summarise\"}}", 400, "body_invalid" },
            { "application/json", $"{{\"key\":\"KEY\",\"action\":\"ask\",\"instruction\":[\"{Marker}\"]}}", 400, "body_invalid" },
            { "application/json", "{\"key\":\"KEY\",\"action\":\"ask\",\"instruction\":\"\\ud800\"}", 400, "body_invalid" },
            { "application/json", $"{{\"key\":\"KEY\",\"action\":\"summarise\",\"language\":\"{Marker}\"}}", 400, "body_invalid" },
            { "application/json", $"{{\"key\":\"KEY\",\"action\":\"summarise\",\"documents\":\"{Marker}\"}}", 400, "body_invalid" },
            { "application/json", $"{{\"key\":\"KEY\",\"action\":\"summarise\",\"documents\":[\"{Marker}\"]}}", 400, "body_invalid" },
            { "application/json", $"{{\"key\":\"KEY\",\"action\":\"summarise\",\"documents\":[\"{Id}\",\"{Id}\"]}}", 400, "body_invalid" },
            { "application/json", $"{{\"key\":\"KEY\",\"action\":\"{Marker}\"}}", 422, "action_unknown" },
            { "application/json", "{\"key\":\"KEY\",\"action\":\"ask\"}", 422, "instruction_required" },
            { "application/json", $"{{\"key\":\"KEY\",\"action\":\"translate\",\"selection\":\"{Marker}\"}}", 422, "language_required" },
            {
                "application/json",
                $"{{\"key\":\"KEY\",\"action\":\"translate\",\"language\":\"fr\",\"selection\":\"{Marker}\"}}",
                422,
                "action_not_supported"
            },
            { "application/json", "{\"key\":\"KEY\",\"action\":\"summarise\"}", 422, "nothing_to_work_on" },
            { "application/json", $"{{\"key\":\"KEY\",\"action\":\"summarise\",\"documents\":[\"{Id}\"]}}", 404, "document_not_found" },
            {
                "application/json",
                $"{{\"key\":\"KEY\",\"action\":\"summarise\",\"selection\":\"x\",\"model\":\"{Marker}\"}}",
                404,
                "model_not_found"
            },
            {
                "application/json",
                $"{{\"key\":\"{new string('A', 43)}\",\"action\":\"summarise\",\"selection\":\"{Marker}\"}}",
                403,
                "content_key_wrong"
            },
            { "text/plain", Marker, 415, "media_type_unsupported" },
            { "application/xml", $"<a>{Marker}</a>", 415, "media_type_unsupported" },
        };

    [Theory]
    [MemberData(nameof(Turns))]
    public async Task Turn_OfNonsense_IsRefused(string mediaType, string body, int status, string code)
    {
        TestSession session = await gateway.OpenAsync();
        StringContent content = new(body.Replace("KEY", session.Key, StringComparison.Ordinal), Encoding.UTF8, mediaType);
        using HttpResponseMessage response = await session.SendAsync(HttpMethod.Post, "v1/session/turns", content);
        await AssertProblemAsync(response, status, code);
    }

    [Fact]
    public async Task Turn_NotUtf8_IsRefused()
    {
        TestSession session = await gateway.OpenAsync();
        byte[] body =
        [
            .. Encoding.UTF8.GetBytes($"{{\"key\":\"{session.Key}\",\"action\":\"ask\",\"instruction\":\"{Marker}"),
            0xff,
            0xfe,
            (byte)'"',
            (byte)'}',
        ];
        ByteArrayContent content = new(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using HttpResponseMessage response = await session.SendAsync(HttpMethod.Post, "v1/session/turns", content);
        await AssertProblemAsync(response, 400, "body_invalid");
    }

    [Fact]
    public async Task Turn_OfDeepJson_IsRefused()
    {
        TestSession session = await gateway.OpenAsync();
        StringContent content = TestSession.Json("{\"documents\":" + new string('[', 100_000));
        using HttpResponseMessage response = await session.SendAsync(HttpMethod.Post, "v1/session/turns", content);
        await AssertProblemAsync(response, 400, "body_invalid");
    }

    [Theory]
    [InlineData(5_000_000, "body_too_large")] // the body
    [InlineData(300_000, "text_too_long")] // the selection
    public async Task Turn_TooLarge_NamesTheLimit(int length, string code)
    {
        TestSession session = await gateway.OpenAsync();
        string body = $"{{\"key\":\"{session.Key}\",\"action\":\"summarise\",\"selection\":\"{Marker}{new string('a', length)}\"}}";
        using HttpResponseMessage response = await session.SendAsync(HttpMethod.Post, "v1/session/turns", TestSession.Json(body));
        JsonElement problem = await AssertProblemAsync(response, 413, code);
        Assert.True(problem.GetProperty("limit").GetInt64() > 0);
    }

    [Fact]
    public async Task Turn_WithoutLengthAndTooLarge_IsRefused()
    {
        TestSession session = await gateway.OpenAsync();
        using HttpRequestMessage request = session.Request(
            HttpMethod.Post,
            "v1/session/turns",
            TestSession.Json($"{{\"selection\":\"{new string('a', 5_000_000)}\"}}")
        );
        request.Content!.Headers.ContentLength = null;
        request.Headers.TransferEncodingChunked = true;
        request.Version = HttpVersion.Version11;
        using HttpClient http = gateway.NewClient(HttpVersion.Version11);
        using HttpResponseMessage response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        await AssertProblemAsync(response, 413, "body_too_large");
    }

    [Fact]
    public async Task Turn_NobodyAcceptsTheAnswer_IsRefused()
    {
        TestSession session = await gateway.OpenAsync();
        using HttpRequestMessage request = session.Request(HttpMethod.Post, "v1/session/turns", TestSession.Json("{}"));
        request.Headers.Accept.ParseAdd("image/png");
        using HttpResponseMessage response = await gateway.Http.SendAsync(request, TestContext.Current.CancellationToken);
        await AssertProblemAsync(response, 406, "not_acceptable");
    }

    public static TheoryData<string, string, int, string> Uploads() =>
        new()
        {
            { "application/json", $"{{\"{Marker}\":1}}", 415, "media_type_unsupported" },
            { "multipart/form-data", Marker, 415, "media_type_unsupported" }, // no boundary
            { "multipart/form-data; boundary=b", "", 400, "body_truncated" },
            { "multipart/form-data; boundary=b", Marker, 400, "body_truncated" },
            { "multipart/form-data; boundary=b", "--b--\r\n", 400, "body_invalid" },
            {
                "multipart/form-data; boundary=b",
                $"--b\r\nContent-Disposition: form-data; name=\"{Marker}\"\r\n\r\n{Marker}\r\n--b--\r\n",
                400,
                "body_invalid"
            },
            {
                "multipart/form-data; boundary=b",
                $"--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\n{Marker}\r\n--b--\r\n",
                400,
                "body_invalid"
            },
            {
                "multipart/form-data; boundary=b",
                $"--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\n{new string('A', 43)}\r\n--b\r\n{Marker}",
                403,
                "content_key_wrong"
            },
            { "multipart/form-data; boundary=b", KeyPart + "--b--\r\n", 400, "body_invalid" },
            { "multipart/form-data; boundary=b", KeyPart + FilePart("text/plain") + Marker, 400, "body_truncated" },
            { "multipart/form-data; boundary=b", KeyPart + FilePart("text/plain") + $"{Marker}\r\n--b", 400, "body_" },
            {
                "multipart/form-data; boundary=b",
                KeyPart + FilePart("image/" + Marker) + $"{Marker}\r\n--b--\r\n",
                415,
                "document_type_unsupported"
            },
            {
                "multipart/form-data; boundary=b",
                KeyPart + FilePart("text/plain") + $"{Marker}\r\n" + KeyPart + "--b--\r\n",
                400,
                "body_invalid"
            },
            { "multipart/form-data; boundary=b", KeyPart + FilePart("text/plain") + "\r\n--b--\r\n", 422, "document_empty" },
            {
                "multipart/form-data; boundary=b",
                KeyPart + FilePart("application/pdf") + $"{Marker}\r\n--b--\r\n",
                422,
                "document_not_what_it_says"
            },
            {
                "multipart/form-data; boundary=b",
                KeyPart + FilePart("application/json") + $"[{{\"id\":\"{Marker}\"\r\n--b--\r\n",
                422,
                "document_"
            },
            {
                "multipart/form-data; boundary=b",
                "--b\r\n" + string.Concat(Enumerable.Repeat($"X-{Marker}: {Marker}\r\n", 2000)) + "\r\n",
                400,
                "body_invalid"
            },
        };

    [Theory]
    [MemberData(nameof(Uploads))]
    public async Task Upload_OfNonsense_IsRefusedAndLeavesNothing(string mediaType, string body, int status, string code)
    {
        TestSession session = await gateway.OpenAsync();
        ByteArrayContent content = new(Encoding.UTF8.GetBytes(body.Replace("KEY", session.Key, StringComparison.Ordinal)));
        content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        using HttpResponseMessage response = await session.SendAsync(HttpMethod.Put, $"v1/session/documents/{Id}", content);
        await AssertProblemAsync(response, status, code);
        using HttpResponseMessage state = await session.SendAsync(HttpMethod.Get, "v1/session");
        using JsonDocument json = JsonDocument.Parse(await state.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal(0, json.RootElement.GetProperty("sealedBytes").GetInt64());
    }

    [Theory]
    [InlineData(10 * 1024 * 1024 + 1)]
    [InlineData(12 * 1024 * 1024)]
    public async Task Upload_TooLarge_IsRefused(int length)
    {
        TestSession session = await gateway.OpenAsync();
        using MultipartFormDataContent content = TestSession.Upload(session.Key, new byte[length], "text/plain");
        using HttpResponseMessage response = await session.SendAsync(HttpMethod.Put, $"v1/session/documents/{Id}", content);
        await AssertProblemAsync(response, 413, "document_too_large");
    }

    [Theory]
    [InlineData("PUT", "v1/session/documents/" + Marker, 400, "document_id_invalid")]
    [InlineData("DELETE", "v1/session/documents/0123456789ABCDEF0123456789ABCDEF", 400, "document_id_invalid")]
    [InlineData("GET", "v1/" + Marker, 404, "not_found")]
    [InlineData("GET", "v1/session/turns", 405, "method_not_allowed")]
    [InlineData("PATCH", "v1/session", 405, "method_not_allowed")]
    [InlineData("GET", "health/ready", 404, "not_found")] // not on this listener
    [InlineData("GET", "metrics", 404, "not_found")]
    [InlineData("GET", "%00/%2e%2e/" + Marker, 404, "not_found")]
    public async Task Route_ThatIsNone_IsRefused(string method, string path, int status, string code)
    {
        TestSession session = await gateway.OpenAsync();
        using HttpResponseMessage response = await session.SendAsync(
            new HttpMethod(method),
            path,
            method == "PUT" ? TestSession.Upload(session.Key, [1], "text/plain") : null
        );
        await AssertProblemAsync(response, status, code);
    }

    [Fact]
    public async Task Delete_OfUnknownDocument_IsRefused()
    {
        TestSession session = await gateway.OpenAsync();
        StringContent body = TestSession.Json($"{{\"key\":\"{session.Key}\"}}");
        using HttpResponseMessage response = await session.SendAsync(HttpMethod.Delete, $"v1/session/documents/{Id}", body);
        await AssertProblemAsync(response, 404, "document_not_found");
    }

    private const string KeyPart = "--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nKEY\r\n";

    private static string FilePart(string mediaType) =>
        $"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{Marker}.docx\"\r\nContent-Type: {mediaType}\r\n\r\n";

    private async Task<JsonElement> AssertProblemAsync(HttpResponseMessage response, int status, string code)
    {
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.True(response.Headers.CacheControl?.NoStore);
        Assert.Empty(response.Headers.Server);
        Assert.DoesNotContain(Marker, text + response.Headers, StringComparison.OrdinalIgnoreCase);
        JsonElement problem = JsonSerializer.Deserialize<JsonElement>(text);
        Assert.StartsWith(code, problem.GetProperty("code").GetString(), StringComparison.Ordinal);
        Assert.Equal("urn:lethe:problem:" + problem.GetProperty("code").GetString(), problem.GetProperty("type").GetString());
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.DoesNotContain(
            gateway.Logs.GetSnapshot(),
            record =>
                record.Category?.StartsWith("Lethe.", StringComparison.Ordinal) == true
                && record.Message.Contains(Marker, StringComparison.OrdinalIgnoreCase)
        );
        return problem;
    }
}
