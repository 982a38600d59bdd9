using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Lethe.PrivacyPass;

namespace Lethe.Client;

/// <summary>
/// Blind-signed session tokens, drawn ahead. Refill in the background at random times and never near a session's start: what the
/// mathematics hides, the clock would give away. A draw that a start had to wait for is counted in <see cref="DrawsAtStart"/>.
/// </summary>
public sealed class TokenPool : IDisposable
{
    // The next epoch's, the current and three earlier ones.
    private const int MaxKeysOfClass = 5;

    private readonly LetheClientOptions options;
    private readonly HttpClient identity;
    private readonly HttpClient content;
    private readonly Action moved;
    private readonly List<Token> tokens = [];
    private readonly SemaphoreSlim gate = new(1);
    private DateTimeOffset lastRedeemedAt = DateTimeOffset.MinValue;
    private int generation;
    private int drawsAtStart;
    private Uri? gateway;

    internal TokenPool(LetheClientOptions options, HttpClient identity, HttpClient content, Action moved)
    {
        if (options.PoolSize is < 1 or > 100)
        {
            throw new ArgumentOutOfRangeException(nameof(options), "PoolSize is 1 to 100.");
        }
        (this.options, this.identity, this.content, this.moved) = (options, identity, content, moved);
    }

    /// <summary>Gets how many tokens there are.</summary>
    public int Count
    {
        get
        {
            lock (tokens)
            {
                return tokens.Count;
            }
        }
    }

    /// <summary>Gets how often a session's start had to wait for a draw: each is a hint that links a session to an account.</summary>
    public int DrawsAtStart => Volatile.Read(ref drawsAtStart);

