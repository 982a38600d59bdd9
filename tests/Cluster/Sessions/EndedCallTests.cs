using Lethe.Contracts.Sessions;
using Lethe.Gateway;
using Lethe.Gateway.Sessions;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static Lethe.ClusterTests.Sessions.SessionSilo;

namespace Lethe.ClusterTests.Sessions;

/// <summary>A Gateway's ended calls, from where they are noted to the session's budget. A Gateway's time stands still unless a test moves it.</summary>
[Collection(SessionSuite.Name)]
public sealed class EndedCallTests(SessionSilo silo)
{
    [Fact]
    public async Task AnEndedCall_RidesWithTheNextLease()
    {
        await using TestGateway gateway = new();
        SessionContext session = ContextOf(await silo.OpenAsync(budget: 100));
        await using HeldLease first = await gateway.TakeAsync(session, 60);
        first.EndCall(25);
        Assert.Equal((40L, 1), await StateAsync(session)); // not told yet: its reservation is taken and its slot as well
        await using HeldLease second = await gateway.TakeAsync(session, 70); // would not fit if the first were not settled before
        Assert.Equal((5L, 1), await StateAsync(session));
        second.EndCall(70);
        await session.Ended.TellAsync();
        Assert.Equal((5L, 0), await StateAsync(session));
    }

    [Fact]
    public async Task AnEndedCall_WithNoOtherBehindIt_IsToldAfterAPause()
    {
        await using TestGateway gateway = new();
        SessionContext session = ContextOf(await silo.OpenAsync(budget: 100));
        for (int call = 1; call <= 2; call++) // the timer is set anew
        {
            await using HeldLease lease = await gateway.TakeAsync(session, 40);
            lease.EndCall(10);
            gateway.Clock.Advance(EndedCallsTeller.Pause - TimeSpan.FromMilliseconds(1));
            Assert.Equal((100L - (10 * (call - 1)) - 40, 1), await StateAsync(session));
            gateway.Clock.Advance(TimeSpan.FromMilliseconds(1));
            await BecomesAsync((100L - (10 * call), 0), session);
        }
    }

    [Fact]
    public async Task AClientWithinItsLimit_IsNeverRefusedForCallsThatHaveEnded()
    {
        const int parallel = 4;
        const int each = 200;
        await using TestGateway gateway = new();
        SessionContext session = ContextOf(await silo.OpenAsync(budget: 1_000_000));
        await Task.WhenAll(Enumerable.Range(0, parallel).Select(_ => CallAsync()));
        await session.Ended.TellAsync();
        Assert.Equal((1_000_000L - (parallel * each * 3), 0), await StateAsync(session));

        async Task CallAsync()
        {
            for (int call = 0; call < each; call++)
            {
                await using HeldLease lease = await gateway.TakeAsync(session, 10);
                await Task.Yield();
                lease.EndCall(3);
            }
        }
    }

    [Fact]
    public async Task AnEndedCall_OfATurnBehindIt_IsSettledFirstAsWell()
    {
        await using TestGateway gateway = new();
        SessionContext session = ContextOf(await silo.OpenAsync(budget: 100));
        await using HeldLease call = await gateway.TakeAsync(session, 60);
        call.EndCall(10);
        await using HeldLease turn = await gateway.TakeAsync(session, 90, LeaseKind.Turn);
        Assert.Equal((0L, 0), await StateAsync(session));
    }

    [Fact]
    public async Task AStoppedGateway_HasToldEverything()
    {
        await using TestGateway gateway = new();
        SessionContext session = ContextOf(await silo.OpenAsync(budget: 100));
        await using HeldLease early = await gateway.TakeAsync(session, 40);
        await using HeldLease late = await gateway.TakeAsync(session, 40);
        early.EndCall(10);
        using CancellationTokenSource impatient = new();
        await impatient.CancelAsync();
        await gateway.Teller.StopAsync(impatient.Token);
        Assert.Equal((50L, 1), await StateAsync(session));
        late.EndCall(10); // a request that was cut off
        await BecomesAsync((80L, 0), session);
    }

    [Fact]
    public async Task AKilledGateway_LeavesALeaseThatLapsesWithItsReservation()
    {
        await using TestGateway killed = new();
        ISessionGrain grain = await silo.OpenAsync(budget: 100);
        SessionContext session = ContextOf(grain);
        await using HeldLease lease = await killed.TakeAsync(session, 40);
        lease.EndCall(10); // and nobody tells it
        silo.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal((60L, 0), await StateAsync(session));
        await session.Ended.TellAsync(); // too late: nothing comes back
        Assert.Equal((60L, 0), await StateAsync(session));
    }

