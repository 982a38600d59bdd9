using Lethe.Contracts.Ledger;
using Lethe.Contracts.Support;
using Lethe.Contracts.Tenants;
using Lethe.Records.Support;
using Xunit;

namespace Lethe.ClusterTests.Support;

[Collection(SupportSuite.Name)]
public sealed class CaseTests(SupportSilo silo)
{
    private static CancellationToken Cancel => SupportScene.Cancel;

    [Fact]
    public async Task Open_Repeated_ReturnsTheFirstAnswerAndTheTenantKnows()
    {
        SupportScene scene = await SupportScene.StartAsync(silo);
        SupportResult first = await scene.Case.OpenAsync(scene.Owner, Cancel);
        Assert.Equal(first, await scene.Case.OpenAsync(scene.Owner, Cancel));
        Assert.Equal([scene.CaseId], await CasesAsync(scene));
        var described = (TenantDescribed)await silo.Tenant(scene.Owner.Tenant).DescribeAsync(Cancel);
        Assert.Equal(1, described.Cases);
        Assert.Contains($"case-{scene.CaseId}", silo.Durable.KeyHandles, StringComparer.Ordinal);
    }

    [Fact]
    public async Task Open_OfATenantThatIsNotHere_IsRefusedAndLeavesNothing()
    {
        SupportScene scene = new(silo.Grains, new SupportOwner(SupportSilo.NewTenant(), SupportSilo.NewAccount()));
        Assert.Equal(new SupportRefused(SupportRefusal.TenantNotHere), await scene.Case.OpenAsync(scene.Owner, Cancel));
        Assert.Empty(await CasesAsync(scene));
        Assert.DoesNotContain(silo.Durable.Rows.Keys, row => row.Contains($"{scene.CaseId}", StringComparison.Ordinal));
        Assert.DoesNotContain($"case-{scene.CaseId}", silo.Durable.KeyHandles, StringComparer.Ordinal);
    }

    [Fact]
    public async Task Open_OfTooManyCases_IsRefused()
    {
        SupportScene scene = await SupportScene.StartAsync(silo);
        for (int count = 0; count < new SupportOptions().MaxCasesPerAccount; count++)
        {
            SupportScene another = new(silo.Grains, scene.Owner);
            Assert.IsType<CaseOpened>(await another.Case.OpenAsync(scene.Owner, Cancel));
        }
        Assert.Equal(new SupportRefused(SupportRefusal.TooManyCases), await scene.Case.OpenAsync(scene.Owner, Cancel));
    }

    [Fact]
    public async Task EveryCall_OfAnotherAccountOrTenant_AnswersAsIfThereWereNone()
    {
        SupportScene scene = await SupportScene.OpenAsync(silo);
        SupportId share = await scene.StoreAsync();
        SupportOwner[] strangers = [new(scene.Owner.Tenant, SupportSilo.NewAccount()), new(SupportSilo.NewTenant(), scene.Owner.Account)];
        foreach (SupportOwner stranger in strangers)
        {
            SupportResult[] answers =
            [
                await scene.Case.DescribeAsync(stranger, Cancel),
                await scene.Case.BeginMessageAsync(stranger, Cancel),
                await scene.Case.AddMessageAsync(scene.Message(caller: stranger), Cancel),
                await scene.Case.ReadMessagesAsync(stranger, Cancel),
                await scene.Case.ConsentAsync(stranger, SupportScene.Consent(), Cancel),
                await scene.Case.CloseAsync(stranger, Cancel),
                await scene.Share(share).DescribeAsync(stranger, Cancel),
                await scene.Share(share).BeginDocumentAsync(stranger, Cancel),
                await scene.Share(share).StoreDocumentAsync(scene.Document() with { Owner = stranger }, Cancel),
                await scene.Share(share).ReadDocumentAsync(stranger, Cancel),
                await scene.Share(share).EndAsync(stranger, ShareEnding.Withdrawn, Cancel),
            ];
            Assert.All(answers, answer => Assert.IsType<SupportUnknown>(answer));
        }
        Assert.IsType<DocumentRead>(await scene.Share(share).ReadDocumentAsync(scene.Owner, Cancel));
    }

    [Fact]
    public async Task Messages_AreKeptInOrderAndExpire()
    {
        SupportScene scene = await SupportScene.OpenAsync(silo);
        AddMessage first = scene.Message();
        MessageAdded added = Assert.IsType<MessageAdded>(await scene.Case.AddMessageAsync(first, Cancel));
        Assert.Equal(added, await scene.Case.AddMessageAsync(first, Cancel)); // repeated
        silo.Clock.Advance(TimeSpan.FromDays(1));
        AddMessage second = scene.Message(SupportLimits.MessageBytes);
        await scene.Case.AddMessageAsync(second, Cancel);
        MessagesRead both = Assert.IsType<MessagesRead>(await scene.Case.ReadMessagesAsync(scene.Owner, Cancel));
        Assert.Equal([first.Message, second.Message], both.Messages.Select(message => message.Id));
        Assert.Equal(first.Content.Memory.ToArray(), both.Messages[0].Content.Memory.ToArray());

        silo.Clock.Advance(new SupportOptions().MessageLifetime - TimeSpan.FromDays(1));
        MessagesRead left = Assert.IsType<MessagesRead>(await scene.Case.ReadMessagesAsync(scene.Owner, Cancel));
        Assert.Equal(second.Message, Assert.Single(left.Messages).Id);
        int erasures = silo.Durable.Erasures;
        await scene.SweepCaseAsync();
        Assert.DoesNotContain($"{first.Message}", Row(scene), StringComparison.Ordinal);
        Assert.Contains($"{second.Message}", Row(scene), StringComparison.Ordinal);
        Assert.Equal(erasures + 1, silo.Durable.Erasures);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(SupportLimits.MessageBytes + 1)]
    public async Task AddMessage_OfAnImpossibleSize_IsRefused(int bytes)
    {
        SupportScene scene = await SupportScene.OpenAsync(silo);
        Assert.Equal(new SupportRefused(SupportRefusal.WrongSize), await scene.Case.AddMessageAsync(scene.Message(bytes), Cancel));
    }

