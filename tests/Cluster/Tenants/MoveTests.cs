using Lethe.ClusterTests.Cells;
using Lethe.Contracts;
using Lethe.Contracts.Ledger;
using Lethe.Contracts.Tenants;
using Lethe.Control.Moves;
using Xunit;

namespace Lethe.ClusterTests.Tenants;

[Collection(TwoCellsSuite.Name)]
public sealed class MoveTests(TwoCells cells)
{
    private static CancellationToken Cancel => RecordsSilo.Cancel;

    [Fact]
    public async Task Move_OfATenantWithoutData_EndsInTheNewCell()
    {
        TestTenant tenant = await cells.NewTenantAsync();
        Assert.Null(await cells.Eu.Driver.BeginAsync(tenant.Id, cells.Eu.Caller(tenant), Region.Ch, Cancel));
        Assert.True(await cells.Eu.Driver.DriveAsync(tenant.Id, Cancel));
        Assert.Equal(new TenantElsewhere(Region.Ch), await cells.Eu.Silo.Tenant(tenant.Id).RouteAsync(Cancel));
        Assert.Equal(new TenantHere(RecordsSilo.Class("ch-standard"), 2), await cells.Ch.Silo.Tenant(tenant.Id).RouteAsync(Cancel));
        MemberFound owner = Assert.IsType<MemberFound>(
            await cells.Ch.Silo.Tenant(tenant.Id).MemberAsync(cells.Ch.AccountOf(tenant, tenant.Owner), Cancel)
        );
        Assert.Equal(Role.Owner, owner.Roles);
        Assert.Equal(
            [LedgerEvent.TenantProvisioned, LedgerEvent.RegionChangeRequested, LedgerEvent.RegionChangeCommitted],
            cells
                .Eu.Silo.Durable.Ledger.Where(row => row.Tenant.EndsWith(tenant.Id.Value, StringComparison.Ordinal))
                .Select(row => row.Entry.Event)
        );
        Assert.DoesNotContain(
            cells.Eu.AccountOf(tenant, tenant.Owner).Value,
            cells.Eu.Silo.Durable.Rows[$"tenant|{tenant.Id.GrainKey}"],
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Move_ThereAndBack_EndsInTheOldCell()
    {
        TestTenant tenant = await cells.NewTenantAsync();
        Assert.Null(await cells.Eu.Driver.BeginAsync(tenant.Id, cells.Eu.Caller(tenant), Region.Ch, Cancel));
        Assert.True(await cells.Eu.Driver.DriveAsync(tenant.Id, Cancel));
        Assert.Null(await cells.Ch.Driver.BeginAsync(tenant.Id, cells.Ch.Caller(tenant), Region.Eu, Cancel));
        Assert.True(await cells.Ch.Driver.DriveAsync(tenant.Id, Cancel));
        Assert.True(await cells.Eu.ServesAsync(tenant));
        Assert.False(await cells.Ch.ServesAsync(tenant));
    }

    public static TheoryData<int, bool> EveryMessage =>
        new(Enumerable.Range(0, 4).SelectMany(number => new[] { (number, true), (number, false) }));

    [Theory]
    [MemberData(nameof(EveryMessage))]
    public async Task Move_WithOneMessageLost_NeverServesTwiceAndResolves(int number, bool answerOnly)
    {
        TestTenant tenant = await cells.NewTenantAsync();
        cells.Eu.Link.Reset();
        Assert.Null(await cells.Eu.Driver.BeginAsync(tenant.Id, cells.Eu.Caller(tenant), Region.Ch, Cancel));
        cells.Eu.Link.Reset();
        (cells.Eu.Link.LosesRequest, cells.Eu.Link.LosesAnswer) = answerOnly ? ((int?)null, (int?)number) : (number, null);
        int waited = 0;
        for (MoveProgress progress = MoveProgress.Stepped; progress != MoveProgress.Done; )
        {
            await ServesAtMostOnceAsync(tenant);
            progress = await cells.Eu.Driver.StepAsync(tenant.Id, Cancel);
            waited += progress == MoveProgress.Waiting ? 1 : 0;
            Assert.InRange(waited, 0, 1);
        }
        Assert.False(await cells.Eu.ServesAsync(tenant));
        Assert.True(await cells.Ch.ServesAsync(tenant));
        cells.Eu.Link.Reset();
    }

    public static TheoryData<int, bool, bool> EveryWrite =>
        new(
            from number in Enumerable.Range(0, 3)
            from after in new[] { false, true }
            from old in new[] { false, true }
            select (number, after, old)
        );

    [Theory]
    [MemberData(nameof(EveryWrite))]
    public async Task Move_WithOneWriteOfATenantFailing_NeverServesTwiceAndResolves(int number, bool after, bool old)
    {
        TestTenant tenant = await cells.NewTenantAsync();
        DurableMemory store = (old ? cells.Eu : cells.Ch).Silo.Durable;
        int writes = 0;
        store.FailsWrite = (name, isAfter) => name == "tenant" && isAfter == after && writes++ == number;
        try
        {
            bool begun = false;
            for (int tries = 0; tries < 6; tries++)
            {
                await ServesAtMostOnceAsync(tenant);
                try
                {
                    begun = begun || await BeginAsync(tenant);
                    await cells.Eu.Driver.DriveAsync(tenant.Id, Cancel);
                }
                catch (Exception fault) when (fault is Orleans.Storage.InconsistentStateException or OrleansException)
                {
                    begun |= await cells.Eu.Silo.Tenant(tenant.Id).PendingMoveAsync(Cancel) is MoveStands;
                }
            }
        }
        finally
        {
            store.FailsWrite = null;
        }
        await ServesAtMostOnceAsync(tenant);
        Assert.False(await cells.Eu.ServesAsync(tenant));
        Assert.True(await cells.Ch.ServesAsync(tenant));
    }

    [Fact]
    public async Task Move_ThatWasLeftHalfWay_IsFinishedByTheOldCellsControlItself()
    {
        TestTenant tenant = await cells.NewTenantAsync();
        cells.Eu.Link.Reset();
        Assert.Null(await cells.Eu.Driver.BeginAsync(tenant.Id, cells.Eu.Caller(tenant), Region.Ch, Cancel));
        for (int tries = 0; tries < 200 && !await cells.Ch.ServesAsync(tenant); tries++)
        {
            await ServesAtMostOnceAsync(tenant);
            cells.Eu.Silo.Clock.Advance(TimeSpan.FromMinutes(5)); // the interval at which pending moves are looked for
            await Task.Delay(20, Cancel);
        }
        Assert.True(await cells.Ch.ServesAsync(tenant));
        Assert.False(await cells.Eu.ServesAsync(tenant));
    }

    [Fact]
    public async Task Move_RefusedByTheNewCell_ServesInTheOldOneAgainAndMayBeTriedAgain()
    {
        TestTenant tenant = await cells.NewTenantAsync();
        // The new cell already knows a higher version of the tenant.
        string record = cells.Eu.Signatures.Sign(CellMessage.Record, new(tenant.Id.Value, "eu", 9, []), CellJson.Default.RecordClaims);
        Assert.True((await cells.Ch.Inbox.ReceiveAsync(Region.Eu, CellMessage.Record, record, Cancel))!.Accepted);
        Assert.Null(await cells.Eu.Driver.BeginAsync(tenant.Id, cells.Eu.Caller(tenant), Region.Ch, Cancel));
        Assert.True(await cells.Eu.Driver.DriveAsync(tenant.Id, Cancel));
        Assert.True(await cells.Eu.ServesAsync(tenant));
        Assert.False(await cells.Ch.ServesAsync(tenant));
    }

    [Fact]
    public async Task Move_OfATenantWithACaseOrAnotherAccount_IsRefused()
    {
        TestTenant crowded = await cells.NewTenantAsync(other: "berta");
        Assert.Equal("tenant_has_data", (await cells.Eu.Driver.BeginAsync(crowded.Id, cells.Eu.Caller(crowded), Region.Ch, Cancel))?.Code);
        TestTenant busy = await cells.NewTenantAsync();
        ITenantGrain grain = cells.Eu.Silo.Tenant(busy.Id);
        Assert.IsType<TenantHere>(await grain.HoldDataAsync(TenantData.Case, 7, Cancel));
        Assert.Equal("tenant_has_data", (await cells.Eu.Driver.BeginAsync(busy.Id, cells.Eu.Caller(busy), Region.Ch, Cancel))?.Code);
        Assert.IsType<TenantHere>(await grain.DropDataAsync(TenantData.Case, 7, Cancel));
        Assert.Null(await cells.Eu.Driver.BeginAsync(busy.Id, cells.Eu.Caller(busy), Region.Ch, Cancel));
        Assert.IsType<TenantMoving>(await grain.HoldDataAsync(TenantData.Case, 8, Cancel));
        Assert.True(await cells.Eu.Driver.DriveAsync(busy.Id, Cancel));
    }

    [Fact]
    public async Task Arrival_OfAForeignSignature_IsNoMessage()
    {
        TestTenant tenant = await cells.NewTenantAsync();
        RecordClaims claims = new(tenant.Id.Value, "ch", 99, []);
        string own = cells.Eu.Signatures.Sign(CellMessage.Record, claims, CellJson.Default.RecordClaims);
        Assert.Null(await cells.Ch.Inbox.ReceiveAsync(Region.Eu, CellMessage.Record, own, Cancel)); // not the signer's region
        Assert.Null(await cells.Ch.Inbox.ReceiveAsync(Region.Eu, CellMessage.Transfer, own, Cancel)); // another kind
        Assert.Null(await cells.Eu.Inbox.ReceiveAsync(Region.Ch, CellMessage.Record, own, Cancel)); // another cell's key
        string taken = cells.Ch.Signatures.Sign(CellMessage.Record, claims, CellJson.Default.RecordClaims);
        Assert.False((await cells.Eu.Inbox.ReceiveAsync(Region.Ch, CellMessage.Record, taken, Cancel))!.Accepted); // served here
        Assert.True(await cells.Eu.ServesAsync(tenant));
    }

    private async Task<bool> BeginAsync(TestTenant tenant)
    {
        Control.Problem? problem = await cells.Eu.Driver.BeginAsync(tenant.Id, cells.Eu.Caller(tenant), Region.Ch, Cancel);
        return problem is null or { Code: "region_change_pending" };
    }

    private async Task ServesAtMostOnceAsync(TestTenant tenant) =>
        Assert.False(await cells.Eu.ServesAsync(tenant) && await cells.Ch.ServesAsync(tenant));
}
