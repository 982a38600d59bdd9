using Lethe.Contracts.Sessions;
using Xunit;
using static Lethe.ClusterTests.Sessions.SessionSilo;

namespace Lethe.ClusterTests.Sessions;

[Collection(SessionSuite.Name)]
public sealed class SessionOpeningTests(SessionSilo silo)
{
    [Fact]
    public async Task Open_WithFreshToken_TellsWhenItEnds()
    {
        OpenSessionResult result = await silo.NewSession().OpenAsync(silo.NewToken(), Cancel);
        Assert.Equal(new SessionOpened(silo.Clock.GetUtcNow().AddHours(2), 1800), result);
    }

    [Fact]
    public async Task Open_WithSpentToken_IsRefusedAndGoesAway()
    {
        OpenSession token = silo.NewToken();
        Assert.IsType<SessionOpened>(await silo.NewSession().OpenAsync(token, Cancel));
        ISessionGrain second = silo.NewSession();
        Assert.Equal(new SessionRefused(SessionRefusal.TokenSpent), await second.OpenAsync(token, Cancel));
        await silo.DeactivatedAsync(second);
        await AssertGoneAsync(second);
    }

    [Fact]
    public async Task Open_OfAnOpenSession_IsRefusedAndSpendsNothing()
    {
        ISessionGrain session = await silo.OpenAsync();
        OpenSession token = silo.NewToken();
        Assert.Equal(new SessionRefused(SessionRefusal.AlreadyOpen), await session.OpenAsync(token, Cancel));
        Assert.IsType<SessionOpened>(await silo.NewSession().OpenAsync(token, Cancel));
    }

    [Fact]
    public async Task Open_WithTokenOfAnEpochThatIsOver_IsRefused()
    {
        long now = silo.Clock.GetUtcNow().ToUnixTimeSeconds();
        OpenSession last = silo.NewToken() with { Epoch = now - (4 * 86400) + 1 };
        OpenSession over = silo.NewToken() with { Epoch = now - (4 * 86400) };
        Assert.IsType<SessionOpened>(await silo.NewSession().OpenAsync(last, Cancel));
        Assert.Equal(new SessionRefused(SessionRefusal.EpochOver), await silo.NewSession().OpenAsync(over, Cancel));
        OpenSession absurd = silo.NewToken() with { Epoch = long.MinValue };
        Assert.Equal(new SessionRefused(SessionRefusal.EpochOver), await silo.NewSession().OpenAsync(absurd, Cancel));
    }

    [Theory]
    [InlineData("not-a-session-id", 32, 1)]
    [InlineData(null, 31, 1)]
    [InlineData(null, 32, 0)]
    public async Task Open_WithWhatNoGatewaySends_IsAFaultThatNamesNothing(string? key, int hashBytes, long budget)
    {
        ISessionGrain session = silo.Grains.GetGrain<ISessionGrain>(key ?? SessionId.Create().ToString());
        OpenSession command = new(silo.Clock.GetUtcNow().ToUnixTimeSeconds(), new byte[hashBytes], budget);
        ArgumentException fault = await Assert.ThrowsAsync<ArgumentException>(() => session.OpenAsync(command, Cancel));
        Assert.DoesNotContain("not-a-session-id", fault.Message, StringComparison.Ordinal);
        await silo.DeactivatedAsync(session);
    }

    [Fact]
    public async Task EveryCall_OfASessionThatNeverWas_AnswersGoneAndGoesAway()
    {
        foreach (Func<ISessionGrain, Task<SessionResult>> call in EveryCall)
        {
            ISessionGrain session = silo.NewSession();
            Assert.IsType<SessionGone>(await call(session));
            await silo.DeactivatedAsync(session);
        }
    }

    [Fact]
    public async Task Describe_OfANewSession_TellsItsBudgetAndNothingHeld()
    {
        ISessionGrain session = await silo.OpenAsync(budget: 77);
        DateTimeOffset now = silo.Clock.GetUtcNow();
        SessionDescribed expected = new(now.AddHours(2), now.AddMinutes(30), 0, 0, 0, 0, 77, TurnRunning: false, 0);
        Assert.Equal(expected, await session.DescribeAsync(Cancel));
        Assert.Equal(new ManifestRead(0, null), await session.ReadManifestAsync(Cancel));
    }

    [Fact]
    public async Task ACancelledCaller_ChangesNothing()
    {
        ISessionGrain session = silo.NewSession();
        OpenSession token = silo.NewToken();
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.OpenAsync(token, cancelled.Token));
        Assert.IsType<SessionOpened>(await silo.NewSession().OpenAsync(token, Cancel));
    }
}
