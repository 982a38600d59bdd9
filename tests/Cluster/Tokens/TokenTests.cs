using Lethe.ClusterTests.Cells;
using Lethe.Contracts.Tenants;
using Lethe.Contracts.Tokens;
using Lethe.PrivacyPass;
using Xunit;

namespace Lethe.ClusterTests.Tokens;

/// <summary>Two records silos over one store, for one test.</summary>
public sealed class TwoRecordsSilos : IAsyncLifetime
{
    internal RecordsSilo Silo { get; } = new("eu", silos: 2);

    public ValueTask InitializeAsync() => Silo.InitializeAsync();

    public ValueTask DisposeAsync() => Silo.DisposeAsync();
}

public sealed class QuotaTests(TwoRecordsSilos two) : IClassFixture<TwoRecordsSilos>
{
    private const int PerAccount = 70;
    private const int Draws = 200;

    private RecordsSilo Silo => two.Silo;

    private static CancellationToken Cancel => RecordsSilo.Cancel;

    [Fact]
    public async Task Quota_Under200ConcurrentDrawsAndAfterASiloKill_IsSpentExactlyAndNeverExceeded()
    {
        AccountId second = RecordsSilo.NewAccount();
        (TenantId tenant, AccountId owner) = await Silo.ProvisionAsync(new TokenQuota(PerAccount, 120), new Member(second, Role.Member));

        int first = (await Task.WhenAll(Enumerable.Range(0, Draws).Select(index => DrawAsync(index % 2, tenant, owner, 1)))).Sum();
        Assert.Equal(PerAccount, first);

        await Silo.Cluster.KillSiloAsync(Silo.Cluster.Silos[1]);
        int afterKill = (await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => DrawAsync(0, tenant, owner, 3)))).Sum();
        Assert.Equal(0, afterKill);

        // The tenant's quota binds the second account: 120 less 70.
        int rest = (await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => DrawAsync(0, tenant, second, 3)))).Sum();
        Assert.Equal(50, rest);
        TenantDescribed described = Assert.IsType<TenantDescribed>(await Silo.Tenant(tenant).DescribeAsync(Cancel));
        Assert.Equal(120, Assert.Single(described.Days).Tokens);
        Assert.DoesNotContain(Silo.Durable.Rows.Keys, key => key.Contains(owner.Value, StringComparison.Ordinal));
        Assert.DoesNotContain(
            Silo.Durable.Rows,
            row => row.Key.StartsWith("quota|", StringComparison.Ordinal) && row.Value.Contains(owner.Value, StringComparison.Ordinal)
        );
    }

    private async Task<int> DrawAsync(int silo, TenantId tenant, AccountId account, int count)
    {
        IGrainFactory grains = Silo.GrainsInSilo(silo);
        IssuerKeyList list = await grains.GetGrain<IIssuerDirectoryGrain>(IIssuerDirectoryGrain.Key).ListAsync(Cancel);
        using TokenKey key = KeyOf(list.Keys[0]);
        BlindedMessage[] messages = [.. Enumerable.Range(0, count).Select(_ => TokenTests.Message(key, out PendingToken _))];
        TenantResult result = await grains.GetGrain<IBlindSigner>(IBlindSigner.Key).SignAsync(new(tenant, account, messages), Cancel);
        return result switch
        {
            TokensSigned signed => signed.Signatures.Count(signature => !signature.IsEmpty),
            TokensRefused { Reason: TokensRefusal.AccountQuotaSpent or TokensRefusal.TenantQuotaSpent, RetryAfterSeconds: > 0 } => 0,
            _ => throw new InvalidOperationException(result.GetType().Name),
        };
    }

    private static TokenKey KeyOf(IssuerKey key) =>
        TokenKey.TryParse(key.Spki.Span, out TokenKey? parsed) ? parsed : throw new InvalidOperationException();
}

public sealed class TokenTests : IAsyncLifetime
{
    private static readonly TokenChallenge Challenge = new("issuer.example", "origin.example");
    private readonly RecordsSilo silo = new("eu", silos: 1);

    private static CancellationToken Cancel => RecordsSilo.Cancel;

    private IBlindSigner Signer => silo.Grains.GetGrain<IBlindSigner>(IBlindSigner.Key);

    public ValueTask InitializeAsync() => silo.InitializeAsync();

    public ValueTask DisposeAsync() => silo.DisposeAsync();

    internal static BlindedMessage Message(TokenKey key, out PendingToken pending)
    {
        pending = BlindingClient.Prepare(Challenge, key);
        return new(pending.Request.TruncatedKeyId, pending.Request.BlindedMessage);
    }

    [Fact]
    public async Task Sign_ForAMember_MakesTokensThatVerify()
    {
        (TenantId tenant, AccountId owner) = await silo.ProvisionAsync();
        using TokenKey key = Key((await ListAsync()).Keys[0]);
        BlindedMessage message = Message(key, out PendingToken pending);
        TokensSigned signed = Assert.IsType<TokensSigned>(await Signer.SignAsync(new(tenant, owner, [message]), Cancel));
        Assert.True(pending.TryFinish(signed.Signatures[0].Span, out Token? token));
        Assert.True(key.Verify(token));
    }

    [Fact]
    public async Task Sign_ForAStrangerOrAnotherTenantsOwner_GivesNothing()
    {
        (TenantId tenant, AccountId _) = await silo.ProvisionAsync();
        (TenantId _, AccountId foreign) = await silo.ProvisionAsync();
        using TokenKey key = Key((await ListAsync()).Keys[0]);
        Assert.IsType<MemberUnknown>(await Signer.SignAsync(new(tenant, foreign, [Message(key, out _)]), Cancel));
        Assert.IsType<TenantUnknown>(await Signer.SignAsync(new(RecordsSilo.NewTenant(), foreign, [Message(key, out _)]), Cancel));
    }

