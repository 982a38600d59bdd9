using Lethe.Contracts;
using Lethe.Contracts.Sessions;
using Xunit;
using static Lethe.ClusterTests.Sessions.SessionSilo;

namespace Lethe.ClusterTests.Sessions;

[Collection(SessionSuite.Name)]
public sealed class SessionItemTests(SessionSilo silo)
{
    [Fact]
    public async Task Put_ThenRead_GivesTheBytesAndTheManifestBack()
    {
        ISessionGrain session = await silo.OpenAsync();
        PutItem put = Document(0);
        Assert.Equal(new ItemsChanged(1, 150), await session.PutItemAsync(put, Cancel));
        ItemRead read = Assert.IsType<ItemRead>(await session.ReadItemAsync(ItemKind.Document, put.Item.Id, Cancel));
        Assert.Equal(1, read.Version);
        Assert.Equal(put.Item.Content.Memory, read.Content.Memory);
        ManifestRead manifest = Assert.IsType<ManifestRead>(await session.ReadManifestAsync(Cancel));
        Assert.Equal(1, manifest.Revision);
        Assert.Equal(put.Manifest.Memory, manifest.Manifest!.Memory);
        SessionDescribed described = await DescribeAsync(session);
        Assert.Equal((1, 0, 150L, 1L), (described.Documents, described.Turns, described.SealedBytes, described.Revision));
    }

    [Fact]
    public async Task Put_OnAnOldRevision_ChangesNothing()
    {
        ISessionGrain session = await silo.OpenAsync();
        Assert.IsType<ItemsChanged>(await session.PutItemAsync(Document(0), Cancel));
        Assert.Equal(new ItemsRefused(ItemsRefusal.ManifestMoved), await session.PutItemAsync(Document(0), Cancel));
        Assert.Equal(new ItemsRefused(ItemsRefusal.ManifestMoved), await session.PutItemAsync(Document(2), Cancel));
        Assert.Equal(1, (await DescribeAsync(session)).Documents);
    }

