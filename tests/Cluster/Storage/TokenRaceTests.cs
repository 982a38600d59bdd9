using System.Security.Cryptography;
using Lethe.ClusterTests.Silo;
using Lethe.Contracts.Sessions;
using Lethe.TestKit;
using Lethe.TestKit.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Lethe.ClusterTests.Storage;

/// <summary>The content plane of one cell as it runs: two session silos over PostgreSQL, on a server that tests may kill.</summary>
public sealed class ContentPlane : IAsyncLifetime
{
    private readonly TempFolder folder = new();
    private readonly List<RunningSilo> silos = [];

    public PostgresServer Server { get; private set; } = null!;

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Server = await PostgresServer.StartAsync();
        PostgresCell cell = await PostgresCell.CreateAsync(Server, "eu");
        await PostgresSilo.MigrateAsync(PostgresSilo.ContentSettings(folder, cell.Content));
        silos.Add(await RunningSilo.StartAsync(PostgresSilo.ContentSettings(folder, cell.Content)));
        silos.Add(await RunningSilo.StartAsync(PostgresSilo.ContentSettings(folder, cell.Content)));
        foreach (RunningSilo silo in silos)
        {
            IClusterMembershipService members = silo.Host.Services.GetRequiredService<IClusterMembershipService>();
            await foreach (ClusterMembershipSnapshot snapshot in members.MembershipUpdates.WithCancellation(Cancel))
            {
                if (snapshot.Members.Values.Count(member => member.Status == SiloStatus.Active) == silos.Count)
                {
                    break;
                }
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (RunningSilo silo in silos)
        {
            await silo.DisposeAsync();
        }
        await Server.DisposeAsync();
        folder.Dispose();
    }

    public static OpenSession NewToken() => new(DateTimeOffset.UtcNow.ToUnixTimeSeconds(), RandomNumberGenerator.GetBytes(32), 1_000_000);

    /// <summary>Redeems a token for a session of its own, by the silo with this number.</summary>
    public Task<OpenSessionResult> RedeemAsync(OpenSession token, int silo) =>
        silos[silo % silos.Count].Grains.GetGrain<ISessionGrain>(SessionId.Create().ToString()).OpenAsync(token, Cancel);

    public Task<OpenSessionResult[]> RedeemAsync(OpenSession token, int silo, int times) =>
        Task.WhenAll(Enumerable.Range(silo, times).Select(number => RedeemAsync(token, number)));

    public async Task<long> RowsAsync(OpenSession token) =>
        (long)
            (
                await Server.RunAsync(
                    $"SELECT count(*) FROM spent_token WHERE nonce_hash = '\\x{Convert.ToHexString(token.NonceHash.Span)}'",
                    "content_eu",
                    Cancel
                )
            )!;

    /// <summary>Redeems token after token, each so many times at once, until the inserts of one stand still in the server.</summary>
    /// <returns>That token, and what becomes of it.</returns>
    public async Task<(OpenSession Token, Task<OpenSessionResult[]> Redeemed)> StandStillAsync(string waitEvent, int times)
    {
        for (int attempt = 0; ; attempt++)
        {
            OpenSession token = NewToken();
            Task<OpenSessionResult[]> redeemed = RedeemAsync(token, attempt, times);
            if (await StandsStillAsync(waitEvent, redeemed))
            {
                return (token, redeemed);
            }
            // A pool finds its broken connections one by one.
            Assert.All(await redeemed, result => Assert.Equal(new SessionRefused(SessionRefusal.AdmissionUnavailable), result));
            Assert.InRange(attempt, 0, 100);
        }
    }

    /// <summary>Locks the table of spent tokens against inserts, until the server ends.</summary>
    /// <returns>What fails when it does, once the lock is held.</returns>
    public async Task<Task> LockAsync()
    {
        Task locked = Server.RunAsync("BEGIN; LOCK TABLE spent_token IN SHARE MODE; SELECT pg_sleep(60)", "content_eu", Cancel);
        const string Held = "SELECT count(*) FROM pg_locks WHERE relation = 'spent_token'::regclass AND mode = 'ShareLock' AND granted";
        using (PeriodicTimer pause = new(TimeSpan.FromMilliseconds(20)))
        {
            while ((long)(await Server.RunAsync(Held, "content_eu", Cancel))! == 0)
            {
                Assert.False(locked.IsCompleted);
                await pause.WaitForNextTickAsync(Cancel);
            }
        }
        return locked;
    }

    /// <summary>Takes one token after the other, as clients do, until a session opens: pools find broken connections one by one.</summary>
    public async Task OpenPatientlyAsync()
    {
        for (int attempt = 0; await RedeemAsync(NewToken(), attempt) is SessionRefused refused; attempt++)
        {
            Assert.Equal(SessionRefusal.AdmissionUnavailable, refused.Reason);
            Assert.InRange(attempt, 0, 100);
        }
    }

    private async Task<bool> StandsStillAsync(string waitEvent, Task redeemed)
    {
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(20));
        string waiting = $"SELECT count(*) FROM pg_stat_activity WHERE wait_event = '{waitEvent}' AND query LIKE '%INTO spent_token%'";
        while ((long)(await Server.RunAsync(waiting, cancellationToken: Cancel))! == 0)
        {
            if (redeemed.IsCompleted)
            {
                return false;
            }
            await pause.WaitForNextTickAsync(Cancel);
        }
        return true;
    }
}

