using Lethe.ClusterTests.Cells;
using Lethe.Contracts.Tenants;
using Xunit;

namespace Lethe.ClusterTests.Tenants;

[Collection(RecordsSuite.Name)]
public sealed class TenantTests(RecordsSilo silo)
{
    private static CancellationToken Cancel => RecordsSilo.Cancel;

    [Fact]
    public async Task Provision_Repeated_ChangesNothingAndKeepsWhoCameLater()
    {
        (TenantId tenant, AccountId owner) = (RecordsSilo.NewTenant(), RecordsSilo.NewAccount());
        ProvisionTenant command = new(RecordsSilo.Class("eu-standard"), [], [new(owner, Role.Owner)], Quota: null);
        Assert.Equal(new TenantProvisioned(Changed: true, 1), await silo.Tenant(tenant).ProvisionAsync(command, Cancel));
        Assert.Equal(new TenantProvisioned(Changed: false, 1), await silo.Tenant(tenant).ProvisionAsync(command, Cancel));
        ProvisionTenant more = command with { Domains = [RecordsSilo.NewDomain()], Members = [new(RecordsSilo.NewAccount(), Role.Owner)] };
        Assert.Equal(new TenantProvisioned(Changed: true, 2), await silo.Tenant(tenant).ProvisionAsync(more, Cancel));
        Assert.Equal(Role.Owner, Assert.IsType<MemberFound>(await silo.Tenant(tenant).MemberAsync(owner, Cancel)).Roles);
    }

    [Fact]
    public async Task Provision_WithoutAnOwnerOrWithAnOperatorsRoleOrAForeignClass_Fails()
    {
        ITenantGrain tenant = silo.Tenant(RecordsSilo.NewTenant());
        AccountId account = RecordsSilo.NewAccount();
        ProvisionTenant right = new(RecordsSilo.Class("eu-standard"), [], [new(account, Role.Owner)], Quota: null);
        await Assert.ThrowsAsync<ArgumentException>(() =>
            tenant.ProvisionAsync(right with { Members = [new(account, Role.Member)] }, Cancel)
        );
        await Assert.ThrowsAsync<ArgumentException>(() =>
            tenant.ProvisionAsync(right with { Members = [new(account, Role.Owner | Role.Support)] }, Cancel)
        );
        await Assert.ThrowsAsync<ArgumentException>(() =>
            tenant.ProvisionAsync(right with { PolicyClass = RecordsSilo.Class("ch-standard") }, Cancel)
        );
        Assert.IsType<TenantUnknown>(await tenant.RouteAsync(Cancel));
    }

    [Fact]
    public async Task Member_OfAnotherTenant_IsUnknown()
    {
        (TenantId tenant, AccountId _) = await silo.ProvisionAsync();
        (TenantId _, AccountId foreign) = await silo.ProvisionAsync();
        Assert.IsType<MemberUnknown>(await silo.Tenant(tenant).MemberAsync(foreign, Cancel));
    }

    [Fact]
    public async Task StoredTenant_AsJson_IsAsItWas()
    {
        Assert.True(TenantId.TryParse("golden-tenant", out TenantId tenant));
        Assert.True(AccountId.TryParse(new string('a', 64), out AccountId owner));
        ProvisionTenant command = new(RecordsSilo.Class("eu-standard"), [], [new(owner, Role.Owner | Role.Member)], new TokenQuota(5, 9));
        await silo.Tenant(tenant).ProvisionAsync(command, Cancel);
        await silo.Tenant(tenant).HoldDataAsync(TenantData.Case, 1, Cancel);
        const string Golden = """
            {"Standing":1,"Region":1,"Version":1,"PolicyClass":"eu-standard","Domains":[],"Members":[{"Account":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","Roles":3}],"Cases":["00000000000000000000000000000001"],"Shares":[],"Quota":{"PerAccount":5,"PerTenant":9},"Epoch":0,"Drawn":0,"Days":[],"CancelledVersion":0,"ProvisionedFrom":"GOLDEN","Configured":["CONFIGURED"],"DrawersEpoch":0,"Drawers":0,"DrawersBefore":0}
            """;
        string stored = silo.Durable.Rows["tenant|t/golden-tenant"];
        using var json = System.Text.Json.JsonDocument.Parse(stored);
        string digest = json.RootElement.GetProperty("ProvisionedFrom").GetString()!;
        string configured = Assert.Single(json.RootElement.GetProperty("Configured").EnumerateArray()).GetString()!;
        Assert.Equal(
            Golden,
            stored.Replace(digest, "GOLDEN", StringComparison.Ordinal).Replace(configured, "CONFIGURED", StringComparison.Ordinal)
        );
    }
}
