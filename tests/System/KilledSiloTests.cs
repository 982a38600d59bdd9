using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using Lethe.Client;
using Lethe.PrivacyPass;
using Lethe.SystemTests.Processes;
using Xunit;

namespace Lethe.SystemTests;

/// <summary>
/// Silos that are killed (SIGKILL) while tokens are issued and redeemed by many at once: no quota is exceeded and no token opens two sessions.
/// </summary>
public sealed class KilledSiloTests(RealCells cells)
{
    private const int Quota = 200; // tokens of an account and epoch, by default
    private const int Batch = 5;
    private static readonly TokenChallenge Challenge = new("issuer.example", "origin.example");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task RecordsSilo_KilledWhileTokensAreIssued_NoQuotaIsExceeded(int killed)
    {
        RealCell cell = cells.Cells["ch"];
        string accessToken = await (await cells.NewMemberAsync("ch"))(Token);
        using HttpClient http = cells.NewHttp();
        TokenKey key = await CurrentKeyAsync(http, cell);
        int signed = 0;
        int faults = 0;
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

        Task[] drawers =
        [
            .. Enumerable
                .Range(0, 8)
                .Select(async _ =>
                {
                    HttpStatusCode? answer;
                    do
                    {
                        (answer, int count) = await DrawAsync(http, cell, key, accessToken);
                        if (Interlocked.Add(ref signed, count) >= Quota / 4)
                        {
                            begun.TrySetResult();
                        }
                        if (answer is null or HttpStatusCode.ServiceUnavailable or HttpStatusCode.InternalServerError)
                        {
                            Interlocked.Increment(ref faults);
                            await Task.Delay(TimeSpan.FromMilliseconds(300), Token);
                        }
                    } while (answer is not HttpStatusCode.TooManyRequests);
                }),
        ];
        Task all = Task.WhenAll(drawers);
        await Task.WhenAny(begun.Task, all);
        int before = signed;
        await cell.IdentitySilos[killed].KillAsync();
        await all.WaitAsync(TimeSpan.FromMinutes(3), Token); // each was told that the quota is spent: by the silo that is left
        await cell.IdentitySilos[killed].StartAsync();

        (HttpStatusCode? after, int more) = await DrawAsync(http, cell, key, accessToken);
        TestContext.Current.TestOutputHelper?.WriteLine($"{before} signed before the kill, {signed} in all, {faults} faults");
        Assert.Equal((HttpStatusCode.TooManyRequests, 0), (after, more)); // and by both again
        Assert.InRange(before, Quota / 4, Quota - 1); // in the middle of it
        Assert.InRange(signed, before + 1, Quota);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task SessionSilo_KilledWhileTokensAreRedeemed_NoTokenOpensTwoSessions(int killed)
    {
        const int Tokens = 60;
        const int Attempts = 4;
        RealCell cell = cells.Cells["eu"];
        MemoryTokenStore pool = new();
        using LetheClient client = new(
            new LetheClientOptions
            {
                Control = cell.ControlUrl,
                Tenant = "kanzlei-muster",
                TrustedCa = cells.Authority,
                PoolSize = Tokens,
                TokenStore = pool,
                AccessToken = await cells.NewMemberAsync("eu"),
            }
        );
        await client.Tokens.RefillAsync(await client.DiscoverAsync(Token), Token);
        Token[] tokens = [.. pool.Read().Tokens.Select(waiting => waiting.Token)];
        Assert.Equal(Tokens, tokens.Length);
        using HttpClient http = cells.NewHttp();
        ConcurrentDictionary<Token, int> opened = new();
        int answered = 0;
        int faults = 0;
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

        // Each token by four at once, each until it is told yes or no.
        Task all = Parallel.ForEachAsync(
            tokens.SelectMany(token => Enumerable.Repeat(token, Attempts)),
            new ParallelOptions { MaxDegreeOfParallelism = 12, CancellationToken = Token },
            async (token, cancellationToken) =>
            {
                HttpStatusCode? answer;
                while ((answer = await RedeemAsync(http, cell, token)) is null or HttpStatusCode.ServiceUnavailable)
                {
                    Interlocked.Increment(ref faults);
                    await Task.Delay(TimeSpan.FromMilliseconds(300), cancellationToken);
                }
                Assert.Contains(answer.Value, (HttpStatusCode[])[HttpStatusCode.Created, HttpStatusCode.Forbidden]);
                if (answer is HttpStatusCode.Created)
                {
                    opened.AddOrUpdate(token, 1, (_, count) => count + 1);
                }
                if (Interlocked.Increment(ref answered) >= Tokens)
                {
                    begun.TrySetResult();
                }
            }
        );
        await Task.WhenAny(begun.Task, all);
        int before = opened.Count;
        await cell.ContentSilos[killed].KillAsync();
        await all.WaitAsync(TimeSpan.FromMinutes(3), Token);
        await cell.ContentSilos[killed].StartAsync();

        // What was spent stays spent, in the silo that is new as in the one that was there.
        foreach (Token token in tokens)
        {
            HttpStatusCode? answer;
            while ((answer = await RedeemAsync(http, cell, token)) is null or HttpStatusCode.ServiceUnavailable)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(300), Token);
            }
            Assert.Equal(HttpStatusCode.Forbidden, answer);
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{before} opened before the kill, {opened.Count} in all, {faults} faults");
        Assert.InRange(before, 1, Tokens - 1); // in the middle of it
        Assert.InRange(opened.Count, before + 1, Tokens);
        Assert.All(opened, entry => Assert.Equal(1, entry.Value));
    }

    private static async Task<TokenKey> CurrentKeyAsync(HttpClient http, RealCell cell)
    {
        byte[] published = await http.GetByteArrayAsync(new Uri(cell.ControlUrl, BlindRsaToken.DirectoryPath), Token);
        Assert.True(IssuerDirectory.TryParse(published, out IssuerDirectory? directory));
        return directory.Current("ch-standard", TimeProvider.System.GetUtcNow())!.Key;
    }

    /// <summary>Draws a batch. A connection that breaks is no answer: what was signed then is lost.</summary>
    private static async Task<(HttpStatusCode? Answer, int Signed)> DrawAsync(
        HttpClient http,
        RealCell cell,
        TokenKey key,
        string accessToken
    )
    {
        PendingToken[] pending = [.. Enumerable.Range(0, Batch).Select(_ => BlindingClient.Prepare(Challenge, key))];
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(cell.ControlUrl, "/token-request"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        request.Content = new ByteArrayContent(TokenBatch.EncodeRequest([.. pending.Select(token => token.Request)]));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(BlindRsaToken.BatchRequestMediaType);
        try
        {
            using HttpResponseMessage answer = await http.SendAsync(request, Token);
            byte[] body = await answer.Content.ReadAsByteArrayAsync(Token);
            bool isBatch = TokenBatch.TryParseResponse(body, Batch, out IReadOnlyList<byte[]?>? signatures) && answer.IsSuccessStatusCode;
            return (
                answer.StatusCode,
                isBatch
                    ? pending.Where((token, i) => signatures![i] is { } signature && token.TryFinish(signature, out Token? _)).Count()
                    : 0
            );
        }
        catch (HttpRequestException)
        {
            return (null, 0);
        }
    }

    private static async Task<HttpStatusCode?> RedeemAsync(HttpClient http, RealCell cell, Token token)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(cell.GatewayUrl, "/v1/sessions"));
        request.Headers.TryAddWithoutValidation("Authorization", PrivateTokenHeader.FormatAuthorization(token));
        try
        {
            using HttpResponseMessage answer = await http.SendAsync(request, Token);
            return answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
