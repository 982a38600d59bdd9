using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Lethe.Contracts.Tenants;
using Lethe.PrivacyPass;
using Xunit;

namespace Lethe.ClusterTests.Cells;

/// <summary>Control as clients see it: real HTTPS on loopback.</summary>
[Collection(TwoCellsSuite.Name)]
public sealed class ControlHttpTests(TwoCells cells)
{
    private static readonly TokenChallenge Challenge = new("issuer.example", "origin.example");

    private static CancellationToken Cancel => RecordsSilo.Cancel;

    [Fact]
    public async Task TokenRequest_SingleAndBatch_GivesTokensThatVerifyAndStopsAtTheQuota()
    {
        TestTenant tenant = await cells.NewTenantAsync(new TokenQuota(5, 100));
        TokenKey key = await KeyAsync(cells.Eu);
        PendingToken pending = BlindingClient.Prepare(Challenge, key);
        using HttpResponseMessage single = await IssueAsync(
            cells.Eu,
            tenant,
            pending.Request.Bytes.ToArray(),
            BlindRsaToken.RequestMediaType
        );
        Assert.Equal(HttpStatusCode.OK, single.StatusCode);
        Assert.Equal(BlindRsaToken.ResponseMediaType, single.Content.Headers.ContentType?.ToString());
        Assert.Equal("no-store", single.Headers.CacheControl?.ToString());
        Assert.True(pending.TryFinish(await single.Content.ReadAsByteArrayAsync(Cancel), out Token? token));
        Assert.True(key.Verify(token));

        PendingToken[] batch = [.. Enumerable.Range(0, 6).Select(_ => BlindingClient.Prepare(Challenge, key))];
        byte[] body = TokenBatch.EncodeRequest([.. batch.Select(entry => entry.Request)]);
        using HttpResponseMessage some = await IssueAsync(cells.Eu, tenant, body, BlindRsaToken.BatchRequestMediaType);
        Assert.Equal(HttpStatusCode.PartialContent, some.StatusCode);
        Assert.True(
            TokenBatch.TryParseResponse(await some.Content.ReadAsByteArrayAsync(Cancel), 6, out IReadOnlyList<byte[]?>? signatures)
        );
        Assert.Equal(4, signatures.Count(signature => signature is not null));

        using HttpResponseMessage none = await IssueAsync(cells.Eu, tenant, body, BlindRsaToken.BatchRequestMediaType);
        await ProblemAsync(none, HttpStatusCode.TooManyRequests, "quota_spent");
        Assert.True(none.Headers.RetryAfter?.Delta > TimeSpan.Zero);

        using HttpResponseMessage usage = await SendAsync(cells.Eu, tenant, HttpMethod.Get, "/v1/admin/usage");
        JsonElement day = Assert.Single((await usage.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("days").EnumerateArray());
        Assert.Equal(5, day.GetProperty("tokens").GetInt32());
    }

    [Theory]
    [InlineData("text/plain", 259, HttpStatusCode.UnsupportedMediaType, "media_type_unsupported")]
    [InlineData(BlindRsaToken.RequestMediaType, 258, HttpStatusCode.UnprocessableEntity, "token_request_invalid")]
    [InlineData(BlindRsaToken.RequestMediaType, 260, HttpStatusCode.UnprocessableEntity, "token_request_invalid")]
    [InlineData(BlindRsaToken.RequestMediaType, 0, HttpStatusCode.UnprocessableEntity, "token_request_invalid")]
    [InlineData(BlindRsaToken.BatchRequestMediaType, 300, HttpStatusCode.UnprocessableEntity, "token_request_invalid")]
    [InlineData(BlindRsaToken.BatchRequestMediaType, 60_000, HttpStatusCode.UnprocessableEntity, "token_request_invalid")]
    public async Task TokenRequest_ThatIsNone_IsRefused(string mediaType, int length, HttpStatusCode status, string code)
    {
        TestTenant tenant = await cells.NewTenantAsync();
        using HttpResponseMessage response = await IssueAsync(cells.Eu, tenant, new byte[length], mediaType);
        await ProblemAsync(response, status, code);
    }

    [Fact]
    public async Task Request_WithoutOrWithAWrongToken_Is401AndOfAStrangerIs403()
    {
        TestTenant tenant = await cells.NewTenantAsync();
        using HttpResponseMessage missing = await cells.Eu.Http.SendAsync(
            cells.Eu.Request(HttpMethod.Get, "/v1/admin/tenant", token: null),
            Cancel
        );
        await ProblemAsync(missing, HttpStatusCode.Unauthorized, "access_token_required");
        Assert.Equal("Bearer", missing.Headers.WwwAuthenticate.Single().Scheme);
        string expired = tenant.Issuer.Token(tenant.Owner, cells.Eu.Silo.Clock.GetUtcNow().AddHours(-1));
        using HttpResponseMessage old = await cells.Eu.Http.SendAsync(
            cells.Eu.Request(HttpMethod.Get, "/v1/admin/tenant", expired),
            Cancel
        );
        await ProblemAsync(old, HttpStatusCode.Unauthorized, "access_token_invalid");
        using HttpResponseMessage stranger = await SendAsync(cells.Eu, tenant, HttpMethod.Get, "/v1/admin/tenant", subject: "nobody");
        await ProblemAsync(stranger, HttpStatusCode.Forbidden, "not_a_member");
        string staff = cells.Operator.Token("support-1", cells.Eu.Silo.Clock.GetUtcNow());
        using HttpResponseMessage staffed = await cells.Eu.Http.SendAsync(
            cells.Eu.Request(HttpMethod.Get, "/v1/admin/tenant", staff),
            Cancel
        );
        await ProblemAsync(staffed, HttpStatusCode.Forbidden, "role_required");
    }

    [Fact]
    public async Task Member_WithoutTheRole_MayNotAdminister()
    {
        TestTenant tenant = await cells.NewTenantAsync(other: "berta");
        foreach (string path in (string[])["/v1/admin/tenant", "/v1/admin/usage", "/v1/admin/ledger"])
        {
            using HttpResponseMessage response = await SendAsync(cells.Eu, tenant, HttpMethod.Get, path, subject: "berta");
            await ProblemAsync(response, HttpStatusCode.Forbidden, "role_required");
        }
    }

    [Fact]
    public async Task ChangeOfRegion_ByTheOwner_TakesEffectAtOnceAndTheOldCellSays421BeforeTheBody()
    {
        TestTenant tenant = await cells.NewTenantAsync();
        cells.Eu.Link.Reset();
        using HttpResponseMessage changed = await SendAsync(cells.Eu, tenant, HttpMethod.Put, "/v1/admin/tenant", """{"region":"ch"}""");
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.Equal(
            "https://ch.example",
            (await changed.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("controlUrl").GetString()
        );

        using NeverEnding body = new(BlindRsaToken.BatchRequestMediaType);
        using HttpRequestMessage request = cells.Eu.Request(HttpMethod.Post, "/token-request", cells.Eu.TokenOf(tenant), body);
        using HttpResponseMessage misdirected = await cells.Eu.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        JsonElement problem = await ProblemAsync(misdirected, HttpStatusCode.MisdirectedRequest, "misdirected");
        Assert.Equal("ch", problem.GetProperty("region").GetString());
        Assert.Equal("https://ch.example", problem.GetProperty("baseUrl").GetString());

        foreach (OneCell cell in (OneCell[])[cells.Eu, cells.Ch])
        {
            using HttpResponseMessage found = await DiscoverAsync(cell, $$"""{"tenant":"{{tenant.Id}}"}""");
            Assert.Equal("ch", (await found.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("region").GetString());
        }
        PendingToken pending = BlindingClient.Prepare(Challenge, await KeyAsync(cells.Ch));
        using HttpResponseMessage issued = await IssueAsync(
            cells.Ch,
            tenant,
            pending.Request.Bytes.ToArray(),
            BlindRsaToken.RequestMediaType
        );
        Assert.Equal(HttpStatusCode.OK, issued.StatusCode);
    }

    [Fact]
    public async Task ChangeOfRegion_WithTheOtherCellSilent_IsPendingAndRefusedInBoth()
    {
        TestTenant tenant = await cells.NewTenantAsync();
        cells.Eu.Link.Reset();
        cells.Eu.Link.LosesAnswer = 1;
        using HttpResponseMessage changed = await SendAsync(cells.Eu, tenant, HttpMethod.Put, "/v1/admin/tenant", """{"region":"ch"}""");
        await ProblemAsync(changed, HttpStatusCode.ServiceUnavailable, "region_change_pending");
        Assert.NotNull(changed.Headers.RetryAfter);
        foreach (OneCell cell in (OneCell[])[cells.Eu, cells.Ch])
        {
            using HttpResponseMessage refused = await SendAsync(cell, tenant, HttpMethod.Get, "/v1/admin/tenant");
            await ProblemAsync(refused, HttpStatusCode.ServiceUnavailable, "region_change_pending");
        }
        Assert.True(await cells.Eu.Driver.DriveAsync(tenant.Id, Cancel));
        Assert.True(await cells.Ch.ServesAsync(tenant));
    }

    [Theory]
    [InlineData("""{"region":"us"}""", HttpStatusCode.UnprocessableEntity, "region_unknown")]
    [InlineData("""{"region":7}""", HttpStatusCode.BadRequest, "body_invalid")]
    [InlineData("""{"region":""", HttpStatusCode.BadRequest, "body_invalid")]
    [InlineData("""{"region":"ch","needle":1}""", HttpStatusCode.BadRequest, "body_invalid")]
    [InlineData("""{"region":"eu","region":"ch"}""", HttpStatusCode.BadRequest, "body_invalid")]
    public async Task ChangeOfRegion_ThatIsNone_IsRefusedWithoutAnEcho(string json, HttpStatusCode status, string code)
    {
        TestTenant tenant = await cells.NewTenantAsync();
        using HttpResponseMessage response = await SendAsync(cells.Eu, tenant, HttpMethod.Put, "/v1/admin/tenant", json);
        JsonElement problem = await ProblemAsync(response, status, code);
        Assert.DoesNotContain("needle", problem.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Discovery_OfADomainOfEitherCellOrNobodys_HasOneShape()
    {
        await RecordsReachedAsync();
        string[] bodies =
        [
            """{"domain":"PROVISIONED-eu.example"}""",
            """{"domain":"provisioned-ch.example"}""",
            """{"domain":"nobody.example"}""",
        ];
        List<string> regions = [];
        foreach (string body in bodies)
        {
            using HttpResponseMessage response = await DiscoverAsync(cells.Eu, body);
            JsonElement found = await response.Content.ReadFromJsonAsync<JsonElement>(Cancel);
            Assert.Equal("region controlUrl gatewayUrl", string.Join(' ', found.EnumerateObject().Select(member => member.Name)));
            regions.Add(found.GetProperty("region").GetString()!);
        }
        Assert.Equal(["eu", "ch", "eu"], regions);
        using HttpResponseMessage both = await DiscoverAsync(cells.Eu, """{"domain":"a.example","tenant":"abc"}""");
        await ProblemAsync(both, HttpStatusCode.UnprocessableEntity, "discovery_name_invalid");
    }

    [Fact]
    public async Task Ledger_OfTheTenant_IsReadByItsOwner()
    {
        TestTenant tenant = await cells.NewTenantAsync();
        using HttpResponseMessage response = await SendAsync(cells.Eu, tenant, HttpMethod.Get, "/v1/admin/ledger");
        JsonElement page = await response.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal("tenantProvisioned", Assert.Single(page.GetProperty("entries").EnumerateArray()).GetProperty("event").GetString());
        Assert.True(page.GetProperty("chainHolds").GetBoolean());
    }

    [Fact]
    public async Task CellPort_WithoutACertificateOfTheOtherCell_IsClosed()
    {
        Uri port = new(cells.Ch.Configuration["Cells:0:CellUrl"]!);
        using HttpClient nobody = new(OneCell.Trusting(cells.Pki));
        await Assert.ThrowsAsync<HttpRequestException>(() =>
            nobody.PostAsync(new Uri(port, "/cell/v1/record"), new StringContent("x"), Cancel)
        );
        (string file, string key) = cells.Pki.Issue($"stranger-{Guid.NewGuid():N}", "control.ch.lethe", client: true); // its own name is no other cell's
        using HttpClient stranger = new(OneCell.Trusting(cells.Pki, X509Certificate2.CreateFromPemFile(file, key)));
        await Assert.ThrowsAsync<HttpRequestException>(() =>
            stranger.PostAsync(new Uri(port, "/cell/v1/record"), new StringContent("x"), Cancel)
        );
    }

    [Fact]
    public async Task Management_OnItsOwnPort_TellsHealthAndMetricsAndThePublicPortDoesNot()
    {
        using HttpClient management = new() { BaseAddress = cells.Eu.Management };
        Assert.Equal("ready\n", await management.GetStringAsync("/health/ready", Cancel));
        Assert.Contains("lethe_control_requests_total", await management.GetStringAsync("/metrics", Cancel), StringComparison.Ordinal);
        using HttpResponseMessage hidden = await cells.Eu.Http.GetAsync("/metrics", Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, hidden.StatusCode);
        using HttpResponseMessage openApi = await cells.Eu.Http.GetAsync("/openapi/v1.json", Cancel);
        JsonElement document = await openApi.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.StartsWith("3.1", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        Assert.True(document.GetProperty("paths").TryGetProperty("/token-request", out _));
    }

    [Fact]
    public async Task Logs_OfBothCells_HoldNoPersonalData()
    {
        TestTenant tenant = await cells.NewTenantAsync();
        using HttpResponseMessage read = await SendAsync(cells.Eu, tenant, HttpMethod.Get, "/v1/admin/tenant");
        using HttpResponseMessage changed = await SendAsync(cells.Eu, tenant, HttpMethod.Put, "/v1/admin/tenant", """{"region":"ch"}""");
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        string[] needles =
        [
            tenant.Owner,
            tenant.Id.Value,
            cells.Eu.AccountOf(tenant, tenant.Owner).Value,
            cells.Ch.AccountOf(tenant, tenant.Owner).Value,
        ];
        string[] logs =
        [
            .. new[] { cells.Eu.Logs, cells.Ch.Logs, cells.Eu.Silo.Logs, cells.Ch.Silo.Logs }
                .SelectMany(log => log.GetSnapshot())
                .Select(record => record.Message),
        ];
        Assert.NotEmpty(logs);
        Assert.All(needles, needle => Assert.DoesNotContain(logs, line => line.Contains(needle, StringComparison.OrdinalIgnoreCase)));
    }

    // The push between the cells happens in the background after the start.
    private async Task RecordsReachedAsync()
    {
        Assert.True(TenantId.TryParse("provisioned-ch", out TenantId tenant));
        for (int tries = 0; tries < 200 && await cells.Eu.Silo.Tenant(tenant).RouteAsync(Cancel) is not TenantElsewhere; tries++)
        {
            cells.Ch.Silo.Clock.Advance(TimeSpan.FromSeconds(5)); // when it is tried again
            await Task.Delay(50, Cancel);
        }
    }

    private static async Task<TokenKey> KeyAsync(OneCell cell)
    {
        using HttpResponseMessage response = await cell.Http.GetAsync(BlindRsaToken.DirectoryPath, Cancel);
        Assert.Equal(BlindRsaToken.DirectoryMediaType, response.Content.Headers.ContentType?.ToString());
        Assert.True(response.Headers.CacheControl?.Public);
        Assert.True(IssuerDirectory.TryParse(await response.Content.ReadAsByteArrayAsync(Cancel), out IssuerDirectory? directory));
        return directory.Current($"{cell.Configuration["Region"]}-standard", cell.Silo.Clock.GetUtcNow())!.Key;
    }

    private static Task<HttpResponseMessage> IssueAsync(OneCell cell, TestTenant tenant, byte[] body, string mediaType)
    {
        ByteArrayContent content = new(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        return cell.Http.SendAsync(cell.Request(HttpMethod.Post, "/token-request", cell.TokenOf(tenant), content), Cancel);
    }

    private static Task<HttpResponseMessage> SendAsync(
        OneCell cell,
        TestTenant tenant,
        HttpMethod method,
        string path,
        string? json = null,
        string? subject = null
    ) =>
        cell.Http.SendAsync(
            cell.Request(
                method,
                path,
                cell.TokenOf(tenant, subject),
                json is null ? null : new StringContent(json, Encoding.UTF8, "application/json")
            ),
            Cancel
        );

    private static Task<HttpResponseMessage> DiscoverAsync(OneCell cell, string json) =>
        cell.Http.SendAsync(
            cell.Request(HttpMethod.Post, "/v1/discovery", token: null, new StringContent(json, Encoding.UTF8, "application/json")),
            Cancel
        );

    private static async Task<JsonElement> ProblemAsync(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.ToString());
        JsonElement problem = await response.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.Equal($"urn:lethe:problem:{code}", problem.GetProperty("type").GetString());
        return problem;
    }

    /// <summary>A body that begins and never comes to an end by itself: whoever waits for it never answers.</summary>
    private sealed class NeverEnding : HttpContent
    {
        private readonly TaskCompletionSource end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public NeverEnding(string mediaType) => Headers.ContentType = new MediaTypeHeaderValue(mediaType);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(new byte[16], cancellationToken);
            await stream.FlushAsync(cancellationToken);
            await end.Task.WaitAsync(cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            end.TrySetResult();
            base.Dispose(disposing);
        }
    }
}
