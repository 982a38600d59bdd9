using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Lethe.Contracts.Tenants;
using Lethe.PrivacyPass;
using Xunit;
using static Lethe.ClusterTests.Cells.ControlCalls;

namespace Lethe.ClusterTests.Cells;

/// <summary>Issuance as clients see it: real HTTPS on loopback.</summary>
[Collection(TwoCellsSuite.Name)]
public sealed class TokenRequestTests(TwoCells cells)
{
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
}
