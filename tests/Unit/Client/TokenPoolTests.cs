using Lethe.Client;
using Lethe.PrivacyPass;
using Xunit;

namespace Lethe.UnitTests.Client;

public sealed class TokenPoolTests
{
    [Fact]
    public async Task OpenSession_PoolFilledAhead_DoesNotTouchTheIdentityPlane()
    {
        using var cell = new FakeCell();
        using LetheClient client = cell.Connect();
        Assert.Equal(4, await RefillAsync(client));
        cell.Requests.Clear();
        LetheSession session = await client.OpenSessionAsync(default);
        Assert.Equal("credential", session.Opened.Credential);
        Assert.Equal("/v1/sessions", Assert.Single(cell.Requests).Path);
        Assert.Equal(0, client.Tokens.DrawsAtStart);
        Assert.Equal(3, client.Tokens.Count);
    }

    [Fact]
    public async Task OpenSession_EmptyPool_DrawsAndCountsIt()
    {
        using var cell = new FakeCell();
        using LetheClient client = cell.Connect();
        await client.OpenSessionAsync(default);
        Assert.Equal(1, client.Tokens.DrawsAtStart);
        Assert.Equal(1, cell.Count("/token-request"));
        Assert.Equal("Bearer access", cell.Requests.Single(request => request.Path == "/token-request").Authorization);
        Assert.Null(cell.Requests.Single(request => request.Path == BlindRsaToken.DirectoryPath).Authorization);
        Assert.Null(cell.Requests.Single(request => request.Path == "/v1/token-challenge").Authorization);
    }

    [Fact]
    public async Task Refill_KeyNotInTheMirror_IsRefusedBeforeAnyDraw()
    {
        using var cell = new FakeCell { MirrorDiffers = true };
        using LetheClient client = cell.Connect();
        await Assert.ThrowsAsync<ProblemException>(() => RefillAsync(client));
        Assert.Equal(0, cell.Count("/token-request"));
    }

    [Fact]
    public async Task Refill_ChallengeWithAContext_IsRefused()
    {
        using var cell = new FakeCell { Challenge = new("issuer", "origin", new byte[32]) };
        using LetheClient client = cell.Connect();
        await Assert.ThrowsAsync<ProblemException>(() => RefillAsync(client));
        Assert.Equal(0, cell.Count("/token-request"));
    }

    [Fact]
    public async Task Refill_IssuerSignsWithAnotherKey_IsRefused()
    {
        using var cell = new FakeCell { SignsWithAnotherKey = true };
        using LetheClient client = cell.Connect();
        await Assert.ThrowsAsync<ProblemException>(() => RefillAsync(client));
        Assert.Equal(0, client.Tokens.Count);
    }

    [Fact]
    public async Task Refill_QuotaGivesFewer_TakesThese()
    {
        using var cell = new FakeCell { Quota = 3 };
        using LetheClient client = cell.Connect(poolSize: 10);
        Assert.Equal(3, await RefillAsync(client));
        Assert.Equal(3, client.Tokens.Count);
    }

    [Fact]
    public async Task Refill_QuotaSpent_TellsTheProblem()
    {
        using var cell = new FakeCell();
        cell.Special["/token-request"] = () => FakeCell.Problem(429, "quota_spent", ",\"retryAfterSeconds\":60");
        using LetheClient client = cell.Connect();
        ProblemException refused = await Assert.ThrowsAsync<ProblemException>(() => RefillAsync(client));
        Assert.Equal((429, "quota_spent"), (refused.Status, refused.Code));
    }

    [Fact]
    public async Task OpenSession_TokenAlreadySpent_TakesAnother()
    {
        using var cell = new FakeCell();
        using LetheClient client = cell.Connect();
        await RefillAsync(client);
        int refusals = 2;
        cell.Special["/v1/sessions"] = () =>
        {
            if (--refusals == 0)
            {
                cell.Special.Remove("/v1/sessions");
            }
            return FakeCell.Problem(403, "token_spent");
        };
        Assert.Equal("credential", (await client.OpenSessionAsync(default)).Opened.Credential);
        Assert.Equal(1, client.Tokens.Count);
    }

