using Lethe.Contracts.Ledger;
using Lethe.Contracts.Support;
using Lethe.Contracts.Tenants;
using Xunit;

namespace Lethe.ClusterTests.Support;

[Collection(SupportSuite.Name)]
public sealed class StaffTests(SupportSilo silo)
{
    private static CancellationToken Cancel => SupportScene.Cancel;

    [Fact]
    public async Task Read_ByStaffInOrder_IsInTheLedgerWithItsReason()
    {
        SupportScene scene = await SupportScene.OpenAsync(silo);
        SupportId share = await scene.StoreAsync();
        SupportStaff staff = await scene.StaffAsync(SupportScene.Undertaking(silo.Clock.GetUtcNow()));
        Assert.IsType<DocumentRead>(await scene.Share(share).ReadDocumentAsync(staff, Cancel));
        Assert.IsType<MessagesRead>(await scene.Case.ReadMessagesAsync(staff, Cancel));
        LedgerEntry[] entries = [.. silo.Durable.Ledger.Select(row => row.Entry).Where(entry => entry.Actor == staff.Account)];
        Assert.Equal(
            [
                new LedgerEntry(LedgerEvent.ShareReadByStaff, staff.Account, $"{share}", null, ViewReason.Reproduction),
                new LedgerEntry(LedgerEvent.CaseRead, staff.Account, $"{scene.CaseId}", null, ViewReason.Reproduction),
            ],
            entries
        );
    }

    [Theory]
    [InlineData(null, null, StaffRefusal.UndertakingMissing)]
    [InlineData(-10, -1, StaffRefusal.UndertakingNotInForce)]
    [InlineData(1, 10, StaffRefusal.UndertakingNotInForce)]
    public async Task Read_WithoutAnUndertakingInForce_IsRefusedAndRecorded(int? from, int? until, StaffRefusal reason)
    {
        SupportScene scene = await SupportScene.OpenAsync(silo);
        SupportId share = await scene.StoreAsync();
        Undertaking? paper = from is { } days ? SupportScene.Undertaking(silo.Clock.GetUtcNow(), days, until!.Value) : null;
        SupportStaff staff = await scene.StaffAsync(paper);
        Assert.Equal(new StaffRefused(reason), await scene.Share(share).ReadDocumentAsync(staff, Cancel));
        Assert.Equal(new StaffRefused(reason), await scene.Case.ReadMessagesAsync(staff, Cancel));
        Assert.Equal(new StaffRefused(reason), await scene.Case.DescribeAsync(staff, Cancel));
        Assert.Equal(new StaffRefused(reason), await scene.Share(SupportId.Create()).DescribeAsync(staff, Cancel)); // unknown looks the same
        Assert.Equal(
            [LedgerEvent.ShareReadRefused],
            silo.Durable.Ledger.Where(row => row.Entry.Actor == staff.Account).Select(row => row.Entry.Event)
        );
    }

    [Fact]
    public async Task Undertaking_HoldsOnItsLastDayAndNotOnTheNext()
    {
        SupportScene scene = await SupportScene.OpenAsync(silo);
        SupportStaff staff = await scene.StaffAsync(SupportScene.Undertaking(silo.Clock.GetUtcNow(), -1, 0));
        IStaffGrain grain = silo.Grains.GetGrain<IStaffGrain>(staff.Account.ToGrainKey());
        Assert.Null(await grain.CheckAsync(Role.Support, Cancel));
        silo.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(new StaffRefused(StaffRefusal.UndertakingNotInForce), await grain.CheckAsync(Role.Support, Cancel));
    }

    [Fact]
    public async Task Read_WithoutTheRoleOrByAMember_IsRefused()
    {
        SupportScene scene = await SupportScene.OpenAsync(silo);
        SupportId share = await scene.StoreAsync();
        SupportStaff noRole = await scene.StaffAsync(SupportScene.Undertaking(silo.Clock.GetUtcNow()), Role.Operator);
        Assert.Equal(new StaffRefused(StaffRefusal.NotStaff), await scene.Share(share).ReadDocumentAsync(noRole, Cancel));
        SupportStaff owner = new(scene.Owner.Account, ViewReason.Reply);
        Assert.Equal(new StaffRefused(StaffRefusal.NotStaff), await scene.Share(share).ReadDocumentAsync(owner, Cancel));
        SupportStaff withoutReason = await scene.StaffAsync(SupportScene.Undertaking(silo.Clock.GetUtcNow())) with { Reason = default };
        Assert.IsType<SupportUnknown>(await scene.Share(share).ReadDocumentAsync(withoutReason, Cancel));
    }

    [Fact]
    public async Task Read_WhenTheLedgerFails_ReleasesNoKey()
    {
        SupportScene scene = await SupportScene.OpenAsync(silo);
        SupportId share = await scene.StoreAsync();
        SupportStaff staff = await scene.StaffAsync(SupportScene.Undertaking(silo.Clock.GetUtcNow()));
        silo.Durable.FailsStep = (step, after) => step == "append" && !after;
        try
        {
            await Assert.ThrowsAnyAsync<Exception>(() => scene.Share(share).ReadDocumentAsync(staff, Cancel));
            await Assert.ThrowsAnyAsync<Exception>(() => scene.Share(share).ReadDocumentAsync(scene.Owner, Cancel));
            await Assert.ThrowsAnyAsync<Exception>(() => scene.Case.ReadMessagesAsync(staff, Cancel));
            await Assert.ThrowsAnyAsync<Exception>(() => scene.Case.BeginMessageAsync(staff, Cancel));
        }
        finally
        {
            silo.Durable.FailsStep = null;
        }
        Assert.IsType<DocumentRead>(await scene.Share(share).ReadDocumentAsync(staff, Cancel));
    }

    [Fact]
    public async Task Roster_Replaced_RevokesWhoIsNotNamed()
    {
        StaffEntry first = new(SupportSilo.NewAccount(), Role.Support, SupportScene.Undertaking(silo.Clock.GetUtcNow()));
        StaffEntry second = first with { Account = SupportSilo.NewAccount() };
        IStaffRosterGrain roster = silo.Grains.GetGrain<IStaffRosterGrain>(IStaffRosterGrain.Key);
        Task<StaffRefused?> Check(StaffEntry entry) =>
            silo.Grains.GetGrain<IStaffGrain>(entry.Account.ToGrainKey()).CheckAsync(Role.Support, Cancel);
        await roster.ReplaceAsync([first, second], Cancel);
        Assert.Null(await Check(first));
        await roster.ReplaceAsync([second], Cancel);
        Assert.Equal(new StaffRefused(StaffRefusal.NotStaff), await Check(first));
        Assert.Null(await Check(second));
        await roster.ReplaceAsync([], Cancel);
        Assert.Equal(new StaffRefused(StaffRefusal.NotStaff), await Check(second));
    }
}
