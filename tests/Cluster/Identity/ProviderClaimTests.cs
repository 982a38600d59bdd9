using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Lethe.ClusterTests.Cells;
using Lethe.Contracts.Ledger;
using Lethe.Contracts.Tenants;
using Lethe.Control.Identity;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Lethe.ClusterTests.Identity;

/// <summary>Whose an issuer is: proved at set-up, taken back by the operator, told by discovery, and moved with its tenant.</summary>
public sealed class ProviderClaimTests(ProviderScene scene) : IClassFixture<ProviderScene>, IAsyncLifetime
{
    private static readonly string[] SignIn = ["audience", "clientId", "issuer", "scope"];
    private readonly List<TestTenant> tenants = [];

    private static CancellationToken Cancel => RecordsSilo.Cancel;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (TestTenant tenant in tenants)
        {
            (await scene.SendAsync(tenant, HttpMethod.Delete, null)).Dispose();
        }
    }

    [Fact]
    public async Task Claim_WithoutTheDomainsRecord_IsRefusedAndChangesNothing()
    {
        TestTenant firm = await NewTenantAsync();
        TestTenant other = await NewTenantAsync();
        string domain = ProviderScene.DomainOf(firm);
        (string proof, _) = await scene.Idps.SignInAsync("acme", ProviderScene.At(firm, "it"), Cancel);

        await RefusedAsync(scene.ClaimAsync(firm, scene.Idps.Acme, proof, domain), "issuer_domain_not_proved");
        scene.Publish(domain, other, scene.Idps.Acme); // it names another tenant
        await RefusedAsync(scene.ClaimAsync(firm, scene.Idps.Acme, proof, domain), "issuer_domain_not_proved");
        scene.Publish(domain, firm, scene.Idps.Lex); // and another issuer
        await RefusedAsync(scene.ClaimAsync(firm, scene.Idps.Acme, proof, domain), "issuer_domain_not_proved");
        Assert.Equal(HttpStatusCode.Unauthorized, await scene.DrawAsync(proof));

        scene.Publish(domain, firm, scene.Idps.Acme);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(scene.ClaimAsync(firm, scene.Idps.Acme, proof, domain.ToUpperInvariant())));
        Assert.Equal(HttpStatusCode.OK, await scene.DrawAsync(proof));
    }

    [Fact]
    public async Task Employee_WithATenantOfHerOwn_CannotClaimTheFirmsIssuer()
    {
        TestTenant firm = await NewTenantAsync();
        TestTenant hers = await NewTenantAsync();
        (string proof, _) = await scene.Idps.SignInAsync("acme", ProviderScene.At(firm, "eve"), Cancel); // the firm's token for our audience
        scene.Publish(ProviderScene.DomainOf(hers), hers, scene.Idps.Acme); // her own DNS says whatever she wants

        await RefusedAsync(scene.ClaimAsync(hers, scene.Idps.Acme, proof, ProviderScene.DomainOf(hers)), "issuer_of_another_domain");
        await RefusedAsync(scene.ClaimAsync(hers, scene.Idps.Acme, proof, ProviderScene.DomainOf(firm)), "domain_not_the_tenants");
        await RefusedAsync(scene.ClaimAsync(hers, scene.Idps.Acme, proof, "nobody.example"), "domain_not_the_tenants");
        await RefusedAsync(scene.ClaimAsync(hers, scene.Idps.Acme, proof, "no domain"), "domain_not_the_tenants");
        (string nameless, _) = await scene.Idps.SignInAsync("acme", "eve", Cancel);
        await RefusedAsync(scene.ClaimAsync(hers, scene.Idps.Acme, nameless, ProviderScene.DomainOf(hers)), "issuer_of_another_domain");
    }

    [Fact]
    public async Task Operator_ReleasesAWrongClaim_AtOnceAndOnRecord()
    {
        TestTenant wrong = await NewTenantAsync();
        TestTenant firm = await NewTenantAsync();
        (string proof, _) = await scene.Idps.SignInAsync("acme", ProviderScene.At(wrong, "eve"), Cancel);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(scene.PutAsync(wrong, scene.Idps.Acme, proof)));
        Assert.Equal(HttpStatusCode.OK, await scene.DrawAsync(proof));
        (string own, _) = await scene.Idps.SignInAsync("acme", ProviderScene.At(firm, "it"), Cancel);
        await RefusedAsync(scene.PutAsync(firm, scene.Idps.Acme, own), "issuer_taken");

        using (HttpResponseMessage released = await ReleaseAsync(scene.Idps.Acme, scene.OperatorToken))
        {
            JsonElement told = await released.Content.ReadFromJsonAsync<JsonElement>(Cancel);
            Assert.Equal((HttpStatusCode.OK, wrong.Id.Value), (released.StatusCode, told.GetProperty("tenant").GetString()));
        }
        Assert.Equal(HttpStatusCode.Unauthorized, await scene.DrawAsync(proof));
        await RefusedAsync(ReleaseAsync(scene.Idps.Acme, scene.OperatorToken), "issuer_unclaimed");
        await RefusedAsync(ReleaseAsync(scene.Idps.Acme, scene.Cell.TokenOf(wrong)), "role_required");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(scene.PutAsync(firm, scene.Idps.Acme, own)));
        Assert.Equal(HttpStatusCode.OK, await scene.DrawAsync(own));

        (string Tenant, LedgerEntry Entry)[] entries =
        [
            .. scene
                .Cell.Silo.Durable.Ledger.Where(row => row.Entry.Event == LedgerEvent.IdentityProviderReleased)
                .Select(row => (row.Tenant, row.Entry)),
        ];
        Assert.Equal(2, entries.Length); // the operator's ledger, first, and the tenant's
        Assert.Equal(wrong.Id.Value, entries[0].Entry.Subject);
        Assert.Equal(wrong.Id.Value, entries[1].Tenant);
    }

    [Fact]
    public async Task Discovery_TellsWhereTheTenantsPeopleSignIn_AndTheSameOfEverybody()
    {
        TestTenant firm = await NewTenantAsync();
        (string proof, _) = await scene.Idps.SignInAsync("acme", ProviderScene.At(firm, "it"), Cancel);
        JsonElement before = await DiscoverAsync(new { domain = ProviderScene.DomainOf(firm) });
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(scene.PutAsync(firm, scene.Idps.Acme, proof)));

        foreach (object asked in (object[])[new { domain = ProviderScene.DomainOf(firm) }, new { tenant = firm.Id.Value }])
        {
            JsonElement told = (await DiscoverAsync(asked)).GetProperty("signIn");
            Assert.Equal(scene.Idps.Acme, told.GetProperty("issuer").GetString());
            Assert.Equal("plugin", told.GetProperty("clientId").GetString());
            Assert.Equal(ProviderScene.Audience, told.GetProperty("audience").GetString());
            Assert.Equal("tokens.issue", told.GetProperty("scope").GetString());
        }
        JsonElement unknown = await DiscoverAsync(new { domain = "nobody-at-all.example" });
        foreach (JsonElement answer in (JsonElement[])[unknown, before])
        {
            Assert.Equal("https://eu.example/", answer.GetProperty("signIn").GetProperty("issuer").GetString());
            Assert.Equal(
                SignIn,
                answer.GetProperty("signIn").EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal)
            );
        }
        Assert.Equal(before.GetRawText(), unknown.GetRawText()); // a firm without a provider is like nobody
    }

    [Fact]
    public async Task Tenant_WithAProvider_MovesWithIt()
    {
        TestTenant firm = await NewTenantAsync(); // with an issuer that no other test of this class uses: it stays listed in the old cell
        (string proof, _) = await scene.Idps.SignInAsync("lex", ProviderScene.At(firm, "it"), Cancel);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(scene.PutAsync(firm, scene.Idps.Lex, proof)));
        TestTenant rival = await NewTenantAsync();
        IIdentityProviderDirectoryGrain there = scene.Other.Silo.Grains.GetGrain<IIdentityProviderDirectoryGrain>(
            IIdentityProviderDirectoryGrain.Key
        );

        // The issuer is another's there: the tenant stays, with everything.
        Assert.True(await there.ClaimAsync(rival.Id, new(scene.Idps.Lex, "x", "y", []), Cancel));
        Assert.NotEqual(HttpStatusCode.OK, await MoveAsync(firm));
        Assert.Equal(HttpStatusCode.OK, await scene.DrawAsync(proof));
        await there.ReleaseAsync(rival.Id, Cancel);

        Assert.Equal(HttpStatusCode.OK, await MoveAsync(firm));
        IdentityProvider moved = Assert
            .IsType<IdentityProviderStands>(await scene.Other.Silo.Tenant(firm.Id).ReadIdentityProviderAsync(Cancel))
            .Provider!;
        Assert.Equal((scene.Idps.Lex, ProviderScene.Audience, "plugin"), (moved.Issuer, moved.Audience, moved.ClientId));
        Assert.Equal([new RequiredClaim("tid", "lex")], moved.RequiredClaims);
        Assert.Equal(firm.Id, Assert.Single(await there.ListAsync(Cancel)).Tenant);
        AccountId visitor = scene.Other.Services.GetRequiredService<Pseudonyms>().Of(scene.Idps.Lex, "somebody");
        Assert.IsType<VisitorFound>(await scene.Other.Silo.Tenant(firm.Id).VisitorAsync(visitor, scene.Idps.Lex, Cancel));
        Assert.Equal(HttpStatusCode.MisdirectedRequest, await scene.DrawAsync(proof)); // who still asks here is told where to go
    }

    private static async Task RefusedAsync(Task<HttpResponseMessage> asking, string code)
    {
        using HttpResponseMessage answer = await asking;
        using JsonDocument problem = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(Cancel));
        Assert.Equal(code, problem.RootElement.GetProperty("code").GetString());
    }

    private static async Task<HttpStatusCode> StatusAsync(Task<HttpResponseMessage> asking)
    {
        using HttpResponseMessage answer = await asking;
        return answer.StatusCode;
    }

    private async Task<HttpResponseMessage> ReleaseAsync(string issuer, string token)
    {
        using HttpRequestMessage request = scene.Cell.Request(
            HttpMethod.Post,
            "/v1/operator/identity-providers/release",
            token,
            JsonContent.Create(new { issuer })
        );
        return await scene.Cell.Http.SendAsync(request, Cancel);
    }

    private async Task<HttpStatusCode> MoveAsync(TestTenant tenant)
    {
        using HttpRequestMessage request = scene.Cell.Request(
            HttpMethod.Put,
            "/v1/admin/tenant",
            scene.Cell.TokenOf(tenant),
            JsonContent.Create(new { region = "ch" })
        );
        return await StatusAsync(scene.Cell.Http.SendAsync(request, Cancel));
    }

    private async Task<JsonElement> DiscoverAsync(object asked)
    {
        using HttpResponseMessage answer = await scene.Cell.Http.PostAsJsonAsync("/v1/discovery", asked, Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);
    }

    private async Task<TestTenant> NewTenantAsync()
    {
        TestTenant tenant = await scene.NewTenantAsync();
        tenants.Add(tenant);
        return tenant;
    }
}