    [Fact]
    public async Task AddMessage_ToAFullCase_IsRefused()
    {
        SupportScene scene = await SupportScene.OpenAsync(silo);
        for (int count = 0; count < new SupportOptions().MaxMessagesPerCase; count++)
        {
            Assert.IsType<MessageAdded>(await scene.Case.AddMessageAsync(scene.Message(10), Cancel));
        }
        Assert.Equal(new SupportRefused(SupportRefusal.TooManyMessages), await scene.Case.AddMessageAsync(scene.Message(10), Cancel));
        Assert.Equal(new SupportRefused(SupportRefusal.TooManyMessages), await scene.Case.BeginMessageAsync(scene.Owner, Cancel));
    }

    [Fact]
    public async Task Close_DestroysTheKeysOfTheCaseAndItsSharesAndAllRows()
    {
        SupportScene scene = await SupportScene.OpenAsync(silo);
        await scene.Case.AddMessageAsync(scene.Message(), Cancel);
        SupportId stored = await scene.StoreAsync();
        SupportId consented = await scene.ConsentAsync();
        Assert.IsType<SupportEnded>(await scene.Case.CloseAsync(scene.Owner, Cancel));

        AssertNothingIsLeft(scene, scene.CaseId, stored, consented);
        Assert.IsType<SupportUnknown>(await scene.Case.CloseAsync(scene.Owner, Cancel));
        Assert.IsType<SupportUnknown>(await scene.Case.ReadMessagesAsync(scene.Owner, Cancel));
        Assert.IsType<SupportUnknown>(await scene.Share(stored).ReadDocumentAsync(scene.Owner, Cancel));
        Assert.Empty(await CasesAsync(scene));
        var described = (TenantDescribed)await silo.Tenant(scene.Owner.Tenant).DescribeAsync(Cancel);
        Assert.Equal((0, 0), (described.Cases, described.Shares));
        LedgerEvent[] events = [.. silo.Durable.Ledger.Where(row => row.Tenant == scene.Owner.Tenant.Value).Select(row => row.Entry.Event)];
        Assert.Contains(LedgerEvent.CaseClosed, events);
        Assert.Equal(2, events.Count(what => what == LedgerEvent.ShareWithdrawn));
    }

    [Fact]
    public async Task Expiry_IsEnforcedAtEachReadAndSweptByTheReminder()
    {
        SupportScene scene = await SupportScene.OpenAsync(silo);
        SupportId share = await scene.StoreAsync();
        silo.Clock.Advance(new SupportOptions().CaseLifetime);
        Assert.IsType<SupportUnknown>(await scene.Case.DescribeAsync(scene.Owner, Cancel));
        Assert.IsType<SupportUnknown>(await scene.Case.ReadMessagesAsync(scene.Owner, Cancel));
        Assert.IsType<SupportUnknown>(await scene.Share(share).ReadDocumentAsync(scene.Owner, Cancel));
        Assert.Contains($"case-{scene.CaseId}", silo.Durable.KeyHandles, StringComparer.Ordinal);

        await scene.SweepCaseAsync();
        AssertNothingIsLeft(scene, scene.CaseId, share);
        Assert.Contains(
            silo.Durable.Ledger,
            row => row.Entry.Event == LedgerEvent.CaseExpired && row.Entry.Subject == $"{scene.CaseId}" && row.Entry.Actor is null
        );
    }

    [Fact]
    public async Task Sweep_OfAShareThatHasExpired_LeavesItsCase()
    {
        SupportScene scene = await SupportScene.OpenAsync(silo);
        SupportId share = await scene.StoreAsync();
        silo.Clock.Advance(new SupportOptions().ShareLifetime);
        await scene.SweepShareAsync(share);
        AssertNothingIsLeft(scene, share);
        CaseDescribed described = Assert.IsType<CaseDescribed>(await scene.Case.DescribeAsync(scene.Owner, Cancel));
        Assert.Empty(described.Shares);
    }

    private Task<System.Collections.Immutable.ImmutableArray<SupportId>> CasesAsync(SupportScene scene) =>
        silo.Grains.GetGrain<IAccountCasesGrain>(scene.Owner.Account.ToGrainKey()).ListAsync(Cancel);

    private string Row(SupportScene scene) => silo.Durable.Rows[$"case|{scene.CaseId.ToGrainKey()}"];

    private void AssertNothingIsLeft(SupportScene scene, params SupportId[] ids) =>
        Assert.All(
            ids,
            id =>
            {
                Assert.DoesNotContain(silo.Durable.KeyHandles, handle => handle.EndsWith($"{id}", StringComparison.Ordinal));
                Assert.DoesNotContain(silo.Durable.Rows.Keys, row => row.Contains($"{id}", StringComparison.Ordinal));
            }
        );
}
