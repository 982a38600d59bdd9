using Lethe.ClusterTests.Cells;
using Lethe.Contracts.Support;
using Xunit;

namespace Lethe.ClusterTests.Support;

public sealed class WithdrawRaceTests
{
    private const int Rounds = 30;

    [Fact]
    public async Task WithdrawAndRead_RacingOverTwoSilos_EndWithoutKeyOrRow()
    {
        RecordsSilo silos = new("eu", 2);
        await silos.InitializeAsync();
        try
        {
            for (int round = 0; round < Rounds; round++)
            {
                SupportScene scene = await SupportScene.OpenAsync(silos);
                SupportId share = await scene.StoreAsync(bytes: 100);
                IShareGrain near = silos.GrainsInSilo(0).GetGrain<IShareGrain>(share.ToGrainKey());
                IShareGrain far = silos.GrainsInSilo(1).GetGrain<IShareGrain>(share.ToGrainKey());
                Task<SupportResult>[] reads =
                [
                    .. Enumerable.Range(0, 4).Select(_ => far.ReadDocumentAsync(scene.Owner, RecordsSilo.Cancel)),
                ];
                Task<SupportResult> withdrawal = near.EndAsync(scene.Owner, ShareEnding.Withdrawn, RecordsSilo.Cancel);
                Assert.IsType<SupportEnded>(await withdrawal);
                Assert.All(await Task.WhenAll(reads), read => Assert.True(read is DocumentRead or SupportUnknown));
                Assert.IsType<SupportUnknown>(await far.ReadDocumentAsync(scene.Owner, RecordsSilo.Cancel));
                Assert.DoesNotContain($"share-{share}", silos.Durable.KeyHandles, StringComparer.Ordinal);
                Assert.DoesNotContain($"share|{share.ToGrainKey()}", silos.Durable.Rows.Keys, StringComparer.Ordinal);
            }
        }
        finally
        {
            await silos.DisposeAsync();
        }
    }
}