public sealed class TokenRaceTests(ContentPlane plane) : IClassFixture<ContentPlane>
{
    [Fact]
    public async Task OneToken_RedeemedAThousandTimesOverTwoSilos_OpensOneSession()
    {
        OpenSession token = ContentPlane.NewToken();
        OpenSessionResult[] results = await plane.RedeemAsync(token, 0, times: 1000);
        Assert.Single(results.OfType<SessionOpened>());
        Assert.Equal(999, results.OfType<SessionRefused>().Count(refused => refused.Reason == SessionRefusal.TokenSpent));
        Assert.Equal(1, await plane.RowsAsync(token));
    }

    [Fact]
    public async Task Database_KilledBeforeTheCommit_OpensNothingAndTheTokenIsGoodForOneSession()
    {
        Task locked = await plane.LockAsync();
        (OpenSession token, Task<OpenSessionResult[]> redeemed) = await plane.StandStillAsync("relation", times: 10);
        await plane.Server.KillAsync();
        await Assert.ThrowsAnyAsync<Npgsql.NpgsqlException>(() => locked);
        Assert.All(await redeemed, result => Assert.Equal(new SessionRefused(SessionRefusal.AdmissionUnavailable), result));

        await plane.Server.StartAgainAsync(ContentPlane.Cancel);
        await plane.OpenPatientlyAsync();
        Assert.Equal(0, await plane.RowsAsync(token));
        Assert.InRange((await plane.RedeemAsync(token, 1, times: 50)).OfType<SessionOpened>().Count(), 0, 1);
    }

    [Fact]
    public async Task Database_KilledBetweenTheCommitAndItsAnswer_LosesTheTokenAndOpensNothing()
    {
        // A commit that waits for a replica that does not exist is on the disk and not yet answered.
        await plane.Server.RunAsync("ALTER SYSTEM SET synchronous_standby_names = 'nobody'", cancellationToken: ContentPlane.Cancel);
        await plane.Server.RunAsync("SELECT pg_reload_conf()", cancellationToken: ContentPlane.Cancel);
        (OpenSession token, Task<OpenSessionResult[]> redeemed) = await plane.StandStillAsync("SyncRep", times: 1);
        await plane.Server.RunAsync("ALTER SYSTEM RESET synchronous_standby_names", cancellationToken: ContentPlane.Cancel);
        await plane.Server.KillAsync();
        Assert.Equal([new SessionRefused(SessionRefusal.AdmissionUnavailable)], await redeemed);

        await plane.Server.StartAgainAsync(ContentPlane.Cancel);
        await plane.OpenPatientlyAsync();
        Assert.Equal(1, await plane.RowsAsync(token));
        Assert.DoesNotContain(await plane.RedeemAsync(token, 1, times: 50), result => result is SessionOpened);
    }

    [Fact]
    public async Task Database_KilledWhileManyTokensAreRedeemed_OpensAtMostOneSessionForEach()
    {
        TaskCompletionSource opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<List<(OpenSession Token, int Opened)>>[] people = [.. Enumerable.Range(0, 20).Select(_ => RedeemUntilTheEndAsync(opened))];
        await opened.Task;
        await plane.Server.KillAsync();
        (OpenSession Token, int Opened)[] before = [.. (await Task.WhenAll(people)).SelectMany(tokens => tokens)];
        await plane.Server.StartAgainAsync(ContentPlane.Cancel);
        await plane.OpenPatientlyAsync();

        OpenSessionResult[][] after = await Task.WhenAll(before.Select(redeemed => plane.RedeemAsync(redeemed.Token, 1, times: 4)));

        Assert.All(
            before.Zip(after, (first, second) => first.Opened + second.OfType<SessionOpened>().Count()),
            sessions => Assert.InRange(sessions, 0, 1)
        );
    }

    /// <summary>Takes token after token, redeems each four times at once, and goes on until the database is gone.</summary>
    private async Task<List<(OpenSession Token, int Opened)>> RedeemUntilTheEndAsync(TaskCompletionSource opened)
    {
        List<(OpenSession Token, int Opened)> redeemed = [];
        while (true)
        {
            OpenSession token = ContentPlane.NewToken();
            OpenSessionResult[] results = await plane.RedeemAsync(token, 0, times: 4);
            redeemed.Add((token, results.OfType<SessionOpened>().Count()));
            if (results.Contains(new SessionRefused(SessionRefusal.AdmissionUnavailable)))
            {
                return redeemed;
            }
            opened.TrySetResult();
        }
    }
}
