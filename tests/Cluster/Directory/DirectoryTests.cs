using Lethe.ClusterTests.Cells;
using Lethe.Contracts;
using Lethe.Contracts.Directory;
using Lethe.Contracts.Tenants;
using Xunit;

namespace Lethe.ClusterTests.DirectoryRecords;

[Collection(RecordsSuite.Name)]
public sealed class DirectoryTests(RecordsSilo silo)
{
    private static CancellationToken Cancel => RecordsSilo.Cancel;

    [Fact]
    public async Task Put_OfAHigherVersion_WinsAndOfALowerOneDoesNot()
    {
        TenantId tenant = RecordsSilo.NewTenant();
        Assert.Equal(DirectoryPut.Stored, await PutAsync(tenant, Region.Ch, 2));
        Assert.Equal(DirectoryPut.Known, await PutAsync(tenant, Region.Ch, 2));
        Assert.Equal(DirectoryPut.Superseded, await PutAsync(tenant, Region.Eu, 2));
        Assert.Equal(DirectoryPut.Superseded, await PutAsync(tenant, Region.Eu, 1));
        Assert.Equal(new TenantElsewhere(Region.Ch), await silo.Tenant(tenant).RouteAsync(Cancel));
        Assert.Equal(DirectoryPut.Stored, await PutAsync(tenant, Region.Eu, 3));
        Assert.IsType<TenantUnknown>(await silo.Tenant(tenant).RouteAsync(Cancel)); // said to be here, and is not
    }

    [Fact]
    public async Task Put_OfADomainThatIsAnothers_IsRefusedUntilItIsFree()
    {
        (TenantId first, TenantId second, DomainId domain) = (RecordsSilo.NewTenant(), RecordsSilo.NewTenant(), RecordsSilo.NewDomain());
        Assert.Equal(DirectoryPut.Stored, await PutAsync(first, Region.Ch, 1, domain));
        Assert.Equal(DirectoryPut.DomainTaken, await PutAsync(second, Region.Ch, 1, domain));
        Assert.Equal(first, (await FindAsync(domain))?.Tenant);
        Assert.Equal(DirectoryPut.Stored, await PutAsync(first, Region.Ch, 2));
        Assert.Null(await FindAsync(domain));
        Assert.Equal(DirectoryPut.Stored, await PutAsync(second, Region.Ch, 1, domain));
        Assert.Equal(second, (await FindAsync(domain))?.Tenant);
    }

    [Fact]
    public async Task Put_OfATenantThatIsServedHere_IsRefused()
    {
        (TenantId tenant, AccountId _) = await silo.ProvisionAsync();
        Assert.Equal(DirectoryPut.ServedHere, await PutAsync(tenant, Region.Ch, 50));
        Assert.IsType<TenantHere>(await silo.Tenant(tenant).RouteAsync(Cancel));
    }

    [Fact]
    public async Task Provision_OfATenantOfAnotherCell_SaysWhere()
    {
        TenantId tenant = RecordsSilo.NewTenant();
        await PutAsync(tenant, Region.Ch, 1);
        ProvisionTenant command = new(RecordsSilo.Class("eu-standard"), [], [new(RecordsSilo.NewAccount(), Role.Owner)], Quota: null);
        Assert.Equal(new TenantElsewhere(Region.Ch), await silo.Tenant(tenant).ProvisionAsync(command, Cancel));
    }

    private Task<DirectoryPut> PutAsync(TenantId tenant, Region region, long version, params DomainId[] domains) =>
        silo.Grains.GetGrain<IDirectoryGrain>(tenant.GrainKey).PutAsync(new(tenant, region, version, domains, "signed"), Cancel);

    private Task<DirectoryRecord?> FindAsync(DomainId domain) => silo.Grains.GetGrain<IDirectoryGrain>(domain.GrainKey).FindAsync(Cancel);
}
