using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Lethe.ClusterTests.Cells;
using Lethe.Contracts;
using Lethe.Contracts.Directory;
using Lethe.Contracts.Tenants;
using Lethe.Control.Discovery;
using Lethe.PrivacyPass;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Lethe.ClusterTests.Identity;

/// <summary>A cell, and two real identity providers.</summary>
public sealed class ProviderScene : IAsyncLifetime
{
    internal const string Audience = "api://lethe";
    private static readonly TokenChallenge Challenge = new("issuer.example", "origin.example");
    private readonly TwoCells cells = new();

    internal TenantIdps Idps { get; private set; } = null!;

    internal OneCell Cell => cells.Eu;

    /// <summary>Gets or sets how far the cell's clock is ahead of the providers', which have the real time.</summary>
    internal TimeSpan Ahead { get; set; }

    private static CancellationToken Cancel => RecordsSilo.Cancel;

    public async ValueTask InitializeAsync()
    {
        await cells.InitializeAsync();
        Idps = await TenantIdps.StartAsync(cells.Pki, Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await Idps.DisposeAsync();
        await cells.DisposeAsync();
    }

    internal OneCell Other => cells.Ch;

    internal string OperatorToken => Operator.Token("operator-1", Cell.Silo.Clock.GetUtcNow());

    private TestIssuer Operator => cells.Operator;

    internal static string DomainOf(TestTenant tenant) => $"{tenant.Id.Value}.example";

    internal static string At(TestTenant tenant, string person) => $"{person}@{DomainOf(tenant)}";

    /// <summary>Makes a tenant with a login domain of its own.</summary>
    internal async Task<TestTenant> NewTenantAsync(TokenQuota? quota = null)
    {
        TestTenant tenant = await cells.NewTenantAsync(quota);
        Assert.True(Cell.Services.GetRequiredService<Domains>().TryRead(DomainOf(tenant), out DomainId domain));
        DirectoryRecord record = new(tenant.Id, Region.Eu, 1, [domain], "signed");
        Assert.Equal(DirectoryPut.Stored, await Cell.Silo.Grains.GetGrain<IDirectoryGrain>(tenant.Id.GrainKey).PutAsync(record, Cancel));
        return tenant;
    }

    /// <summary>Publishes what names a tenant and an issuer at a domain.</summary>
    internal void Publish(string domain, TestTenant tenant, string issuer) =>
        Cell.Dns.Texts[$"_lethe-issuer.{domain}"] = $"lethe-tenant={tenant.Id.Value} issuer={issuer}";

    internal Task<HttpResponseMessage> PutAsync(TestTenant tenant, string issuer, string proof)
    {
        Publish(DomainOf(tenant), tenant, issuer);
        return ClaimAsync(tenant, issuer, proof, DomainOf(tenant));
    }

    internal Task<HttpResponseMessage> ClaimAsync(TestTenant tenant, string issuer, string proof, string domain)
    {
        JsonObject body = new()
        {
            ["issuer"] = issuer,
            ["audience"] = Audience,
            ["requiredScope"] = "tokens.issue",
            ["requiredClaims"] = new JsonObject { ["tid"] = issuer == Idps.Lex ? "lex" : "acme" },
            ["domain"] = domain,
            ["clientId"] = "plugin",
            ["proof"] = proof,
        };
        return SendAsync(tenant, HttpMethod.Put, new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"));
    }

    internal async Task<HttpResponseMessage> SendAsync(TestTenant tenant, HttpMethod method, HttpContent? content)
    {
        Tick();
        using HttpRequestMessage request = Cell.Request(method, "/v1/admin/identity-provider", Cell.TokenOf(tenant), content);
        return await Cell.Http.SendAsync(request, Cancel);
    }

    internal async Task<HttpStatusCode> DrawAsync(string accessToken, int count = 1)
    {
        Tick();
        byte[] published = await Cell.Http.GetByteArrayAsync(BlindRsaToken.DirectoryPath, Cancel);
        Assert.True(IssuerDirectory.TryParse(published, out IssuerDirectory? directory));
        TokenKey key = directory.Current("eu-standard", Cell.Silo.Clock.GetUtcNow())!.Key;
        TokenRequest[] requests = [.. Enumerable.Range(0, count).Select(_ => BlindingClient.Prepare(Challenge, key).Request)];
        using ByteArrayContent body = new(TokenBatch.EncodeRequest(requests));
        body.Headers.ContentType = new MediaTypeHeaderValue(BlindRsaToken.BatchRequestMediaType);
        using HttpRequestMessage request = Cell.Request(HttpMethod.Post, "/token-request", accessToken, body);
        using HttpResponseMessage response = await Cell.Http.SendAsync(request, Cancel);
        return response.StatusCode;
    }

    private void Tick() => Cell.Silo.Clock.SetUtcNow(TimeProvider.System.GetUtcNow() + Ahead);
}
