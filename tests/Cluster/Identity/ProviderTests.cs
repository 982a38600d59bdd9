using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lethe.ClusterTests.Cells;
using Lethe.Contracts.Ledger;
using Lethe.Contracts.Tenants;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Lethe.ClusterTests.Identity;

/// <summary>Tenants' own identity providers, set while Control runs: two real ones, over HTTPS.</summary>
public sealed class ProviderTests(ProviderScene scene) : IClassFixture<ProviderScene>, IAsyncLifetime
{
    private const string Audience = ProviderScene.Audience;
    private readonly List<TestTenant> tenants = [];

    private static CancellationToken Cancel => RecordsSilo.Cancel;

    private OneCell Cell => scene.Cell;

    private TenantIdps Idps => scene.Idps;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (TestTenant tenant in tenants) // the issuers are free again for the next test
        {
            (await SendAsync(tenant, HttpMethod.Delete, null)).Dispose();
        }
    }

    [Fact]
    public async Task Provider_SetAtRunTime_LetsItsPeopleDrawAndKeepsNothingOfThem()
    {
        TestTenant acme = await NewTenantAsync(new TokenQuota(3, 100));
        TestTenant lex = await NewTenantAsync();
        (string agnes, string agnesId) = await Idps.SignInAsync("acme", ProviderScene.At(acme, "agnes"), Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, await DrawAsync(agnes)); // an issuer that nobody set

        await ProblemAsync(await PutAsync(acme, Idps.Acme, agnesId), HttpStatusCode.UnprocessableEntity, "issuer_not_proved");
        using (HttpResponseMessage set = await PutAsync(acme, Idps.Acme, agnes))
        {
            Assert.Equal(HttpStatusCode.OK, set.StatusCode);
        }
        Assert.Equal(HttpStatusCode.OK, await DrawAsync(agnes)); // without a restart
        Assert.Equal(HttpStatusCode.OK, await DrawAsync(agnes, count: 2));
        Assert.Equal(HttpStatusCode.TooManyRequests, await DrawAsync(agnes)); // a quota of her own
        (string berta, _) = await Idps.SignInAsync("acme", ProviderScene.At(lex, "beate"), Cancel);
        Assert.Equal(HttpStatusCode.OK, await DrawAsync(berta));

        foreach (
            string path in (string[])
                ["/v1/admin/tenant", "/v1/admin/members", "/v1/admin/identity-provider", "/v1/support/cases", "/v1/account"]
        )
        {
            using HttpRequestMessage request = Cell.Request(HttpMethod.Get, path, agnes);
            await ProblemAsync(await Cell.Http.SendAsync(request, Cancel), HttpStatusCode.Forbidden, "not_a_member");
        }
        Assert.DoesNotContain(
            Cell.Silo.Durable.Rows,
            row =>
                (row.Key + row.Value).Contains("agnes", StringComparison.Ordinal)
                && !row.Value.Contains(acme.Owner, StringComparison.Ordinal)
        );
        TenantDescribed described = Assert.IsType<TenantDescribed>(await Cell.Silo.Tenant(acme.Id).DescribeAsync(Cancel));
        Assert.Equal(1, described.Members);
        Assert.Equal(4, described.Days[^1].Tokens);

        // One issuer, one tenant.
        await ProblemAsync(await PutAsync(lex, Idps.Acme, berta), HttpStatusCode.Conflict, "issuer_taken");

        using (HttpResponseMessage removed = await SendAsync(acme, HttpMethod.Delete, null))
        {
            Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        }
        Assert.NotEqual(HttpStatusCode.OK, await DrawAsync(berta)); // at once
        using (HttpResponseMessage again = await PutAsync(lex, Idps.Acme, berta))
        {
            Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        }
        LedgerEvent[] events = [.. Cell.Silo.Durable.Ledger.Where(row => row.Tenant == acme.Id.Value).Select(row => row.Entry.Event)];
        Assert.Equal([LedgerEvent.IdentityProviderSet, LedgerEvent.IdentityProviderRemoved], events[^2..]);
    }

    [Fact]
    public async Task Removal_ThatAnotherControlHasNotHeardOf_BitesAtOnceAllTheSame()
    {
        TestTenant acme = await NewTenantAsync();
        (string anna, _) = await Idps.SignInAsync("acme", ProviderScene.At(acme, "anna"), Cancel);
        using HttpResponseMessage set = await PutAsync(acme, Idps.Acme, anna);
        Assert.Equal(HttpStatusCode.OK, await DrawAsync(anna));
        AccountId owner = Cell.AccountOf(acme, acme.Owner);
        Assert.IsType<IdentityProviderStands>(await Cell.Silo.Tenant(acme.Id).SetIdentityProviderAsync(new(owner, Provider: null), Cancel));
        Assert.Equal(HttpStatusCode.Forbidden, await DrawAsync(anna)); // the list of this Control still has it
    }

    [Fact]
    public async Task Token_OfTheWrongKind_IsRefused()
    {
        TestTenant acme = await NewTenantAsync();
        TestTenant lex = await NewTenantAsync();
        (string anna, string annaId) = await Idps.SignInAsync("acme", ProviderScene.At(acme, "anna"), Cancel);
        (string lina, string linaId) = await Idps.SignInAsync("lex", ProviderScene.At(lex, "lina"), Cancel);
        (string elsewhere, _) = await Idps.SignInAsync("acme", "anna", Cancel, "api://elsewhere");
        using HttpResponseMessage first = await PutAsync(acme, Idps.Acme, anna);
        using HttpResponseMessage second = await PutAsync(lex, Idps.Lex, lina);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (first.StatusCode, second.StatusCode));
        Assert.Equal(HttpStatusCode.OK, await DrawAsync(anna));
        Assert.Equal(HttpStatusCode.OK, await DrawAsync(lina));

        JsonObject good = Claims(Idps.Acme);
        Assert.Equal(HttpStatusCode.OK, await DrawAsync(await Idps.MintAsync("acme", "RS256", good, Cancel))); // what follows differs in one thing
        Dictionary<string, string> refused = new(StringComparer.Ordinal)
        {
            ["id token as access token"] = annaId,
            ["id token of the other"] = linaId,
            ["wrong audience"] = elsewhere,
            ["crossed issuer, re-signed by the other"] = await Idps.MintAsync("lex", "ES256", Claims(Idps.Acme), Cancel),
            ["crossed issuer, re-written"] = Rewritten(lina, Idps.Acme),
            ["unknown issuer"] = await Idps.MintAsync("acme", "RS256", Claims("https://issuer.invalid"), Cancel),
            ["alg none"] = await Idps.MintAsync("acme", "none", Claims(Idps.Acme), Cancel),
            ["HS256 with the public key"] = await Idps.MintAsync("acme", "HS256", Claims(Idps.Acme), Cancel),
            ["expired"] = await Idps.MintAsync("acme", "RS256", Claims(Idps.Acme, ("iat", -900), ("exp", -300)), Cancel),
            ["not yet issued"] = await Idps.MintAsync("acme", "RS256", Claims(Idps.Acme, ("iat", 600), ("exp", 900)), Cancel),
            ["living too long"] = await Idps.MintAsync("acme", "RS256", Claims(Idps.Acme, ("exp", 90_000)), Cancel),
            ["without an end"] = await Idps.MintAsync("acme", "RS256", Claims(Idps.Acme, ("exp", null)), Cancel),
            ["without a scope"] = await Idps.MintAsync("acme", "RS256", Claims(Idps.Acme, ("scope", null)), Cancel),
            ["of another directory"] = await Idps.MintAsync("acme", "RS256", Claims(Idps.Acme, ("tid", null)), Cancel),
            ["with a nonce"] = await Idps.MintAsync("acme", "RS256", Claims(Idps.Acme, ("nonce", 1)), Cancel),
            ["without a subject"] = await Idps.MintAsync("acme", "RS256", Claims(Idps.Acme, ("sub", null)), Cancel),
            ["cut"] = anna[..^10],
        };
        foreach ((string what, string token) in refused)
        {
            Assert.True(await DrawAsync(token) == HttpStatusCode.Unauthorized, what);
        }
    }

    [Theory]
    [InlineData("http://localhost:1", "issuer_unusable")]
    [InlineData("https://user@login.example", "issuer_unusable")]
    [InlineData("https://login.example/?tenant=1", "issuer_unusable")]
    [InlineData("https://accounts.google.com", "issuer_unusable")]
    [InlineData("https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0", "issuer_unusable")]
    [InlineData("https://10.0.0.1", "issuer_not_proved")]
    public async Task Issuer_ThatIsNone_CannotBeSet(string issuer, string code)
    {
        TestTenant acme = await NewTenantAsync();
        string proof = await Idps.MintAsync("acme", "RS256", Claims(issuer), Cancel);
        await ProblemAsync(await PutAsync(acme, issuer, proof), HttpStatusCode.UnprocessableEntity, code);
    }

    private static JsonObject Claims(string issuer, params (string Name, int? Value)[] changes)
    {
        long now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        JsonObject claims = new()
        {
            ["iss"] = issuer,
            ["aud"] = Audience,
            ["sub"] = "anna",
            ["scope"] = "openid tokens.issue",
            ["tid"] = "acme",
            ["iat"] = now,
            ["exp"] = now + 300,
        };
        foreach ((string name, int? value) in changes)
        {
            claims.Remove(name);
            if (value is { } offset)
            {
                claims[name] = name is "iat" or "exp" ? now + offset : "x";
            }
        }
        return claims;
    }

    private static string Rewritten(string token, string issuer)
    {
        string[] parts = token.Split('.');
        JsonObject claims = JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(parts[1]))!.AsObject();
        claims["iss"] = issuer;
        return $"{parts[0]}.{System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims.ToJsonString()))}.{parts[2]}";
    }

    private static async Task ProblemAsync(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        using HttpResponseMessage owned = response;
        using JsonDocument problem = JsonDocument.Parse(await owned.Content.ReadAsByteArrayAsync(Cancel));
        Assert.Equal((status, code), (owned.StatusCode, problem.RootElement.GetProperty("code").GetString()));
    }

    private Task<HttpResponseMessage> PutAsync(TestTenant tenant, string issuer, string proof) => scene.PutAsync(tenant, issuer, proof);

    private Task<HttpResponseMessage> SendAsync(TestTenant tenant, HttpMethod method, HttpContent? content) =>
        scene.SendAsync(tenant, method, content);

    private Task<HttpStatusCode> DrawAsync(string accessToken, int count = 1) => scene.DrawAsync(accessToken, count);

    private async Task<TestTenant> NewTenantAsync(TokenQuota? quota = null)
    {
        TestTenant tenant = await scene.NewTenantAsync(quota);
        tenants.Add(tenant);
        return tenant;
    }
}

