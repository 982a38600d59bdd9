using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Xunit;
using static Lethe.ClusterTests.Cells.ControlCalls;

namespace Lethe.ClusterTests.Cells;

/// <summary>Control as clients see it: real HTTPS on loopback.</summary>
[Collection(TwoCellsSuite.Name)]
public sealed class ControlHttpTests(TwoCells cells)
{
    private static CancellationToken Cancel => RecordsSilo.Cancel;

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
}
