using System.Security.Cryptography;
using Lethe.Contracts;
using Lethe.Contracts.Sessions;
using Lethe.Gateway;
using Lethe.Gateway.Sealing;
using Xunit;

namespace Lethe.UnitTests.Sealing;

/// <summary>What a silo may try with a session's items, and that each of it is seen before a byte of plaintext is given out.</summary>
public sealed class SealedSessionTests : IDisposable
{
    private static readonly UInt128 First = 1;
    private static readonly UInt128 Second = 2;
    private readonly SessionId id = SessionId.Create();
    private readonly ContentKey key = ContentKey.Create();
    private readonly HostileSilo silo = new();
    private readonly SealedSession session;

    public SealedSessionTests() => session = new SealedSession(id, silo, key);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        session.Dispose();
        key.Dispose();
    }

    [Fact]
    public async Task Read_WhatWasPut_GivesItBack()
    {
        byte[] text = RandomNumberGenerator.GetBytes(700_000);
        await PutAsync(First, text);
        using PlainBuffer read = await OpenAsync(First);
        Assert.Equal(text, read.Memory.ToArray());
    }

    [Fact]
    public async Task Read_SwappedDocuments_IsNotAuthentic()
    {
        await PutAsync(First, Text(100));
        await PutAsync(Second, Text(100));
        silo.TellItem = (_, asked) => Told(silo.Seen.Single(item => item.Id == (asked == First ? Second : First)));
        await AssertNotAuthenticAsync(First);
        await AssertNotAuthenticAsync(Second);
    }

    [Fact]
    public async Task Read_SwappedDocumentsUnderTheVersionAskedFor_IsNotAuthentic()
    {
        await PutAsync(First, Text(100));
        await PutAsync(Second, Text(100));
        silo.TellItem = (_, asked) => (asked == First ? 1 : 2, silo.Seen[asked == First ? 1 : 0].Content);
        await AssertNotAuthenticAsync(First);
        await AssertNotAuthenticAsync(Second);
    }

    [Fact]
    public async Task Read_EarlierVersionOfDocument_IsNotAuthentic()
    {
        await PutAsync(First, Text(100));
        await PutAsync(First, Text(200));
        silo.TellItem = (_, _) => Told(silo.Seen[0]);
        await AssertNotAuthenticAsync(First);
        silo.TellItem = (_, _) => (2, silo.Seen[0].Content); // and said to be the new one
        await AssertNotAuthenticAsync(First);
    }

    [Fact]
    public async Task Read_DocumentToldAsMissing_IsNotAuthentic()
    {
        await PutAsync(First, Text(100));
        silo.TellItem = (_, _) => null;
        await AssertNotAuthenticAsync(First);
    }

    [Fact]
    public async Task Read_TurnToldAsDocument_IsNotAuthentic()
    {
        PutItem turn = session.Seal(Manifest.Empty, ItemKind.Turn, First, Text(10), 10);
        await PutAsync(First, Text(10));
        silo.TellItem = (_, _) => (1, turn.Item.Content);
        await AssertNotAuthenticAsync(First);
    }

    [Fact]
    public async Task Read_DocumentOfAnotherSessionUnderTheSameKey_IsNotAuthentic()
    {
        using SealedSession other = new(SessionId.Create(), silo, key);
        PutItem foreign = other.Seal(Manifest.Empty, ItemKind.Document, First, Text(10), 10);
        await PutAsync(First, Text(10));
        silo.TellItem = (_, _) => (1, foreign.Item.Content);
        await AssertNotAuthenticAsync(First);
    }

    [Theory]
    [InlineData(0)] // nothing
    [InlineData(1)]
    [InlineData(27)] // less than nonce and tag
    [InlineData(28)]
    [InlineData(262_144 + 28)] // the first chunk alone
    [InlineData(2 * (262_144 + 28))] // the first two chunks of three
    [InlineData(600_000)]
    public async Task Read_CutDocument_IsNotAuthentic(int length)
    {
        await PutAsync(First, Text(600_000));
        silo.TellItem = (_, _) => (1, new Sealed([.. silo.Seen[0].Content.Memory.Span[..length]]));
        await AssertNotAuthenticAsync(First);
    }

    [Fact]
    public async Task Read_LengthenedDocument_IsNotAuthentic()
    {
        await PutAsync(First, Text(300_000));
        byte[] content = silo.Seen[0].Content.Memory.ToArray();
        silo.TellItem = (_, _) => (1, new Sealed([.. content, .. content]));
        await AssertNotAuthenticAsync(First);
        silo.TellItem = (_, _) => (1, new Sealed([.. content, 0]));
        await AssertNotAuthenticAsync(First);
    }

    [Fact]
    public async Task Read_ReorderedChunks_IsNotAuthentic()
    {
        const int Chunk = ItemSealer.ChunkSize + 28;
        await PutAsync(First, Text(2 * ItemSealer.ChunkSize));
        byte[] content = silo.Seen[0].Content.Memory.ToArray();
        silo.TellItem = (_, _) => (1, new Sealed([.. content[Chunk..], .. content[..Chunk]]));
        await AssertNotAuthenticAsync(First);
        silo.TellItem = (_, _) => (1, new Sealed([.. content[..Chunk], .. content[..Chunk]])); // one of them twice
        await AssertNotAuthenticAsync(First);
    }

    [Fact]
    public async Task Read_AnyFlippedBit_IsNotAuthentic()
    {
        await PutAsync(First, Text(5));
        byte[] content = silo.Seen[0].Content.Memory.ToArray();
        for (int bit = 0; bit < content.Length * 8; bit++)
        {
            byte[] changed = [.. content];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            silo.TellItem = (_, _) => (1, new Sealed(changed));
            await AssertNotAuthenticAsync(First);
        }
    }

    [Fact]
    public async Task ReadManifest_EarlierOneUnderTheNewRevision_IsNotAuthentic()
    {
        await PutAsync(First, Text(10));
        await PutAsync(Second, Text(10));
        silo.TellManifest = () => (2, silo.Manifests[1].Manifest);
        await AssertManifestNotAuthenticAsync();
    }

    [Fact]
    public async Task ReadManifest_NoneUnderARevision_IsNotAuthentic()
    {
        await PutAsync(First, Text(10));
        silo.TellManifest = () => (1, null);
        await AssertManifestNotAuthenticAsync();
    }

    [Fact]
    public async Task ReadManifest_RolledBackWithItsRevision_ShowsInTheRevision()
    {
        await PutAsync(First, Text(10));
        ItemsChanged last = await PutAsync(Second, Text(10));
        silo.TellManifest = () => silo.Manifests[1];
        Assert.True((await session.ReadManifestAsync(Cancel)).Try(out Manifest? manifest, out _));
        Assert.True(manifest.Revision < last.Revision); // which the plugin was told, and compares
        Assert.Null(manifest.Find(ItemKind.Document, Second));
    }

    [Fact]
    public async Task ReadManifest_DocumentInItsPlace_IsNotAuthentic()
    {
        await PutAsync(First, Text(10));
        silo.TellManifest = () => (1, silo.Seen[0].Content);
        await AssertManifestNotAuthenticAsync();
    }

    [Fact]
    public async Task Put_AfterARolledBackManifest_IsNotMixedWithNewerItems()
    {
        await PutAsync(First, Text(10));
        await PutAsync(First, Text(20));
        silo.TellManifest = () => silo.Manifests[1];
        await AssertNotAuthenticAsync(First); // the old manifest knows version 1, the silo hands out version 2
    }

    [Fact]
    public async Task Put_WhileOthersAreFaster_RepeatsAndSucceeds()
    {
        silo.Races = 7;
        Assert.Equal(1, (await PutAsync(First, Text(10))).Revision);
    }

    [Fact]
    public async Task Put_WhenOthersAreAlwaysFaster_IsBusy()
    {
        silo.Races = 8;
        Outcome<ItemsChanged> outcome = await session.PutDocumentAsync(First, Text(10), 10, Cancel);
        Assert.False(outcome.Try(out _, out Problem? problem));
        Assert.Equal("session_busy", problem.Code);
    }

    [Fact]
    public async Task Read_WithAnotherKey_IsNotAuthentic()
    {
        await PutAsync(First, Text(10));
        using ContentKey wrong = ContentKey.Create();
        using SealedSession other = new(id, silo, wrong);
        Assert.False((await other.ReadManifestAsync(Cancel)).Try(out _, out Problem? problem));
        Assert.Equal("session_not_authentic", problem.Code);
    }

    private static (long Version, Sealed Content)? Told(SealedItem item) => (item.Version, item.Content);

    private static byte[] Text(int length) => RandomNumberGenerator.GetBytes(length);

    private async Task<ItemsChanged> PutAsync(UInt128 document, byte[] text)
    {
        Outcome<ItemsChanged> outcome = await session.PutDocumentAsync(document, text, text.Length, Cancel);
        Assert.True(outcome.Try(out ItemsChanged? changed, out _));
        return changed;
    }

    private async Task<PlainBuffer> OpenAsync(UInt128 document)
    {
        Assert.True((await session.ReadManifestAsync(Cancel)).Try(out Manifest? manifest, out _));
        Outcome<PlainBuffer> outcome = await session.ReadAsync(manifest.Find(ItemKind.Document, document)!.Value, Cancel);
        Assert.True(outcome.Try(out PlainBuffer? plain, out _));
        return plain;
    }

    private async Task AssertNotAuthenticAsync(UInt128 document)
    {
        Assert.True((await session.ReadManifestAsync(Cancel)).Try(out Manifest? manifest, out _));
        Outcome<PlainBuffer> outcome = await session.ReadAsync(manifest.Find(ItemKind.Document, document)!.Value, Cancel);
        Assert.False(outcome.Try(out _, out Problem? problem));
        Assert.Equal("session_not_authentic", problem.Code);
    }

    private async Task AssertManifestNotAuthenticAsync()
    {
        Assert.False((await session.ReadManifestAsync(Cancel)).Try(out _, out Problem? problem));
        Assert.Equal("session_not_authentic", problem.Code);
    }
}
