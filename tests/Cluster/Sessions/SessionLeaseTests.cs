using Lethe.Contracts.Sessions;
using Xunit;
using static Lethe.ClusterTests.Sessions.SessionSilo;

namespace Lethe.ClusterTests.Sessions;

[Collection(SessionSuite.Name)]
public sealed class SessionLeaseTests(SessionSilo silo)
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Wait = Lease / 3;

    [Fact]
    public async Task TakeTurn_GivesAFenceAndTheManifest_AndEndingItRemembers()
    {
        ISessionGrain session = await silo.OpenAsync(budget: 100);
        PutItem document = Document(0);
        await session.PutItemAsync(document, Cancel);
        LeaseTaken taken = Assert.IsType<LeaseTaken>(await TakeTurnAsync(session, 60));
        Assert.Equal((30, 1L), (taken.LeaseSeconds, taken.Revision));
        Assert.Equal(document.Manifest.Memory, taken.Manifest!.Memory);
        Assert.Equal((40L, true), ((await DescribeAsync(session)).BudgetTokens, (await DescribeAsync(session)).TurnRunning));
        PutItem turn = Turn(1);
        Assert.Equal(new ItemsChanged(2, 250), await EndAsync(session, taken.Fence, 25, turn));
        SessionDescribed after = await DescribeAsync(session);
        Assert.Equal((1, 75L, false), (after.Turns, after.BudgetTokens, after.TurnRunning));
        Assert.IsType<ItemRead>(await session.ReadItemAsync(ItemKind.Turn, turn.Item.Id, Cancel));
        Assert.Equal(new LeaseEnded(LeaseEnding.Ended), await EndAsync(session, taken.Fence, 25));
        Assert.Equal(75, (await DescribeAsync(session)).BudgetTokens);
    }

    [Fact]
    public async Task TakeTurn_WhileATurnRuns_IsRefusedWithTheRestOfItsLease()
    {
        ISessionGrain session = await silo.OpenAsync();
        long first = await FenceAsync(TakeTurnAsync(session));
        silo.Clock.Advance(TimeSpan.FromSeconds(12));
        Assert.Equal(new LeaseRefused(LeaseRefusal.TurnRunning, 18), await TakeTurnAsync(session));
        await EndAsync(session, first);
        Assert.True(await FenceAsync(TakeTurnAsync(session)) > first);
    }

    [Fact]
    public async Task TakeCall_MoreThanFourAtATime_IsRefused()
    {
        ISessionGrain session = await silo.OpenAsync();
        long fence = await FenceAsync(TakeCallAsync(session));
        for (int more = 1; more < 4; more++)
        {
            Assert.Null(Assert.IsType<LeaseTaken>(await TakeCallAsync(session)).Manifest);
        }
        Assert.Equal(new LeaseRefused(LeaseRefusal.TooManyCalls, 1), await TakeCallAsync(session));
        Assert.IsType<LeaseTaken>(await TakeTurnAsync(session)); // a turn has a slot of its own
        await EndAsync(session, fence);
        Assert.IsType<LeaseTaken>(await TakeCallAsync(session));
        Assert.Equal(4, (await DescribeAsync(session)).CallsRunning);
    }

    [Fact]
    public async Task TakeLease_OverTheBudget_IsRefused()
    {
        ISessionGrain session = await silo.OpenAsync(budget: 100);
        Assert.Equal(new LeaseRefused(LeaseRefusal.OverBudget, 0), await TakeTurnAsync(session, 101));
        long fence = await FenceAsync(TakeCallAsync(session, 60));
        Assert.Equal(new LeaseRefused(LeaseRefusal.OverBudget, 1), await TakeTurnAsync(session, 41)); // what is not used comes back
        await EndAsync(session, fence, 200); // used beyond what was reserved
        Assert.Equal(0, (await DescribeAsync(session)).BudgetTokens);
        Assert.Equal(new LeaseRefused(LeaseRefusal.OverBudget, 0), await TakeCallAsync(session, 1));
    }

    [Fact]
    public async Task TakeTurn_AfterAsManyAsMayBeRemembered_IsRefused()
    {
        ISessionGrain session = await silo.OpenAsync();
        for (int turn = 0; turn < 200; turn++)
        {
            Assert.IsType<ItemsChanged>(await EndAsync(session, await FenceAsync(TakeTurnAsync(session)), 0, Turn(turn, 1)));
        }
        Assert.Equal(new LeaseRefused(LeaseRefusal.TooManyTurns, 0), await TakeTurnAsync(session));
        Assert.IsType<LeaseTaken>(await TakeCallAsync(session));
    }

    [Fact]
    public async Task ALeaseThatIsNotRenewed_LapsesWithItsReservationAndBlocksNobody()
    {
        ISessionGrain session = await silo.OpenAsync(budget: 100);
        long lapsed = await FenceAsync(TakeTurnAsync(session, 30));
        silo.Clock.Advance(Lease - TimeSpan.FromSeconds(1));
        Assert.Equal(new LeaseRefused(LeaseRefusal.TurnRunning, 1), await TakeTurnAsync(session));
        silo.Clock.Advance(TimeSpan.FromSeconds(1));
        long next = await FenceAsync(TakeTurnAsync(session, 10));
        Assert.Equal(60, (await DescribeAsync(session)).BudgetTokens);
        // The fence: the holder of the lapsed lease can neither keep it nor leave anything behind.
        Assert.Equal(new LeaseEnded(LeaseEnding.Lapsed), await session.KeepLeaseAsync(lapsed, Cancel));
        Assert.Equal(new LeaseEnded(LeaseEnding.Lapsed), await EndAsync(session, lapsed, 0, Turn(0)));
        SessionDescribed described = await DescribeAsync(session);
        Assert.Equal((0, 60L, true), (described.Turns, described.BudgetTokens, described.TurnRunning));
        Assert.IsType<ItemsChanged>(await EndAsync(session, next, 10, Turn(0)));
        Assert.Equal(new LeaseEnded(LeaseEnding.Lapsed), await session.KeepLeaseAsync(999, Cancel));
    }

    [Fact]
    public async Task KeepLease_RenewsAtOnceAndAnswersAfterAThird()
    {
        ISessionGrain session = await silo.OpenAsync();
        long fence = await FenceAsync(TakeTurnAsync(session));
        for (int renewal = 0; renewal < 6; renewal++)
        {
            Task<SessionResult> keep = await WaitingAsync(session, fence);
            silo.Clock.Advance(TimeSpan.FromSeconds(9));
            await DescribeAsync(session);
            Assert.False(keep.IsCompleted);
            silo.Clock.Advance(TimeSpan.FromSeconds(1));
            Assert.IsType<LeaseHeld>(await keep);
        }
        Assert.Equal(new LeaseRefused(LeaseRefusal.TurnRunning, 20), await TakeTurnAsync(session));
    }

    [Fact]
    public async Task Cancel_WakesWhoeverKeepsALease_AndFreesTheSlotButNotTheTokens()
    {
        ISessionGrain session = await silo.OpenAsync(budget: 100);
        long turn = await FenceAsync(TakeTurnAsync(session, 40));
        long call = await FenceAsync(TakeCallAsync(session, 20));
        Task<SessionResult> keepTurn = await WaitingAsync(session, turn);
        Task<SessionResult> keepCall = await WaitingAsync(session, call);
        Assert.Equal(new LeasesCancelled(2), await session.CancelAsync(Cancel));
        Assert.Equal(new LeaseEnded(LeaseEnding.Cancelled), await keepTurn);
        Assert.Equal(new LeaseEnded(LeaseEnding.Cancelled), await keepCall);
        Assert.Equal(new LeaseEnded(LeaseEnding.Cancelled), await session.KeepLeaseAsync(turn, Cancel));
        Assert.Equal(new LeasesCancelled(0), await session.CancelAsync(Cancel));
        SessionDescribed described = await DescribeAsync(session);
        Assert.Equal((40L, false, 0), (described.BudgetTokens, described.TurnRunning, described.CallsRunning));
        Assert.IsType<LeaseTaken>(await TakeTurnAsync(session, 1));
        // Its holder settles what it used, and remembers nothing.
        Assert.Equal(new LeaseEnded(LeaseEnding.Cancelled), await EndAsync(session, turn, 10, Turn(0)));
        described = await DescribeAsync(session);
        Assert.Equal((69L, 0), (described.BudgetTokens, described.Turns));
        silo.Clock.Advance(Lease); // nobody settles the call: it lapses with its reservation
        Assert.Equal(new LeaseEnded(LeaseEnding.Lapsed), await EndAsync(session, call, 0));
        Assert.Equal(69, (await DescribeAsync(session)).BudgetTokens);
    }

    [Fact]
    public async Task End_WakesWhoeverKeepsTheLease()
    {
        ISessionGrain session = await silo.OpenAsync();
        long fence = await FenceAsync(TakeTurnAsync(session));
        Task<SessionResult> keep = await WaitingAsync(session, fence);
        await EndAsync(session, fence);
        Assert.Equal(new LeaseEnded(LeaseEnding.Ended), await keep);
    }

    [Fact]
    public async Task Forget_WakesWhoeverKeepsALease()
    {
        ISessionGrain session = await silo.OpenAsync();
        Task<SessionResult> keep = await WaitingAsync(session, await FenceAsync(TakeTurnAsync(session)));
        Assert.IsType<SessionForgotten>(await session.ForgetAsync(Cancel));
        Assert.IsType<SessionGone>(await keep);
        await silo.DeactivatedAsync(session);
    }

    [Fact]
    public async Task KeepLease_WhoseCallerGoesAway_LeavesTheLease()
    {
        ISessionGrain session = await silo.OpenAsync();
        long fence = await FenceAsync(TakeTurnAsync(session));
        using CancellationTokenSource caller = new();
        Task<SessionResult> keep = await WaitingAsync(session, fence, caller.Token);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => keep);
        Assert.True((await DescribeAsync(session)).TurnRunning);
        Assert.IsType<ItemsChanged>(await EndAsync(session, fence));
    }

    [Fact]
    public async Task End_WhenTheManifestMoved_KeepsTheLeaseForAnotherTry()
    {
        ISessionGrain session = await silo.OpenAsync(budget: 100);
        long fence = await FenceAsync(TakeTurnAsync(session, 50));
        await session.PutItemAsync(Document(0), Cancel);
        Assert.Equal(new ItemsRefused(ItemsRefusal.ManifestMoved), await EndAsync(session, fence, 20, Turn(0)));
        Assert.Equal((50L, true), ((await DescribeAsync(session)).BudgetTokens, (await DescribeAsync(session)).TurnRunning));
        Assert.IsType<ItemsChanged>(await EndAsync(session, fence, 20, Turn(1)));
        Assert.Equal(80, (await DescribeAsync(session)).BudgetTokens);
    }

    [Fact]
    public async Task End_WhenTheTurnCannotBeHeld_SettlesAllTheSame()
    {
        ISessionGrain session = await silo.OpenAsync(budget: 100);
        long fence = await FenceAsync(TakeTurnAsync(session, 50));
        Assert.Equal(new ItemsRefused(ItemsRefusal.ItemTooLarge), await EndAsync(session, fence, 20, Turn(0, (16 << 20) + 1)));
        SessionDescribed described = await DescribeAsync(session);
        Assert.Equal((80L, false, 0), (described.BudgetTokens, described.TurnRunning, described.Turns));
    }

    [Fact]
    public async Task Leases_WithWhatNoGatewaySends_AreAFault()
    {
        ISessionGrain session = await silo.OpenAsync(budget: 100);
        await Assert.ThrowsAsync<ArgumentException>(() => TakeCallAsync(session, 0));
        await Assert.ThrowsAsync<ArgumentException>(() => session.TakeLeaseAsync(new TakeLease((LeaseKind)7, 1, 1), Cancel));
        long call = await FenceAsync(TakeCallAsync(session, 5));
        await Assert.ThrowsAsync<ArgumentException>(() => EndAsync(session, call, -1));
        await Assert.ThrowsAsync<ArgumentException>(() => EndAsync(session, call, 0, Turn(0)));
        await Assert.ThrowsAsync<ArgumentException>(() => EndAsync(session, call, 0, Document(0)));
        Assert.Equal((95L, 1), ((await DescribeAsync(session)).BudgetTokens, (await DescribeAsync(session)).CallsRunning));
    }

    // Orleans does not promise that one client's calls reach a grain in order, so an answer to a later call proves nothing. A call that
    // waits has asked the clock for a timer.
    private async Task<Task<SessionResult>> WaitingAsync(ISessionGrain session, long fence, CancellationToken? caller = null)
    {
        int before = silo.Clock.TimersOf(Wait);
        Task<SessionResult> keep = session.KeepLeaseAsync(fence, caller ?? Cancel);
        for (int looked = 0; silo.Clock.TimersOf(Wait) == before; looked++)
        {
            Assert.False(keep.IsCompleted || looked == 2000, "The call does not wait.");
            await Task.Delay(5, Cancel);
        }
        return keep;
    }
}