    [Fact]
    public async Task OpenSession_EveryTokenRefused_GivesUpAfterThree()
    {
        using var cell = new FakeCell();
        using LetheClient client = cell.Connect();
        await RefillAsync(client);
        cell.Special["/v1/sessions"] = () => FakeCell.Problem(403, "token_spent");
        await Assert.ThrowsAsync<ProblemException>(() => client.OpenSessionAsync(default));
        Assert.Equal(3, cell.Count("/v1/sessions"));
    }

    [Fact]
    public async Task Misdirected_AtTheIssuerOrGateway_DropsEveryToken()
    {
        foreach (string path in new[] { "/token-request", "/v1/sessions" })
        {
            using var cell = new FakeCell();
            using LetheClient client = cell.Connect();
            await RefillAsync(client);
            cell.Special[path] = () => FakeCell.Problem(421, "misdirected", ",\"region\":\"ch\",\"baseUrl\":\"https://ch.test\"");
            ProblemException moved;
            if (path == "/token-request")
            {
                await client.OpenSessionAsync(default); // makes room
                moved = await Assert.ThrowsAsync<ProblemException>(() => RefillAsync(client));
            }
            else
            {
                moved = await Assert.ThrowsAsync<ProblemException>(() => client.OpenSessionAsync(default));
            }
            Assert.Equal(("ch", new Uri("https://ch.test")), (moved.Region, moved.BaseUrl));
            Assert.Equal(0, client.Tokens.Count);
        }
    }

    [Fact]
    public async Task Misdirected_InASession_DropsEveryTokenAndAsksDiscoveryAgain()
    {
        using var cell = new FakeCell();
        using LetheClient client = cell.Connect();
        await RefillAsync(client);
        LetheSession session = await client.OpenSessionAsync(default);
        cell.Special["/v1/session"] = () => FakeCell.Problem(421, "misdirected", ",\"region\":\"ch\",\"baseUrl\":\"https://ch.test\"");
        await Assert.ThrowsAsync<ProblemException>(() => session.DescribeAsync(default));
        Assert.Equal(0, client.Tokens.Count);
        await client.DiscoverAsync(default);
        Assert.Equal(2, cell.Count("/v1/discovery"));
    }

    [Fact]
    public async Task Take_Tokens_ComeInAnotherOrderThanDrawn()
    {
        using var cell = new FakeCell();
        using LetheClient client = cell.Connect(poolSize: 40);
        await RefillAsync(client);
        Cell home = await client.DiscoverAsync(default);
        List<string> taken = [];
        while (client.Tokens.Count > 0)
        {
            taken.Add(Convert.ToHexString((await client.Tokens.TakeAsync(home, default)).Nonce.Span));
        }
        Assert.Equal(40, taken.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(0, client.Tokens.DrawsAtStart);
    }

    [Fact]
    public async Task KeepFilled_EmptyPool_DrawsByItself()
    {
        using var cell = new FakeCell();
        using LetheClient client = cell.Connect();
        using var stop = new CancellationTokenSource();
        Task refilling = client.Tokens.KeepFilledAsync(client, TimeSpan.FromHours(1), stop.Token);
        Assert.Equal(0, client.Tokens.Count);
        cell.Clock.Advance(TimeSpan.FromDays(2)); // longer than any exponential pause of this mean that occurs
        Assert.True(SpinWait.SpinUntil(() => client.Tokens.Count == 4, TimeSpan.FromSeconds(30)));
        Assert.Equal(0, client.Tokens.DrawsAtStart);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => refilling);
    }

    [Fact]
    public async Task KeepFilled_NearARedemption_KeepsStill()
    {
        using var cell = new FakeCell();
        using LetheClient client = cell.Connect();
        await RefillAsync(client);
        Cell home = await client.DiscoverAsync(default);
        Assert.False(client.Tokens.IsRefillDue());
        await client.Tokens.TakeAsync(home, default);
        await client.Tokens.TakeAsync(home, default);
        Assert.False(client.Tokens.IsRefillDue());
        cell.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.True(client.Tokens.IsRefillDue());
    }

    private static async Task<int> RefillAsync(LetheClient client) =>
        await client.Tokens.RefillAsync(await client.DiscoverAsync(default), default);
}
