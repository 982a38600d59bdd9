using Lethe.ClusterTests.Cells;
using Lethe.Contracts.Tenants;
using Lethe.Contracts.Tokens;
using Lethe.PrivacyPass;
using Xunit;

namespace Lethe.ClusterTests.Tokens;

/// <summary>What becomes of keys when epochs end, are skipped, or are closed by the operator.</summary>
public sealed class EpochTests : IAsyncLifetime
{
    private readonly RecordsSilo silo = new("eu", silos: 1);

    private static CancellationToken Cancel => RecordsSilo.Cancel;

    private IIssuerDirectoryGrain Directory => silo.Grains.GetGrain<IIssuerDirectoryGrain>(IIssuerDirectoryGrain.Key);

    private IBlindSigner Signer => silo.Grains.GetGrain<IBlindSigner>(IBlindSigner.Key);

    public ValueTask InitializeAsync() => silo.InitializeAsync();

    public ValueTask DisposeAsync() => silo.DisposeAsync();

    [Fact]
    public async Task Epoch_ThatEnds_LosesItsPrivateKeyThoughNobodyAsks()
    {
        IssuerKey ending = (await Directory.ListAsync(Cancel)).Keys[0];
        Assert.Contains(ending.Handle, silo.Durable.KeyHandles);
        silo.Clock.Advance(TimeSpan.FromDays(1));
        await EventuallyAsync(() =>
            !silo.Durable.KeyHandles.Contains(ending.Handle) && !silo.Durable.KeyHandles.Contains(ending.AccountHandle)
        );
    }

    [Fact]
    public async Task Epochs_ThatEndedWhileEverySiloWasDown_LoseTheirPrivateKeysAtTheNextStart()
    {
        IssuerKeyList before = await Directory.ListAsync(Cancel);
        string[] old = [.. silo.Durable.KeyHandles];
        Assert.Equal(4, old.Length);
        await using RecordsSilo later = new("eu", silos: 1, silo.Durable);
        await silo.Cluster.StopAllSilosAsync();
        later.Clock.Advance(TimeSpan.FromDays(9)); // epochs skipped entirely
        await later.InitializeAsync();
        await EventuallyAsync(() => !silo.Durable.KeyHandles.Intersect(old, StringComparer.Ordinal).Any());
        IssuerKeyList after = await later.Grains.GetGrain<IIssuerDirectoryGrain>(IIssuerDirectoryGrain.Key).ListAsync(Cancel);
        Assert.Equal(before.Epoch + 9, after.Epoch);
        Assert.Equal([after.Epoch, after.Epoch + 1], after.Keys.Select(key => key.Epoch));
        Assert.Equal(4, silo.Durable.KeyHandles.Count);
    }

