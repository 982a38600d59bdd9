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

/// <summary>A class that is one tenant's own: only from 20 accounts on that drew in the epoch before.</summary>
public sealed class OwnClassTests
{
    private const string Own = "eu-own";
    private static readonly TokenChallenge Challenge = new("issuer.example", "origin.example");

    private static CancellationToken Cancel => RecordsSilo.Cancel;

    [Theory]
    [InlineData(19, false)]
    [InlineData(20, true)]
    public async Task Key_OfTheNextEpoch_IsOpenedOnlyWhen20AccountsDrew(int accounts, bool opened)
    {
        TenantId tenant = RecordsSilo.NewTenant();
        await using RecordsSilo silo = new("eu", silos: 1) { Own = (Own, tenant) };
        await silo.InitializeAsync();
        AccountId[] members = [.. Enumerable.Range(0, 25).Select(_ => RecordsSilo.NewAccount())];
        await ProvisionAsync(silo, tenant, members);
        IIssuerDirectoryGrain directory = silo.Grains.GetGrain<IIssuerDirectoryGrain>(IIssuerDirectoryGrain.Key);
        IssuerKeyList first = await directory.ListAsync(Cancel);
        Assert.DoesNotContain(first.Keys, key => key.PolicyClass.Name == Own);
        foreach (AccountId member in members.Take(accounts))
        {
            await DrawAsync(silo, tenant, member, first, "eu-standard");
        }
        await DrawAsync(silo, tenant, members[0], first, "eu-standard"); // an account counts once

        silo.Clock.Advance(TimeSpan.FromDays(1));
        IssuerKeyList second = await directory.ListAsync(Cancel);
        Assert.Equal(opened, second.Keys.Any(key => key.PolicyClass.Name == Own));
        string served = opened ? Own : "eu-standard";
        string other = opened ? "eu-standard" : Own;
        await DrawAsync(silo, tenant, members[0], second, served);
        using TokenKey wrong = Key(second.Keys.FirstOrDefault(key => key.PolicyClass.Name == other) ?? first.Keys[0]);
        TokensRefused refused = Assert.IsType<TokensRefused>(
            await silo.Grains.GetGrain<IBlindSigner>(IBlindSigner.Key).SignAsync(new(tenant, members[1], [Message(wrong)]), Cancel)
        );
        Assert.Equal((TokensRefusal.UnknownKey, served), (refused.Reason, refused.PolicyClass?.Name)); // the client is told

        silo.Clock.Advance(TimeSpan.FromDays(1)); // one account drew
        IssuerKeyList third = await directory.ListAsync(Cancel);
        Assert.DoesNotContain(third.Keys, key => key.PolicyClass.Name == Own && key.Epoch == third.Epoch);
        await DrawAsync(silo, tenant, members[0], third, "eu-standard");
        Assert.DoesNotContain(
            silo.Durable.Rows,
            row => row.Key.StartsWith("quota|", StringComparison.Ordinal) && row.Value.Contains(members[0].Value, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Class_OfAnotherTenant_CannotBeTaken()
    {
        await using RecordsSilo silo = new("eu", silos: 1) { Own = (Own, RecordsSilo.NewTenant()) };
        await silo.InitializeAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => ProvisionAsync(silo, RecordsSilo.NewTenant(), [RecordsSilo.NewAccount()]));
    }

    private static async Task ProvisionAsync(RecordsSilo silo, TenantId tenant, AccountId[] members) =>
        Assert.IsType<TenantProvisioned>(
            await silo.Tenant(tenant)
                .ProvisionAsync(
                    new(
                        RecordsSilo.Class(Own),
                        [],
                        [.. members.Select((account, at) => new Member(account, at == 0 ? Role.Owner : Role.Member))],
                        null
                    ),
                    Cancel
                )
        );

    private static async Task DrawAsync(RecordsSilo silo, TenantId tenant, AccountId account, IssuerKeyList list, string policyClass)
    {
        using TokenKey key = Key(list.Keys.First(key => key.PolicyClass.Name == policyClass && key.Epoch == list.Epoch));
        Assert.IsType<TokensSigned>(
            await silo.Grains.GetGrain<IBlindSigner>(IBlindSigner.Key).SignAsync(new(tenant, account, [Message(key)]), Cancel)
        );
    }

    private static BlindedMessage Message(TokenKey key)
    {
        PendingToken pending = BlindingClient.Prepare(Challenge, key);
        return new(pending.Request.TruncatedKeyId, pending.Request.BlindedMessage);
    }

    private static TokenKey Key(IssuerKey key) =>
        TokenKey.TryParse(key.Spki.Span, out TokenKey? parsed) ? parsed : throw new InvalidOperationException();
}

/// <summary>A silo dies while tokens are issued.</summary>
public sealed class KillDuringIssuanceTests
{
    private const int PerAccount = 60;

    private static CancellationToken Cancel => RecordsSilo.Cancel;

    [Fact]
    public async Task ASiloIsKilledDuringDraws_NoQuotaIsExceeded()
    {
        await using RecordsSilo silo = new("eu", silos: 2);
        await silo.InitializeAsync();
        (TenantId tenant, AccountId owner) = await silo.ProvisionAsync(new TokenQuota(PerAccount, 1000));
        IssuerKeyList list = await silo.Grains.GetGrain<IIssuerDirectoryGrain>(IIssuerDirectoryGrain.Key).ListAsync(Cancel);
        using TokenKey key = TokenKey.TryParse(list.Keys[0].Spki.Span, out TokenKey? parsed)
            ? parsed
            : throw new InvalidOperationException();
        int signed = 0;
        int failed = 0;
        TaskCompletionSource halfWay = new(TaskCreationOptions.RunContinuationsAsynchronously);
        async Task DrawAsync()
        {
            try
            {
                TenantResult result = await silo
                    .Grains.GetGrain<IBlindSigner>(IBlindSigner.Key)
                    .SignAsync(new(tenant, owner, [TokenTests.Message(key, out _), TokenTests.Message(key, out _)]), Cancel);
                if (result is TokensSigned tokens && Interlocked.Add(ref signed, tokens.Drawn) >= PerAccount / 4)
                {
                    halfWay.TrySetResult();
                }
            }
            catch (Exception fault) when (fault is OrleansException or TimeoutException or SiloUnavailableException)
            {
                Interlocked.Increment(ref failed); // drawn or not: what is drawn and not signed is lost
            }
        }
        Task[] draws = [.. Enumerable.Range(0, 80).Select(_ => DrawAsync())];
        await Task.WhenAny(halfWay.Task, Task.WhenAll(draws));
        await silo.Cluster.KillSiloAsync(silo.Cluster.Silos[1]);
        await Task.WhenAll(draws);
        for (int more = 0; more < 40; more++)
        {
            await DrawAsync();
        }
        Assert.InRange(signed, 1, PerAccount);
    }
}
