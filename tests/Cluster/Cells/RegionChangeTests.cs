using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Lethe.Contracts.Tenants;
using Lethe.PrivacyPass;
using Xunit;
using static Lethe.ClusterTests.Cells.ControlCalls;

namespace Lethe.ClusterTests.Cells;

/// <summary>A change of region and how clients find the cell, over real HTTPS on loopback.</summary>
[Collection(TwoCellsSuite.Name)]
public sealed class RegionChangeTests(TwoCells cells)
{
    private static CancellationToken Cancel => RecordsSilo.Cancel;

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
            Assert.Equal("region controlUrl gatewayUrl signIn", string.Join(' ', found.EnumerateObject().Select(member => member.Name)));
            regions.Add(found.GetProperty("region").GetString()!);
        }
        Assert.Equal(["eu", "ch", "eu"], regions);
        using HttpResponseMessage both = await DiscoverAsync(cells.Eu, """{"domain":"a.example","tenant":"abc"}""");
        await ProblemAsync(both, HttpStatusCode.UnprocessableEntity, "discovery_name_invalid");
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
}
