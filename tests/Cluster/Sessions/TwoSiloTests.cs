using Lethe.Contracts.Sessions;
using Xunit;
using static Lethe.ClusterTests.Sessions.SessionSilo;

namespace Lethe.ClusterTests.Sessions;

/// <summary>Two silos over one database, as one cell has them.</summary>
public sealed class TwoSessionSilos() : SessionSilo(2);

public sealed class TokenRaceTests(TwoSessionSilos silos) : IClassFixture<TwoSessionSilos>
{
    [Fact]
    public async Task OneToken_RedeemedAThousandTimesOverTwoSilos_OpensOneSession()
    {
        OpenSession token = silos.NewToken();
        OpenSessionResult[] results = await Task.WhenAll(
            Enumerable.Range(0, 1000).Select(number => silos.OnSiloAsync(number % 2, () => silos.NewSession().OpenAsync(token, Cancel)))
        );
        Assert.Single(results.OfType<SessionOpened>());
        Assert.Equal(999, results.OfType<SessionRefused>().Count(refused => refused.Reason == SessionRefusal.TokenSpent));
        Assert.Equal(
            1L,
            silos.Database.Scalar($"SELECT count(*) FROM spent_token WHERE nonce_hash = x'{Convert.ToHexString(token.NonceHash.Span)}'")
        );
    }
}

public sealed class KilledSiloTests
{
    [Fact]
    public async Task ASiloIsKilled_ItsSessionsAreGone_TheOthersAreNot_NoTokenIsRedeemableAgain()
    {
        await using TwoSessionSilos silos = new();
        await silos.InitializeAsync();
        List<(ISessionGrain Session, OpenSession Token)> kept = [];
        List<(ISessionGrain Session, OpenSession Token)> lost = [];
        for (int number = 0; number < 20; number++)
        {
            ISessionGrain session = silos.NewSession();
            OpenSession token = silos.NewToken();
            Assert.IsType<SessionOpened>(await silos.OnSiloAsync(number % 2, () => session.OpenAsync(token, Cancel)));
            (number % 2 == 0 ? kept : lost).Add((session, token));
        }

        await silos.Cluster.KillSiloAsync(silos.Cluster.Silos[1]);

        foreach ((ISessionGrain session, _) in kept)
        {
            Assert.IsType<SessionDescribed>(await Patient.AskAsync(() => session.DescribeAsync(Cancel)));
        }
        foreach ((ISessionGrain session, _) in lost)
        {
            Assert.IsType<SessionGone>(await Patient.AskAsync(() => session.DescribeAsync(Cancel)));
        }
        foreach ((_, OpenSession token) in kept.Concat(lost))
        {
            Assert.Equal(
                new SessionRefused(SessionRefusal.TokenSpent),
                await Patient.AskAsync(() => silos.NewSession().OpenAsync(token, Cancel))
            );
        }
    }
}

internal static class Patient
{
    /// <summary>Repeats a call until the cluster has noticed that a silo is dead: a minute at most.</summary>
    public static async Task<T> AskAsync<T>(Func<Task<T>> call)
    {
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(200));
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (Exception fault) when (fault is OrleansException or TimeoutException && attempt < 300)
            {
                await pause.WaitForNextTickAsync(Cancel);
            }
        }
    }
}

public sealed class KillDuringRedemptionTests
{
    [Fact]
    public async Task ASiloIsKilledDuringRedemptions_NoTokenOpensTwoSessions()
    {
        await using TwoSessionSilos silos = new();
        await silos.InitializeAsync();
        OpenSession[] tokens = [.. Enumerable.Range(0, 200).Select(_ => silos.NewToken())];
        int[] opened = new int[tokens.Length];
        int started = 0;
        TaskCompletionSource halfWay = new(TaskCreationOptions.RunContinuationsAsynchronously);
        async Task RedeemAsync(int number, int silo)
        {
            try
            {
                if (await silos.OnSiloAsync(silo, () => silos.NewSession().OpenAsync(tokens[number], Cancel)) is SessionOpened)
                {
                    Interlocked.Increment(ref opened[number]);
                    if (Interlocked.Increment(ref started) >= tokens.Length / 4)
                    {
                        halfWay.TrySetResult();
                    }
                }
            }
            catch (Exception fault) when (fault is OrleansException or TimeoutException)
            {
                // Nobody knows whether it was spent: a token lost in a crash is lost, and must not open two.
            }
        }
        Task first = Task.WhenAll(Enumerable.Range(0, tokens.Length).Select(number => RedeemAsync(number, number % 2)));
        await Task.WhenAny(halfWay.Task, first);
        await silos.Cluster.KillSiloAsync(silos.Cluster.Silos[1]);
        await first;
        for (int number = 0; number < tokens.Length; number++) // every token once more: unspent ones open now, spent ones never
        {
            OpenSession again = tokens[number];
            if (await Patient.AskAsync(() => silos.NewSession().OpenAsync(again, Cancel)) is SessionOpened)
            {
                Interlocked.Increment(ref opened[number]);
            }
        }
        Assert.All(opened, count => Assert.InRange(count, 0, 1));
        Assert.True(opened.Sum() > tokens.Length / 4);
    }
}
