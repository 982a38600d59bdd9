using Lethe.ClusterTests.Silo;
using Lethe.Contracts;
using Lethe.Contracts.Ledger;
using Lethe.Contracts.Tenants;
using Lethe.Records.Ledger;
using Lethe.TestKit;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Lethe.ClusterTests.Ledger;

public sealed class LedgerTests : IAsyncLifetime
{
    private readonly TempFolder folder = new();
    private RunningSilo silo = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => silo = await RunningSilo.StartAsync(RunningSilo.SettingsIn(folder, "identity"));

    public async ValueTask DisposeAsync()
    {
        await silo.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Append_InParallel_NumbersWithoutGapsAndChains()
    {
        ILedgerGrain ledger = silo.Grains.GetGrain<ILedgerGrain>("t/kanzlei-muster");
        LedgerAppended[] answers = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => ledger.AppendAsync(Entry("share-1"), Cancellation))
        );
        Assert.Equal(Enumerable.Range(1, 20).Select(number => (long)number), answers.Select(answer => answer.Sequence).Order());
        LedgerPage page = await ledger.ReadAsync(1, 500, Cancellation);
        Assert.Equal((20, null, true), (page.Lines.Count, page.Next, page.ChainHolds));
        Assert.All(page.Lines, line => Assert.Equal(Entry("share-1"), line.Entry));
    }

    [Fact]
    public async Task Read_InPages_GivesEachLineOnce()
    {
        ILedgerGrain ledger = silo.Grains.GetGrain<ILedgerGrain>("t/kanzlei-seiten");
        for (int number = 0; number < 7; number++)
        {
            await ledger.AppendAsync(Entry($"case-{number}"), Cancellation);
        }

        List<long> seen = [];
        long? next = 1;
        while (next is { } from)
        {
            LedgerPage page = await ledger.ReadAsync(from, 3, Cancellation);
            Assert.True(page.ChainHolds);
            seen.AddRange(page.Lines.Select(line => line.Sequence));
            next = page.Next;
        }

        Assert.Equal([1, 2, 3, 4, 5, 6, 7], seen);
        Assert.Empty((await silo.Grains.GetGrain<ILedgerGrain>("t/kanzlei-leer").ReadAsync(1, 10, Cancellation)).Lines);
    }

    [Fact]
    public async Task Append_BesideAnotherWriter_FollowsIt() // as two activations would, for a moment, after a split
    {
        ILedgerGrain ledger = silo.Grains.GetGrain<ILedgerGrain>("t/kanzlei-zwei");
        await ledger.AppendAsync(Entry("a"), Cancellation);
        ILedgerStore store = silo.Host.Services.GetRequiredService<ILedgerStore>();
        LedgerRow last = (await store.FindLastAsync("kanzlei-zwei", Cancellation))!;
        LedgerRow foreign = LedgerChain.Follow("kanzlei-zwei", last, last.At, Entry("b"));
        Assert.True(await store.TryAppendAsync(foreign, Cancellation));
        Assert.False(await store.TryAppendAsync(foreign, Cancellation));
        Assert.Equal(3, (await ledger.AppendAsync(Entry("c"), Cancellation)).Sequence);
        Assert.True((await ledger.ReadAsync(1, 10, Cancellation)).ChainHolds);
    }

    [Theory]
    [InlineData("UPDATE ledger SET subject = 'share-9' WHERE tenant = 'kanzlei-kette' AND seq = 2")]
    [InlineData("DELETE FROM ledger WHERE tenant = 'kanzlei-kette' AND seq = 2")]
    [InlineData("UPDATE ledger SET at = at + 1 WHERE tenant = 'kanzlei-kette' AND seq = 3")]
    public async Task Read_AfterTampering_SaysThatTheChainDoesNotHold(string tampering)
    {
        ILedgerGrain ledger = silo.Grains.GetGrain<ILedgerGrain>("t/kanzlei-kette");
        for (int number = 0; number < 4; number++)
        {
            await ledger.AppendAsync(Entry($"share-{number}"), Cancellation);
        }

        await using (SqliteConnection intruder = new($"{silo.Settings["Database:ConnectionString"]};Pooling=False"))
        {
            intruder.Open();
            using SqliteCommand command = intruder.CreateCommand();
            command.CommandText = $"DROP TRIGGER ledger_is_not_changed; DROP TRIGGER ledger_is_not_deleted; {tampering};";
            command.ExecuteNonQuery();
        }

        Assert.False((await ledger.ReadAsync(1, 10, Cancellation)).ChainHolds);
    }

    [Theory]
    [InlineData("a text with spaces")]
    [InlineData("anna@kanzlei.example")]
    [InlineData("")]
    public async Task Append_OfASubjectThatIsNoId_IsRefusedAndNotStored(string subject)
    {
        ILedgerGrain ledger = silo.Grains.GetGrain<ILedgerGrain>("t/kanzlei-streng");
        await Assert.ThrowsAsync<GrainFault>(() => ledger.AppendAsync(Entry(subject), Cancellation));
        Assert.Empty((await ledger.ReadAsync(1, 10, Cancellation)).Lines);
    }

    [Fact]
    public async Task Append_OfRoles_KeepsThemInTheChain()
    {
        ILedgerGrain ledger = silo.Grains.GetGrain<ILedgerGrain>("t/kanzlei-rollen");
        LedgerEntry roles = new(LedgerEvent.MemberRolesChanged, null, "account-1", null, null, Role.Member | Role.UserAdmin);
        await ledger.AppendAsync(roles, Cancellation);
        LedgerPage page = await ledger.ReadAsync(1, 10, Cancellation);
        Assert.Equal((roles, true), (Assert.Single(page.Lines).Entry, page.ChainHolds));
        await Assert.ThrowsAsync<GrainFault>(() => ledger.AppendAsync(roles with { Roles = Role.Support }, Cancellation));
        await Assert.ThrowsAsync<GrainFault>(() => ledger.AppendAsync(roles with { Region = Region.Eu }, Cancellation));
    }

    [Fact]
    public async Task Ledger_OfAnotherTenant_IsApart()
    {
        await silo.Grains.GetGrain<ILedgerGrain>("t/kanzlei-eins").AppendAsync(Entry("a"), Cancellation);
        Assert.Empty((await silo.Grains.GetGrain<ILedgerGrain>("t/kanzlei-eins-b").ReadAsync(1, 10, Cancellation)).Lines);
    }

    [Fact]
    public void Chain_OfAKnownRow_HasItsKnownHash() // computed apart, by its definition; stored for good: a change here breaks every ledger
    {
        LedgerRow row = LedgerChain.Follow(
            "kanzlei-muster",
            last: null,
            DateTimeOffset.FromUnixTimeMilliseconds(1_780_000_000_000),
            Entry("share-1")
        );
        Assert.Equal("634c58668df6dab8c14167a3e57104d9ad952bce639b014596d4e17267268e48", Convert.ToHexStringLower(row.Hash.Span));
    }

    private static LedgerEntry Entry(string subject) => new(LedgerEvent.ShareStored, AccountId.FromHmac(new byte[32]), subject, Region.Eu);
}