    [Fact]
    public async Task TakeLease_WithEndedCalls_SettlesEachOnceWhateverItAnswers()
    {
        ISessionGrain session = await silo.OpenAsync(budget: 100);
        long turn = await FenceAsync(TakeTurnAsync(session, 20));
        long call = await FenceAsync(TakeCallAsync(session, 40));
        EndedCall[] ended = [new(call, 15), new(call, 0), new(turn, 0), new(999, 0)];
        LeaseRefused refused = Assert.IsType<LeaseRefused>(
            await session.TakeLeaseAsync(new TakeLease(LeaseKind.Call, 500, 500, ended), Cancel)
        );
        Assert.Equal(LeaseRefusal.OverBudget, refused.Reason);
        SessionDescribed described = await DescribeAsync(session);
        Assert.Equal((65L, true, 0), (described.BudgetTokens, described.TurnRunning, described.CallsRunning)); // a turn does not end so
        Assert.IsType<LeaseTaken>(await session.TakeLeaseAsync(new TakeLease(LeaseKind.Call, 65, 65, ended), Cancel));
        Assert.Equal(0, (await DescribeAsync(session)).BudgetTokens);
    }

    [Fact]
    public async Task TakeLease_WithEndedCallsAsNoGatewaySendsThem_IsAFaultAndChangesNothing()
    {
        ISessionGrain session = await silo.OpenAsync(budget: 100);
        long call = await FenceAsync(TakeCallAsync(session, 40));
        foreach (
            EndedCall[] ended in (EndedCall[][])
                [
                    [new(call, 1), new(call, -1)],
                    new EndedCall[TakeLease.MostEnded + 1],
                ]
        )
        {
            await Assert.ThrowsAsync<ArgumentException>(() => session.TakeLeaseAsync(new TakeLease(LeaseKind.Call, 1, 1, ended), Cancel));
        }
        Assert.Equal((60L, 1), ((await DescribeAsync(session)).BudgetTokens, (await DescribeAsync(session)).CallsRunning));
    }

    [Fact]
    public async Task ACancelledCall_ThatHasEnded_IsSettledByTheNextLease()
    {
        await using TestGateway gateway = new();
        ISessionGrain grain = await silo.OpenAsync(budget: 100);
        SessionContext session = ContextOf(grain);
        await using HeldLease lease = await gateway.TakeAsync(session, 40);
        lease.EndCall(10);
        Assert.Equal(new LeasesCancelled(1), await grain.CancelAsync(Cancel)); // by another Gateway, which does not know
        Assert.Equal((60L, 0), await StateAsync(session));
        await using HeldLease next = await gateway.TakeAsync(session, 80);
        Assert.Equal((10L, 1), await StateAsync(session));
    }

    private static SessionContext ContextOf(ISessionGrain grain) =>
        new(new SessionClaims(SessionId.Create(), "eu-standard", DateTimeOffset.MaxValue, new byte[32]), grain);

    private static async Task<(long Budget, int Calls)> StateAsync(SessionContext session)
    {
        SessionDescribed described = await DescribeAsync(session.Grain);
        return (described.BudgetTokens, described.CallsRunning);
    }

    // Nobody waits for what is told by itself.
    private static async Task BecomesAsync((long Budget, int Calls) expected, SessionContext session)
    {
        for (int attempt = 0; attempt < 500 && await StateAsync(session) != expected; attempt++)
        {
            await Task.Delay(10, Cancel);
        }
        Assert.Equal(expected, await StateAsync(session));
    }

    /// <summary>What a Gateway has for leases, with a clock of its own.</summary>
    private sealed class TestGateway : IAsyncDisposable
    {
        public TestGateway()
        {
            Teller = new EndedCallsTeller(Clock);
            Leases = new SessionLeases(Clock, Teller);
        }

        public FakeTimeProvider Clock { get; } = new();

        public EndedCallsTeller Teller { get; }

        private SessionLeases Leases { get; }

        public async Task<HeldLease> TakeAsync(SessionContext session, long tokens, LeaseKind kind = LeaseKind.Call)
        {
            Outcome<HeldLease> taken = await Leases.TakeAsync(session, kind, tokens, tokens, Cancel);
            Assert.True(taken.Try(out HeldLease? lease, out Problem? refusal), refusal?.Code);
            return lease;
        }

        public ValueTask DisposeAsync() => Teller.DisposeAsync();
    }
}