    /// <summary>Draws tokens until the pool is full.</summary>
    /// <param name="cell">The tenant's cell.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>How many were drawn.</returns>
    /// <exception cref="ProblemException">Refused, or the Gateway's mirror of the keys differs from the issuer's directory.</exception>
    public async Task<int> RefillAsync(Cell cell, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cell);
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (gateway != cell.GatewayUrl)
            {
                Clear();
                gateway = cell.GatewayUrl;
            }
            int before = Volatile.Read(ref generation);
            int missing = options.PoolSize - Count;
            IReadOnlyList<Token> drawn = missing <= 0 ? [] : await DrawAsync(cell, missing, cancellationToken);
            lock (tokens)
            {
                if (before != generation)
                {
                    return 0; // the tenant moved while they were drawn
                }
                tokens.AddRange(drawn);
                return drawn.Count;
            }
        }
        catch (ProblemException problem) when (problem.Status == (int)HttpStatusCode.MisdirectedRequest)
        {
            moved();
            throw;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Refills at random times until it is stopped: whenever fewer than half are left, after a pause that nothing else sets.</summary>
    /// <param name="client">Whose cell is asked for.</param>
    /// <param name="meanPause">The mean pause between two looks; 1 second or more.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Never, but by cancellation.</returns>
    public async Task KeepFilledAsync(LetheClient client, TimeSpan meanPause, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentOutOfRangeException.ThrowIfLessThan(meanPause, TimeSpan.FromSeconds(1));
        while (true)
        {
            // Exponential pauses have no memory: seeing one draw says nothing about the next.
            double uniform = (RandomNumberGenerator.GetInt32(int.MaxValue) + 1.0) / int.MaxValue;
            await Task.Delay(meanPause * -Math.Log(uniform), options.Clock, cancellationToken);
            if (!IsRefillDue())
            {
                continue;
            }
            try
            {
                await RefillAsync(await client.DiscoverAsync(cancellationToken), cancellationToken);
            }
            catch (Exception fault) when (fault is HttpRequestException or ProblemException { Status: 421 or 429 or 503 })
            {
                // Control is out of reach or busy: the next look tries again, and a start that finds no token tells its user.
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => gate.Dispose();

    internal async Task<Token> TakeAsync(Cell cell, CancellationToken cancellationToken)
    {
        if (gateway != cell.GatewayUrl || Count == 0)
        {
            Interlocked.Increment(ref drawsAtStart);
            await RefillAsync(cell, cancellationToken);
        }
        lock (tokens)
        {
            if (tokens.Count == 0)
            {
                throw ProblemException.Of("no_token", "No session token could be drawn.");
            }
            int index = RandomNumberGenerator.GetInt32(tokens.Count); // in random order, so that neighbours of a batch part
            Token token = tokens[index];
            tokens.RemoveAt(index);
            lastRedeemedAt = options.Clock.GetUtcNow();
            return token;
        }
    }

    /// <summary>Says whether the background may draw: few are left, and no session has just begun.</summary>
    internal bool IsRefillDue()
    {
        lock (tokens)
        {
            return tokens.Count <= options.PoolSize / 2 && options.Clock.GetUtcNow() - lastRedeemedAt >= options.QuietAfterRedemption;
        }
    }

    internal void Clear()
    {
        lock (tokens)
        {
            tokens.Clear();
            generation++;
        }
    }

    private async Task<IReadOnlyList<Token>> DrawAsync(Cell cell, int count, CancellationToken cancellationToken)
    {
        (TokenChallenge challenge, IssuerDirectory directory, IssuerDirectoryKey current) = await ReadKeysAsync(cell, cancellationToken);
        List<PendingToken> pending = [];
        for (int i = 0; i < count; i++)
        {
            pending.Add(BlindingClient.Prepare(challenge, current.Key));
        }
        IReadOnlyList<byte[]?> signatures = await RequestAsync(cell, directory, pending, cancellationToken);
        List<Token> drawn = [];
        for (int i = 0; i < count; i++)
        {
            if (signatures[i] is { } signature)
            {
                drawn.Add(
                    pending[i].TryFinish(signature, out Token? token)
                        ? token
                        : throw ProblemException.Of("issuer_keys_differ", "The issuer signed with another key than it publishes.")
                );
            }
        }
        return drawn;
    }

    private async Task<(TokenChallenge Challenge, IssuerDirectory Directory, IssuerDirectoryKey Current)> ReadKeysAsync(
        Cell cell,
        CancellationToken cancellationToken
    )
    {
        byte[] published = await identity.GetByteArrayAsync(new Uri(cell.ControlUrl, BlindRsaToken.DirectoryPath), cancellationToken);
        using HttpResponseMessage answer = await content.GetAsync(new Uri(cell.GatewayUrl, "/v1/token-challenge"), cancellationToken);
        await ProblemException.ThrowIfRefusedAsync(answer, cancellationToken);
        ChallengeTold told = await Answers.ReadAsync<ChallengeTold>(answer, cancellationToken);
        if (
            !IssuerDirectory.TryParse(published, out IssuerDirectory? directory)
            || !PaddedBase64Url.TryDecode(told.Directory, IssuerDirectory.MaxBytes, out byte[]? mirrored)
            || !IssuerDirectory.TryParse(mirrored, out IssuerDirectory? mirror)
            || !PaddedBase64Url.TryDecode(told.Challenge, TokenChallenge.MaxBytes, out byte[]? encoded)
            || !TokenChallenge.TryParse(encoded, out TokenChallenge? challenge)
            || !challenge.RedemptionContext.IsEmpty // one of its own would tie each token to the moment it was drawn
        )
        {
            throw ProblemException.Of("answer_invalid", "The issuer's keys or the challenge are malformed.");
        }
        return (challenge, directory, Choose(directory, mirror));
    }

    private IssuerDirectoryKey Choose(IssuerDirectory directory, IssuerDirectory mirror)
    {
        DateTimeOffset now = options.Clock.GetUtcNow();
        string? policyClass = options.PolicyClass ?? directory.Keys.FirstOrDefault(key => key.NotBefore <= now)?.PolicyClass;
        IssuerDirectoryKey current =
            (policyClass is null ? null : directory.Current(policyClass, now))
            ?? throw ProblemException.Of("no_issuing_key", "The issuer publishes no key that is in force.");
        // A key for one person alone would name that person: both planes must know the key that is used, and there are few.
        IssuerDirectoryKey? seen = mirror.Find(current.Key.Id.Span);
        return
            seen is not null
            && seen.PolicyClass == current.PolicyClass
            && seen.NotBefore == current.NotBefore
            && directory.Keys.Count(key => key.PolicyClass == policyClass) <= MaxKeysOfClass
            ? current
            : throw ProblemException.Of(
                "issuer_keys_differ",
                "The Gateway's mirror does not know the keys that the issuer publishes. No token was drawn."
            );
    }

    private async Task<IReadOnlyList<byte[]?>> RequestAsync(
        Cell cell,
        IssuerDirectory directory,
        List<PendingToken> pending,
        CancellationToken cancellationToken
    )
    {
        Uri issuer = new(new Uri(cell.ControlUrl, BlindRsaToken.DirectoryPath), directory.IssuerRequestUri);
        if (issuer.Authority != cell.ControlUrl.Authority || issuer.Scheme != Uri.UriSchemeHttps)
        {
            throw ProblemException.Of("answer_invalid", "The issuer sends token requests to another host.");
        }
        using HttpRequestMessage request = LetheClient.NewRequest(HttpMethod.Post, issuer);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await options.AccessToken(cancellationToken));
        request.Content = new ByteArrayContent(TokenBatch.EncodeRequest([.. pending.Select(token => token.Request)]));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(BlindRsaToken.BatchRequestMediaType);
        using HttpResponseMessage answer = await identity.SendAsync(request, cancellationToken);
        await ProblemException.ThrowIfRefusedAsync(answer, cancellationToken);
        byte[] body = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        return TokenBatch.TryParseResponse(body, pending.Count, out IReadOnlyList<byte[]?>? signatures)
            ? signatures
            : throw ProblemException.Of("answer_invalid", "The issuer's answer is malformed.");
    }

    private sealed record ChallengeTold(string Challenge, string Directory);
}
