using Lethe.Contracts.Sessions;
using Xunit;
using static Lethe.ClusterTests.Sessions.SessionSilo;

namespace Lethe.ClusterTests.Sessions;

[Collection(SessionSuite.Name)]
public sealed class SessionExpiryTests(SessionSilo silo)
{
    [Fact]
    public async Task ASession_WithoutACallForHalfAnHour_IsZeroedAndGone()
    {
        ISessionGrain session = silo.GrainsInSilo().GetGrain<ISessionGrain>((await silo.OpenAsync()).GetPrimaryKeyString());
        PutItem put = Document(0);
        await session.PutItemAsync(put, Cancel);
        silo.Clock.Advance(TimeSpan.FromMinutes(30));
        await silo.DeactivatedAsync(session); // by its own timer: nobody calls it
        Assert.False(put.Item.Content.Memory.Span.ContainsAnyExcept((byte)0));
        await AssertGoneAsync(session);
    }

    [Fact]
    public async Task ASession_ThatIsCalled_LivesOnButNotBeyondTwoHours()
    {
        ISessionGrain session = await silo.OpenAsync();
        for (int minutes = 20; minutes < 120; minutes += 20)
        {
            silo.Clock.Advance(TimeSpan.FromMinutes(20));
            Assert.IsType<ManifestRead>(await session.ReadManifestAsync(Cancel));
        }
        Assert.Equal(silo.Clock.GetUtcNow().AddMinutes(20), (await DescribeAsync(session)).IdleExpiresAt);
        silo.Clock.Advance(TimeSpan.FromMinutes(20));
        await silo.DeactivatedAsync(session);
        await AssertGoneAsync(session);
    }

    [Fact]
    public async Task ASession_ThatIsOnlyDescribed_GoesIdle()
    {
        ISessionGrain session = await silo.OpenAsync();
        silo.Clock.Advance(TimeSpan.FromMinutes(29));
        Assert.Equal(silo.Clock.GetUtcNow().AddMinutes(1), (await DescribeAsync(session)).IdleExpiresAt);
        silo.Clock.Advance(TimeSpan.FromMinutes(1));
        await silo.DeactivatedAsync(session);
        Assert.IsType<SessionGone>(await session.DescribeAsync(Cancel));
    }

    [Fact]
    public async Task TheTotalLifetime_WakesWhoeverKeepsALease()
    {
        ISessionGrain session = await silo.OpenAsync();
        for (int minutes = 0; minutes < 120; minutes += 20)
        {
            Assert.IsType<ManifestRead>(await session.ReadManifestAsync(Cancel));
            silo.Clock.Advance(TimeSpan.FromMinutes(minutes == 100 ? 20 - 0.1 : 20));
        }
        long fence = await FenceAsync(TakeTurnAsync(session));
        Task<SessionResult> keep = session.KeepLeaseAsync(fence, Cancel);
        await DescribeAsync(session);
        silo.Clock.Advance(TimeSpan.FromSeconds(6));
        Assert.IsType<SessionGone>(await keep);
        await silo.DeactivatedAsync(session);
    }
}