    [Fact]
    public async Task Put_InParallelOnOneRevision_OneWins()
    {
        ISessionGrain session = await silo.OpenAsync();
        SessionResult[] results = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => session.PutItemAsync(Document(0), Cancel)));
        Assert.Single(results.OfType<ItemsChanged>());
        Assert.Equal(19, results.OfType<ItemsRefused>().Count(refused => refused.Reason == ItemsRefusal.ManifestMoved));
    }

    [Fact]
    public async Task Put_OfTheSameDocument_ReplacesItAndItsBytes()
    {
        ISessionGrain session = await silo.OpenAsync();
        UInt128 id = NewId();
        await session.PutItemAsync(Document(0, 1000, id), Cancel);
        Assert.Equal(new ItemsChanged(2, 70), await session.PutItemAsync(Document(1, 20, id), Cancel));
        Assert.Equal(2, Assert.IsType<ItemRead>(await session.ReadItemAsync(ItemKind.Document, id, Cancel)).Version);
        Assert.Equal(1, (await DescribeAsync(session)).Documents);
    }

    [Fact]
    public async Task Remove_DropsTheItem()
    {
        ISessionGrain session = await silo.OpenAsync();
        PutItem put = Document(0);
        await session.PutItemAsync(put, Cancel);
        RemoveItem remove = new(ItemKind.Document, put.Item.Id, Bytes(40), 1);
        Assert.Equal(new ItemsRefused(ItemsRefusal.ManifestMoved), await session.RemoveItemAsync(remove with { BaseRevision = 0 }, Cancel));
        Assert.Equal(new ItemsRefused(ItemsRefusal.Missing), await session.RemoveItemAsync(remove with { Id = NewId() }, Cancel));
        Assert.Equal(new ItemsChanged(2, 40), await session.RemoveItemAsync(remove, Cancel));
        Assert.IsType<ItemMissing>(await session.ReadItemAsync(ItemKind.Document, put.Item.Id, Cancel));
        Assert.Equal(0, (await DescribeAsync(session)).Documents);
    }

    [Fact]
    public async Task Put_OfMoreThanAnItemMayHave_IsRefused()
    {
        ISessionGrain session = await silo.OpenAsync();
        ItemsRefused tooLarge = new(ItemsRefusal.ItemTooLarge);
        Assert.Equal(tooLarge, await session.PutItemAsync(Document(0, (16 << 20) + 1), Cancel));
        Assert.Equal(tooLarge, await session.PutItemAsync(Document(0) with { Manifest = Bytes((16 << 20) + 1) }, Cancel));
        Assert.Equal(0, (await DescribeAsync(session)).SealedBytes);
    }

    [Fact]
    public async Task Put_OfMoreThanTheSessionMayHold_IsRefused()
    {
        ISessionGrain session = await silo.OpenAsync();
        UInt128 second = NewId();
        Assert.IsType<ItemsChanged>(await session.PutItemAsync(Document(0, 16 << 20), Cancel));
        Assert.Equal(new ItemsRefused(ItemsRefusal.SessionFull), await session.PutItemAsync(Document(1, 16 << 20), Cancel));
        Assert.Equal(new ItemsChanged(2, 32 << 20), await session.PutItemAsync(Document(1, (16 << 20) - 50, second), Cancel));
        Assert.IsType<ItemsChanged>(await session.PutItemAsync(Document(2, (16 << 20) - 50, second), Cancel));
        await session.ForgetAsync(Cancel);
    }

    [Fact]
    public async Task Put_OfMoreDocumentsThanMayBe_IsRefused()
    {
        ISessionGrain session = await silo.OpenAsync();
        UInt128 first = NewId();
        await session.PutItemAsync(Document(0, 1, first), Cancel);
        for (int revision = 1; revision < 50; revision++)
        {
            Assert.IsType<ItemsChanged>(await session.PutItemAsync(Document(revision, 1), Cancel));
        }
        Assert.Equal(new ItemsRefused(ItemsRefusal.TooManyItems), await session.PutItemAsync(Document(50, 1), Cancel));
        Assert.IsType<ItemsChanged>(await session.PutItemAsync(Document(50, 1, first), Cancel));
    }

    [Fact]
    public async Task Put_OfATurnWithoutALease_IsAFault()
    {
        ISessionGrain session = await silo.OpenAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => session.PutItemAsync(Turn(0), Cancel));
        PutItem wrongVersion = Document(0);
        wrongVersion = wrongVersion with { Item = wrongVersion.Item with { Version = 7 } };
        await Assert.ThrowsAsync<ArgumentException>(() => session.PutItemAsync(wrongVersion, Cancel));
        Assert.Equal(0, (await DescribeAsync(session)).Revision);
    }

    [Fact]
    public async Task Forget_ZeroesEveryBufferAndDeactivates()
    {
        // Within the silo the grain holds the very arrays that are put, so that this test can look at them afterwards.
        ISessionGrain session = silo.GrainsInSilo().GetGrain<ISessionGrain>((await silo.OpenAsync()).GetPrimaryKeyString());
        UInt128 id = NewId();
        PutItem replaced = Document(0, 64, id);
        PutItem kept = Document(1, 65, id);
        PutItem removed = Document(2, 66);
        await session.PutItemAsync(replaced, Cancel);
        await session.PutItemAsync(kept, Cancel);
        Assert.True(IsZero(replaced.Item.Content) && IsZero(replaced.Manifest));
        await session.PutItemAsync(removed, Cancel);
        await session.RemoveItemAsync(new RemoveItem(ItemKind.Document, removed.Item.Id, Bytes(50), 3), Cancel);
        Assert.True(IsZero(removed.Item.Content) && IsZero(removed.Manifest));
        PutItem turn = Turn(4, 67);
        Assert.IsType<ItemsChanged>(await EndAsync(session, await FenceAsync(TakeTurnAsync(session)), 1, turn));
        Assert.False(IsZero(kept.Item.Content) || IsZero(turn.Item.Content) || IsZero(turn.Manifest));
        ItemRead read = Assert.IsType<ItemRead>(await session.ReadItemAsync(ItemKind.Document, id, Cancel));

        Assert.Equal(new SessionForgotten(1, 1, 65 + 67 + 50), await session.ForgetAsync(Cancel));

        Assert.True(IsZero(kept.Item.Content) && IsZero(turn.Item.Content) && IsZero(turn.Manifest));
        Assert.False(IsZero(read.Content)); // a reader's copy is its own
        await silo.DeactivatedAsync(session);
        await AssertGoneAsync(session);
    }

    [Fact]
    public async Task Deactivation_ByTheSilo_ZeroesToo()
    {
        ISessionGrain session = silo.GrainsInSilo().GetGrain<ISessionGrain>((await silo.OpenAsync()).GetPrimaryKeyString());
        PutItem put = Document(0);
        await session.PutItemAsync(put, Cancel);
        await silo.Cluster.DeactivateAsync(session);
        Assert.True(IsZero(put.Item.Content) && IsZero(put.Manifest));
        await AssertGoneAsync(session);
    }

    private static bool IsZero(Sealed content) => !content.Memory.Span.ContainsAnyExcept((byte)0);
}
