using Lethe.ClusterTests.Cells;
using Lethe.Contracts.Tenants;
using Lethe.Contracts.Tokens;
using Lethe.PrivacyPass;
using Xunit;

namespace Lethe.ClusterTests.Tokens;

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
