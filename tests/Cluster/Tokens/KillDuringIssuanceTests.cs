using Lethe.ClusterTests.Cells;
using Lethe.Contracts.Tenants;
using Lethe.Contracts.Tokens;
using Lethe.PrivacyPass;
using Xunit;

namespace Lethe.ClusterTests.Tokens;

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