    [Fact]
    public async Task Sign_ForAnAuditorOnly_IsNotAllowed()
    {
        AccountId auditor = RecordsSilo.NewAccount();
        (TenantId tenant, AccountId _) = await silo.ProvisionAsync(quota: null, new Member(auditor, Role.Auditor));
        using TokenKey key = Key((await ListAsync()).Keys[0]);
        Assert.Equal(
            new TokensRefused(TokensRefusal.NotAllowed, 0),
            await Signer.SignAsync(new(tenant, auditor, [Message(key, out _)]), Cancel)
        );
    }

    [Fact]
    public async Task Sign_WithUnknownKeysOrNumbersAboveTheModulus_CostsNoQuotaOrIsMalformed()
    {
        (TenantId tenant, AccountId owner) = await silo.ProvisionAsync(new TokenQuota(2, 2));
        IssuerKey current = (await ListAsync()).Keys[0];
        using TokenKey key = Key(current);
        BlindedMessage good = Message(key, out _);
        BlindedMessage foreign = good with { TruncatedKeyId = (byte)(good.TruncatedKeyId ^ 1) };
        Assert.Equal(
            new TokensRefused(TokensRefusal.UnknownKey, 0, RecordsSilo.Class("eu-standard")),
            await Signer.SignAsync(new(tenant, owner, [foreign]), Cancel)
        );
        TokensSigned mixed = Assert.IsType<TokensSigned>(await Signer.SignAsync(new(tenant, owner, [foreign, good]), Cancel));
        Assert.True(mixed.Signatures[0].IsEmpty);
        Assert.False(mixed.Signatures[1].IsEmpty);
        BlindedMessage huge = good with { Message = Enumerable.Repeat((byte)0xff, 256).ToArray() };
        Assert.Equal(new TokensRefused(TokensRefusal.Malformed, 0), await Signer.SignAsync(new(tenant, owner, [huge]), Cancel));
    }

    [Fact]
    public async Task Keys_OverManyEpochs_RotateAheadStayApartAndAreDestroyedOnTime()
    {
        (TenantId tenant, AccountId owner) = await silo.ProvisionAsync();
        IssuerKeyList before = await ListAsync();
        Assert.Equal([before.Epoch, before.Epoch + 1], before.Keys.Select(key => key.Epoch));
        using (TokenKey first = Key(before.Keys[0]))
        {
            Assert.IsType<TokensSigned>(await Signer.SignAsync(new(tenant, owner, [Message(first, out _)]), Cancel));
        }
        for (int epoch = 1; epoch <= 6; epoch++)
        {
            silo.Clock.Advance(TimeSpan.FromDays(1));
            IssuerKeyList list = await ListAsync();
            Assert.Equal(before.Epoch + epoch, list.Epoch);
            Assert.Equal(before.Keys[^1].Epoch, before.Epoch + 1);
            Assert.InRange(list.Keys.Count, 2, 5);
            Assert.Equal(list.Keys.Count, list.Keys.Select(key => key.TruncatedKeyId).Distinct().Count());
            Assert.Equal(list.Epoch, list.Keys[0].Epoch);
            Assert.All(list.Keys, key => Assert.Equal(key.Epoch < list.Epoch, key.Retired));
            Assert.All(list.Keys, key => Assert.InRange(key.Epoch, list.Epoch - 3, list.Epoch + 1));
            // Two keys of each live private pair: current and next, each with its key of accounts.
            Assert.Equal(4, silo.Durable.KeyHandles.Count);
            using TokenKey old = Key(list.Keys.First(key => key.Epoch == list.Epoch - 1));
            Assert.Equal(
                new TokensRefused(TokensRefusal.UnknownKey, 0, RecordsSilo.Class("eu-standard")),
                await Signer.SignAsync(new(tenant, owner, [Message(old, out _)]), Cancel)
            );
            using TokenKey current = Key(list.Keys[0]);
            Assert.IsType<TokensSigned>(await Signer.SignAsync(new(tenant, owner, [Message(current, out _)]), Cancel));
        }
    }

    [Fact]
    public async Task Key_WhoseCreationFailedHalfWay_IsMadeAnewAndLeavesNoKeyBehind()
    {
        int writes = 0;
        silo.Durable.FailsWrite = (name, after) => name == "issuer-key" && !after && ++writes == 2;
        await Assert.ThrowsAnyAsync<Exception>(ListAsync);
        silo.Durable.FailsWrite = null;
        await ListAsync();
        Assert.Equal(4, silo.Durable.KeyHandles.Count);
    }

    [Fact]
    public async Task Logs_OfIssuance_HoldNoPersonalData()
    {
        (TenantId tenant, AccountId owner) = await silo.ProvisionAsync();
        using TokenKey key = Key((await ListAsync()).Keys[0]);
        await Signer.SignAsync(new(tenant, owner, [Message(key, out _)]), Cancel);
        Assert.NotEmpty(silo.Logs.GetSnapshot());
        Assert.All(
            silo.Logs.GetSnapshot(),
            record =>
            {
                Assert.DoesNotContain(owner.Value, record.Message, StringComparison.Ordinal);
                Assert.DoesNotContain(tenant.Value, record.Message, StringComparison.Ordinal);
            }
        );
    }

    private static TokenKey Key(IssuerKey key) =>
        TokenKey.TryParse(key.Spki.Span, out TokenKey? parsed) ? parsed : throw new InvalidOperationException();

    private Task<IssuerKeyList> ListAsync() => silo.Grains.GetGrain<IIssuerDirectoryGrain>(IIssuerDirectoryGrain.Key).ListAsync(Cancel);
}
