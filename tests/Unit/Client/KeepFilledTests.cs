using Lethe.Client;
using Xunit;

namespace Lethe.UnitTests.Client;

/// <summary>The background that keeps a pool filled: when it draws, and when it stops.</summary>
public sealed class KeepFilledTests
{
    [Fact]
    public async Task KeepFilled_EmptyPool_DrawsByItselfOncePerEpoch()
    {
        using var cell = new FakeCell();
        using LetheClient client = cell.Connect();
        using var stop = new CancellationTokenSource();
        Task refilling = client.Tokens.KeepFilledAsync(client, stop.Token);
        Assert.Equal(0, cell.Waiting);
        cell.Clock.Advance(TimeSpan.FromHours(2)); // longer than any exponential pause of 2 minutes that occurs
        Assert.True(SpinWait.SpinUntil(() => cell.Waiting == 4, TimeSpan.FromSeconds(30)));
        Assert.Equal(0, cell.Store.Read().DrawsAtStart);
        Assert.False(await client.Tokens.IsRefillDueAsync(default));
        cell.Clock.Advance(TimeSpan.FromDays(1));
        Assert.True(await client.Tokens.IsRefillDueAsync(default) || SpinWait.SpinUntil(() => cell.Waiting == 8, TimeSpan.FromSeconds(30)));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => refilling);
    }

    [Fact]
    public async Task KeepFilled_KeysDifferForLong_Stops()
    {
        using var cell = new FakeCell { MirrorDiffers = true };
        using LetheClient client = cell.Connect();
        Task refilling = client.Tokens.KeepFilledAsync(client, TestContext.Current.CancellationToken);
        for (int looks = 0; looks < 600 && !refilling.IsCompleted; looks++)
        {
            cell.Clock.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(TimeSpan.FromMilliseconds(5), TestContext.Current.CancellationToken);
        }
        ProblemException differs = await Assert.ThrowsAsync<ProblemException>(() => refilling);
        Assert.Equal("issuer_keys_differ", differs.Code);
        Assert.Equal(0, cell.Count("/token-request"));
    }

    [Fact]
    public async Task KeepFilled_KeysDifferForLongBetweenSessions_Stops()
    {
        using var cell = new FakeCell { MirrorDiffers = true };
        using LetheClient client = cell.Connect();
        Task refilling = client.Tokens.KeepFilledAsync(client, TestContext.Current.CancellationToken);
        for (int minute = 0; minute < 300 && !refilling.IsCompleted; minute++)
        {
            if (minute % 30 < 16) // a draw is due for five minutes at a time
            {
                cell.Store.Update(state => state with { LastRedeemedAt = cell.Clock.GetUtcNow() });
            }
            cell.Clock.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(TimeSpan.FromMilliseconds(5), TestContext.Current.CancellationToken);
        }
        ProblemException differs = await Assert.ThrowsAsync<ProblemException>(() =>
            refilling.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken)
        );
        Assert.Equal("issuer_keys_differ", differs.Code);
    }

    [Fact]
    public async Task RefillIsDue_OncePerEpochOrWhenFewAreLeft_AndNeverNearARedemption()
    {
        using var cell = new FakeCell();
        using LetheClient client = cell.Connect();
        Assert.True(await client.Tokens.IsRefillDueAsync(default));
        await TokenPoolTests.RefillAsync(client);
        Assert.False(await client.Tokens.IsRefillDueAsync(default));
        Cell home = await client.DiscoverAsync(default);
        for (int taken = 0; taken < 4; taken++)
        {
            cell.Clock.Advance(TimeSpan.FromMinutes(11));
            Assert.False(await client.Tokens.IsRefillDueAsync(default));
            await client.Tokens.TakeAsync(home, default);
        }
        Assert.False(await client.Tokens.IsRefillDueAsync(default)); // few are left, but one was redeemed just now
        cell.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.True(await client.Tokens.IsRefillDueAsync(default));
        await TokenPoolTests.RefillAsync(client);
        cell.Clock.Advance(TimeSpan.FromDays(1));
        Assert.True(await client.Tokens.IsRefillDueAsync(default)); // a draw of the same size in each epoch, needed or not
    }
}
