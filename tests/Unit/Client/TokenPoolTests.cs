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
        Assert.Equal(0, cell.Store.Read().DrawsAtStart);
        Assert.Equal(3, cell.Waiting);
    }

    [Fact]
    public async Task OpenSession_EmptyPool_DrawsAndCountsIt()
    {
        using var cell = new FakeCell();
        using LetheClient client = cell.Connect();
        await client.OpenSessionAsync(default);
        Assert.Equal(1, cell.Store.Read().DrawsAtStart);
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
        Assert.Equal(0, cell.Waiting);
    }

    [Fact]
    public async Task Refill_QuotaGivesFewer_TakesThese()
    {
        using var cell = new FakeCell { Quota = 3 };
        using LetheClient client = cell.Connect(poolSize: 10);
        Assert.Equal(3, await RefillAsync(client));
        Assert.Equal(3, cell.Waiting);
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
        Assert.Equal(1, cell.Waiting);
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
            Assert.Equal(0, cell.Waiting);
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
        Assert.Equal(0, cell.Waiting);
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
        while (cell.Waiting > 0)
        {
            taken.Add(Convert.ToHexString((await client.Tokens.TakeAsync(home, default)).Nonce.Span));
        }
        Assert.Equal(40, taken.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(0, cell.Store.Read().DrawsAtStart);
    }

    [Fact]
    public async Task Take_TokensOfSeveralEpochs_SpendsThoseOfEndedEpochsAndDropsTheExpired()
    {
        using var cell = new FakeCell();
        using LetheClient client = cell.Connect();
        for (int day = 0; day < 4; day++)
        {
            Assert.Equal(4, await RefillAsync(client));
            cell.Clock.Advance(TimeSpan.FromDays(1));
        }
        Assert.Equal(12, cell.Waiting); // Monday's are over on Friday
        await RefillAsync(client);
        DateTimeOffset now = cell.Clock.GetUtcNow();
        Cell home = await client.DiscoverAsync(default);
        for (int taken = 0; taken < 12; taken++)
        {
            await client.Tokens.TakeAsync(home, default);
        }
        Assert.Equal(4, cell.Waiting);
        Assert.All(cell.Store.Read().Tokens, token => Assert.True(token.FreshUntil > now));
        await client.Tokens.TakeAsync(home, default);
        Assert.Equal(0, cell.Store.Read().DrawsAtStart);
    }

    [Fact]
    public async Task FirstDayStarts_SessionsInTheEpochOfTheFirstDraw_AreCounted()
    {
        using var cell = new FakeCell();
        using LetheClient client = cell.Connect();
        await RefillAsync(client);
        await client.OpenSessionAsync(default);
        Assert.Equal(1, cell.Store.Read().FirstDayStarts);
        cell.Clock.Advance(TimeSpan.FromDays(1));
        await client.OpenSessionAsync(default);
        Assert.Equal(1, cell.Store.Read().FirstDayStarts);
    }

    [Fact]
    public async Task Store_OfAnEarlierRun_OpensASessionWithoutTheIdentityPlane()
    {
        using var cell = new FakeCell();
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            using (LetheClient yesterday = cell.Connect())
            {
                await RefillAsync(yesterday);
                await new FileTokenStore(path).UpdateAsync(_ => cell.Store.Read(), default);
            }
            cell.Clock.Advance(TimeSpan.FromDays(3));
            cell.Requests.Clear();
            using (LetheClient today = new(cell.Options(store: new FileTokenStore(path))))
            {
                await today.OpenSessionAsync(default);
                Assert.Equal("/v1/sessions", Assert.Single(cell.Requests).Path);
            }
            Assert.Equal(3, (await new FileTokenStore(path).ReadAsync(default)).Tokens.Length);
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            }
            await File.WriteAllTextAsync(path, "{\"State\":", TestContext.Current.CancellationToken);
            Assert.Empty((await new FileTokenStore(path).ReadAsync(default)).Tokens);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Refill_MirrorOneFetchBehind_GoesOn()
    {
        using var cell = new FakeCell();
        using LetheClient client = cell.Connect();
        IssuerDirectoryKey next = new(cell.OtherKey, cell.Today.AddDays(1), "eu-standard");
        cell.Published = keys => [.. keys, next]; // published just now, not mirrored yet
        cell.Mirror = keys => keys;
        Assert.Equal(4, await RefillAsync(client));
        cell.Published = keys => keys;
        cell.Mirror = keys => [.. keys, next with { NotBefore = cell.Today.AddDays(-4) }]; // gone just now, mirrored still
        Assert.Equal(4, await RefillAsync(client));
    }

    [Fact]
    public async Task Refill_MirrorThatDiffersInAKeyInForce_IsRefused()
    {
        using var cell = new FakeCell();
        using LetheClient client = cell.Connect();
        IssuerDirectoryKey previous = new(cell.OtherKey, cell.Today.AddDays(-1), "eu-standard");
        (Func<IssuerDirectoryKey[], IssuerDirectoryKey[]> Published, Func<IssuerDirectoryKey[], IssuerDirectoryKey[]> Mirror)[] cases =
        [
            (keys => [.. keys, previous], keys => keys), // an older key in force that only the issuer shows
            (keys => [.. keys, previous], keys => [.. keys, previous with { PolicyClass = "eu-other" }]),
            (keys => [.. keys, previous], keys => [.. keys, previous with { NotBefore = cell.Today.AddDays(-2) }]),
            (keys => keys, keys => [keys[0] with { PolicyClass = "eu-other" }]),
            (keys => [.. keys, previous with { NotBefore = cell.Today }], keys => [.. keys, previous with { NotBefore = cell.Today }]),
        ];
        foreach (var (published, mirror) in cases)
        {
            (cell.Published, cell.Mirror) = (published, mirror);
            ProblemException differs = await Assert.ThrowsAsync<ProblemException>(() => RefillAsync(client));
            Assert.Equal("issuer_keys_differ", differs.Code);
        }
        Assert.Equal(0, cell.Count("/token-request"));
    }

    [Fact]
    public async Task OpenSession_EpochClosedByTheOperator_DropsItsTokensAndDrawsAnew()
    {
        using var cell = new FakeCell();
        using LetheClient client = cell.Connect();
        await RefillAsync(client);
        cell.Special["/v1/sessions"] = () =>
        {
            cell.Special.Remove("/v1/sessions");
            return FakeCell.Problem(401, "token_key_unknown");
        };
        await client.OpenSessionAsync(default);
        Assert.Equal(2, cell.Count("/v1/sessions"));
        Assert.Equal(2, cell.Count("/token-request"));
        Assert.Equal(3, cell.Waiting);
        Assert.Equal(1, cell.Store.Read().DrawsAtStart);
    }

    [Fact]
    public async Task Refill_IssuerTellsAnotherClass_DrawsOfThatClassAndRemembersIt()
    {
        using var cell = new FakeCell();
        using LetheClient client = cell.Connect();
        cell.Published = keys => [new(cell.OtherKey, cell.Today, "eu-own"), .. keys];
        cell.Special["/token-request"] = () =>
        {
            cell.Special.Remove("/token-request");
            return FakeCell.Problem(400, "token_batch_refused", ",\"policyClass\":\"eu-standard\"");
        };
        Assert.Equal(4, await RefillAsync(client));
        Assert.Equal("eu-standard", cell.Store.Read().PolicyClass);
        Assert.Equal(4, await RefillAsync(client));
        Assert.Equal(3, cell.Count("/token-request"));
    }

    internal static async Task<int> RefillAsync(LetheClient client) =>
        await client.Tokens.RefillAsync(await client.DiscoverAsync(default), default);
}