    [Theory]
    [InlineData("issuer-directory", 1, false)]
    [InlineData("issuer-directory", 2, false)]
    [InlineData("issuer-directory", 2, true)]
    [InlineData("issuer-directory", 3, false)]
    [InlineData("issuer-key", 1, true)]
    [InlineData("issuer-key", 2, false)]
    [InlineData("issuer-key", 2, true)]
    [InlineData("issuer-key", 3, false)]
    public async Task Turn_ThatFailsAtAWrite_LeavesNoPrivateKeyThatIsNotDestroyedLater(string state, int number, bool after)
    {
        await Directory.ListAsync(Cancel);
        int writes = 0;
        silo.Durable.FailsWrite = (name, done) => name == state && done == after && Interlocked.Increment(ref writes) == number;
        silo.Clock.Advance(TimeSpan.FromDays(1));
        await EventuallyAsync(() => Volatile.Read(ref writes) >= number);
        silo.Durable.FailsWrite = null;
        silo.Clock.Advance(TimeSpan.FromDays(3)); // nobody finishes that epoch's keys any more
        IssuerKeyList list = await ListedAsync();
        string[] live =
        [
            .. list
                .Keys.Where(key => !key.Retired)
                .SelectMany(key => new[] { key.Handle, key.AccountHandle })
                .Order(StringComparer.Ordinal),
        ];
        Assert.Equal(live, silo.Durable.KeyHandles.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task CloseEpoch_OfTheRunningOne_DestroysItsKeyAndGoesOnWithAnotherUnderTheSameQuota()
    {
        (TenantId tenant, AccountId owner) = await silo.ProvisionAsync(new TokenQuota(3, 100));
        IssuerKey closed = (await Directory.ListAsync(Cancel)).Keys[0];
        using TokenKey old = Key(closed);
        Assert.IsType<TokensSigned>(
            await Signer.SignAsync(new(tenant, owner, [TokenTests.Message(old, out _), TokenTests.Message(old, out _)]), Cancel)
        );

        Assert.True(await Directory.CloseEpochAsync(closed.PolicyClass, closed.Epoch, Cancel));

        IssuerKeyList list = await Directory.ListAsync(Cancel);
        Assert.DoesNotContain(closed.Handle, silo.Durable.KeyHandles);
        Assert.DoesNotContain(list.Keys, key => key.KeyId.Span.SequenceEqual(closed.KeyId.Span));
        Assert.Equal((closed.Epoch, closed.NotBefore, 1), (list.Keys[0].Epoch, list.Keys[0].NotBefore, list.Keys[0].Generation));
        Assert.Equal(2, list.Keys.Count);
        TokensRefused refused = Assert.IsType<TokensRefused>(
            await Signer.SignAsync(new(tenant, owner, [TokenTests.Message(old, out _)]), Cancel)
        );
        Assert.Equal(TokensRefusal.UnknownKey, refused.Reason);
        using TokenKey next = Key(list.Keys[0]);
        BlindedMessage[] two = [TokenTests.Message(next, out PendingToken pending), TokenTests.Message(next, out _)];
        TokensSigned signed = Assert.IsType<TokensSigned>(await Signer.SignAsync(new(tenant, owner, two), Cancel));
        Assert.Equal(1, signed.Drawn); // 2 of 3 were drawn before
        Assert.True(pending.TryFinish(signed.Signatures[0].Span, out _));
        Assert.Equal(4, silo.Durable.KeyHandles.Count);
    }

    [Fact]
    public async Task CloseEpoch_OfAnEndedOneOrNone_TakesItOffTheListOrSaysThatThereIsNone()
    {
        IssuerKey first = (await Directory.ListAsync(Cancel)).Keys[0];
        silo.Clock.Advance(TimeSpan.FromDays(1));
        Assert.True(await Directory.CloseEpochAsync(first.PolicyClass, first.Epoch, Cancel));
        Assert.DoesNotContain((await Directory.ListAsync(Cancel)).Keys, key => key.Epoch == first.Epoch);
        Assert.False(await Directory.CloseEpochAsync(first.PolicyClass, first.Epoch, Cancel));
        Assert.False(await Directory.CloseEpochAsync(RecordsSilo.Class("eu-none"), first.Epoch + 1, Cancel));
    }

    [Theory]
    [InlineData("issuer-directory", 1)]
    [InlineData("issuer-directory", 2)]
    [InlineData("issuer-key", 1)]
    [InlineData("issuer-key", 2)]
    public async Task CloseEpoch_ThatFailsAtAWrite_IsSeenThroughByTheNextCall(string state, int number)
    {
        IssuerKey closed = (await Directory.ListAsync(Cancel)).Keys[0];
        int writes = 0;
        silo.Durable.FailsWrite = (name, done) => name == state && done && ++writes == number;
        await Assert.ThrowsAnyAsync<Exception>(() => Directory.CloseEpochAsync(closed.PolicyClass, closed.Epoch, Cancel));
        silo.Durable.FailsWrite = null;
        IssuerKeyList list = await ListedAsync();
        Assert.DoesNotContain(list.Keys, key => key.KeyId.Span.SequenceEqual(closed.KeyId.Span));
        Assert.DoesNotContain(closed.Handle, silo.Durable.KeyHandles);
        Assert.Equal(2, list.Keys.Count);
        Assert.Equal(4, silo.Durable.KeyHandles.Count);
    }

    private static TokenKey Key(IssuerKey key) =>
        TokenKey.TryParse(key.Spki.Span, out TokenKey? parsed) ? parsed : throw new InvalidOperationException();

    // An activation whose write failed goes, and the call that meets it on its way may fail too.
    private async Task<IssuerKeyList> ListedAsync()
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return await Directory.ListAsync(Cancel);
            }
            catch (Exception) when (attempt < 5)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), Cancel);
            }
        }
    }

    private static async Task EventuallyAsync(Func<bool> holds)
    {
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(20));
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while (!holds() && await pause.WaitForNextTickAsync(limit.Token)) { }
    }
}
