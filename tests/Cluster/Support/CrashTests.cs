using Lethe.Contracts.Support;
using Xunit;

namespace Lethe.ClusterTests.Support;

/// <summary>A fault at each step, before and after it: never a key without an entry, and the sweep brings everything to its end.</summary>
[Collection(SupportSuite.Name)]
public sealed class CrashTests(SupportSilo silo)
{
    private const int MostSteps = 60;

    private static CancellationToken Cancel => SupportScene.Cancel;

    [Fact]
    public async Task Open_WithAFaultAtAnyStep_LeavesNoKeyWithoutAnEntryAndIsSweptAway()
    {
        Assert.True(
            await AtEachStepAsync(
                SupportScene.StartAsync,
                scene => scene.Case.OpenAsync(scene.Owner, Cancel),
                async (scene, _) =>
                {
                    if (await scene.Case.DescribeAsync(scene.Owner, Cancel) is not CaseDescribed)
                    {
                        await scene.SweepCaseAsync();
                        AssertGone(scene.CaseId);
                        var tenant = (Contracts.Tenants.TenantDescribed)await silo.Tenant(scene.Owner.Tenant).DescribeAsync(Cancel);
                        Assert.Equal(0, tenant.Cases);
                        Assert.Empty(await silo.Grains.GetGrain<IAccountCasesGrain>(scene.Owner.Account.ToGrainKey()).ListAsync(Cancel));
                    }
                }
            ) > 5
        );
    }

    [Fact]
    public async Task Consent_WithAFaultAtAnyStep_LeavesNoKeyWithoutAnEntryAndIsSweptAway()
    {
        Assert.True(
            await AtEachStepAsync(
                SupportScene.OpenAsync,
                scene => scene.Case.ConsentAsync(scene.Owner, SupportScene.Consent(), Cancel),
                async (scene, _) =>
                {
                    await scene.Case.CloseAsync(scene.Owner, Cancel);
                    AssertGone(scene.CaseId);
                    Assert.DoesNotContain(silo.Durable.Rows.Values, row => row.Contains($"{scene.CaseId}", StringComparison.Ordinal));
                }
            ) > 5
        );
    }

    [Fact]
    public async Task Withdraw_WithAFaultAtAnyStep_NeverGivesTheDocumentBackOnceTheKeyIsGone()
    {
        SupportId share = default;
        Assert.True(
            await AtEachStepAsync(
                async fixture =>
                {
                    SupportScene scene = await SupportScene.OpenAsync(fixture);
                    share = await scene.StoreAsync();
                    return scene;
                },
                scene => scene.Share(share).EndAsync(scene.Owner, ShareEnding.Withdrawn, Cancel),
                async (scene, _) =>
                {
                    if (silo.Durable.KeyHandles.Contains($"share-{share}", StringComparer.Ordinal))
                    {
                        Assert.IsType<SupportEnded>(await scene.Share(share).EndAsync(scene.Owner, ShareEnding.Withdrawn, Cancel));
                    }
                    Assert.IsType<SupportUnknown>(await scene.Share(share).ReadDocumentAsync(scene.Owner, Cancel));
                    await scene.SweepShareAsync(share);
                    AssertGone(share);
                }
            ) > 5
        );
    }

    [Fact]
    public async Task Close_WithAFaultAtAnyStep_IsFinishedByTheSweep()
    {
        SupportId share = default;
        Assert.True(
            await AtEachStepAsync(
                async fixture =>
                {
                    SupportScene scene = await SupportScene.OpenAsync(fixture);
                    share = await scene.StoreAsync();
                    return scene;
                },
                scene => scene.Case.CloseAsync(scene.Owner, Cancel),
                async (scene, _) =>
                {
                    if (silo.Durable.KeyHandles.Contains($"case-{scene.CaseId}", StringComparer.Ordinal))
                    {
                        await scene.Case.CloseAsync(scene.Owner, Cancel);
                    }
                    await scene.SweepCaseAsync();
                    await scene.SweepShareAsync(share);
                    AssertGone(scene.CaseId);
                    AssertGone(share);
                }
            ) > 8
        );
    }

    private async Task<int> AtEachStepAsync(
        Func<SupportSilo, Task<SupportScene>> arrange,
        Func<SupportScene, Task<SupportResult>> act,
        Func<SupportScene, int, Task> recovers
    )
    {
        for (int step = 0; step < MostSteps; step++)
        {
            SupportScene scene = await arrange(silo);
            int left = step;
            bool failed = false;
            bool Fails(string name, bool after)
            {
                bool now = Interlocked.Decrement(ref left) == -1;
                failed |= now;
                return now;
            }
            (silo.Durable.FailsWrite, silo.Durable.FailsStep) = (Fails, Fails);
            try
            {
                await act(scene);
            }
            catch (Exception) when (failed)
            {
                // Expected: the fault of this step.
            }
            finally
            {
                (silo.Durable.FailsWrite, silo.Durable.FailsStep) = (null, null);
            }
            Assert.All(
                silo.Durable.KeyHandles.Where(handle =>
                    handle.StartsWith("case-", StringComparison.Ordinal) || handle.StartsWith("share-", StringComparison.Ordinal)
                ),
                handle =>
                    Assert.Contains(handle.Replace("-", "|s/", StringComparison.Ordinal), silo.Durable.Rows.Keys, StringComparer.Ordinal)
            );
            await recovers(scene, step);
            if (!failed)
            {
                return step;
            }
        }
        throw new InvalidOperationException("The call never came to its end.");
    }

    private void AssertGone(SupportId id)
    {
        Assert.DoesNotContain(silo.Durable.KeyHandles, handle => handle.EndsWith($"{id}", StringComparison.Ordinal));
        Assert.DoesNotContain(silo.Durable.Rows.Keys, row => row.EndsWith($"{id}", StringComparison.Ordinal));
    }
}
