using Lethe.Contracts.Sessions;
using Xunit;
using static Lethe.ClusterTests.Sessions.SessionSilo;

namespace Lethe.ClusterTests.Sessions;

[Collection(SessionSuite.Name)]
public sealed class SessionBudgetTests(SessionSilo silo)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task ParallelCalls_OfAnySize_NeverAdmitMoreThanTheBudget(int seed)
    {
        const long budget = 10_000;
        ISessionGrain session = await silo.OpenAsync(budget);
        long outstanding = 0;
        long used = 0;
        int taken = 0;
        int refused = 0;
        await Task.WhenAll(Enumerable.Range(0, 16).Select(caller => CallAsync(new Random((seed * 1000) + caller))));
        Assert.Equal((0L, true, true), (outstanding, taken > 0, refused > 0));
        Assert.Equal(budget - used, (await DescribeAsync(session)).BudgetTokens);

        async Task CallAsync(Random random)
        {
            for (int call = 0; call < 60; call++)
            {
                long reserve = random.Next(1, 900);
                bool turn = random.Next(4) == 0;
                if (await (turn ? TakeTurnAsync(session, reserve) : TakeCallAsync(session, reserve)) is not LeaseTaken lease)
                {
                    Interlocked.Increment(ref refused);
                    continue;
                }
                Interlocked.Increment(ref taken);
                // What is admitted at this moment, and all that was ever used, fits into the budget.
                Assert.InRange(Interlocked.Add(ref outstanding, reserve) + Volatile.Read(ref used), 1, budget);
                long spent = random.NextInt64(0, reserve + 1);
                Interlocked.Add(ref outstanding, -reserve);
                Interlocked.Add(ref used, spent);
                Assert.IsType<ItemsChanged>(await EndAsync(session, lease.Fence, spent));
            }
        }
    }

    [Fact]
    public async Task TakeLease_WithLessLeftThanWanted_SetsAsideWhatIsLeft()
    {
        ISessionGrain session = await silo.OpenAsync(budget: 25);
        LeaseTaken lease = Assert.IsType<LeaseTaken>(await session.TakeLeaseAsync(new TakeLease(LeaseKind.Call, 40, 20), Cancel));
        Assert.Equal(25, lease.ReservedTokens);
        Assert.Equal(0, (await DescribeAsync(session)).BudgetTokens);
        // All of it may come back: whoever comes now waits, and gets no lease for less.
        Assert.Equal(
            new LeaseRefused(LeaseRefusal.OverBudget, 1),
            await session.TakeLeaseAsync(new TakeLease(LeaseKind.Turn, 40, 1), Cancel)
        );
        await EndAsync(session, lease.Fence, 22);
        Assert.Equal(
            new LeaseRefused(LeaseRefusal.OverBudget, 0),
            await session.TakeLeaseAsync(new TakeLease(LeaseKind.Call, 40, 4), Cancel)
        );
        Assert.Equal(
            3,
            Assert.IsType<LeaseTaken>(await session.TakeLeaseAsync(new TakeLease(LeaseKind.Call, 40, 3), Cancel)).ReservedTokens
        );
    }

    [Fact]
    public async Task AThousandParallelReservations_GiveAsManyLeasesAsFit()
    {
        ISessionGrain session = await silo.OpenAsync(budget: 25);
        SessionResult[] results = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => TakeCallAsync(session, 10)));
        Assert.Equal(2, results.OfType<LeaseTaken>().Count());
        Assert.Equal(5, (await DescribeAsync(session)).BudgetTokens);
    }
}