/// <summary>A provider that changes its key. With a scene of its own: the keys of the other tests stay.</summary>
public sealed class ProviderKeyTests(ProviderScene scene) : IClassFixture<ProviderScene>
{
    private static CancellationToken Cancel => RecordsSilo.Cancel;

    [Fact]
    public async Task Keys_ThatTheProviderRotates_ArePickedUp()
    {
        TestTenant acme = await scene.NewTenantAsync();
        (string before, _) = await scene.Idps.SignInAsync("acme", ProviderScene.At(acme, "anna"), Cancel);
        using HttpResponseMessage set = await scene.PutAsync(acme, scene.Idps.Acme, before);
        Assert.Equal(HttpStatusCode.OK, await scene.DrawAsync(before));
        await scene.Idps.RotateAsync("acme", Cancel);
        scene.Ahead = TimeSpan.FromSeconds(31);
        Assert.Equal(HttpStatusCode.OK, await scene.DrawAsync(before)); // fresh keys are not fetched again
        (string after, _) = await scene.Idps.SignInAsync("acme", "anna", Cancel);
        Assert.Equal(HttpStatusCode.OK, await scene.DrawAsync(after)); // an unknown one is
        Assert.Equal(HttpStatusCode.Unauthorized, await scene.DrawAsync(before)); // its key is gone
    }
}
