using System.Net;
using System.Security.Cryptography;
using Lethe.PrivacyPass;

namespace Lethe.Client;

/// <summary>
/// Blind-signed session tokens, drawn ahead. What the mathematics hides, the clock and the numbers would give away, so:
/// one draw of always the same size in each epoch in which Word is open, whether tokens are needed or not, at a random time of the middle of the day
/// and never near a redemption; tokens of the running epoch are spent only when there are no others; a session's start touches the identity plane only
/// when no token is left, and that is counted.
/// </summary>
public sealed class TokenPool : IDisposable
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Claim = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LongestDifference = TimeSpan.FromMinutes(10);

    private readonly LetheClientOptions options;
    private readonly TokenDraw draw;
    private readonly DrawSchedule schedule;
    private readonly ITokenStore store;
    private readonly SemaphoreSlim gate = new(1);

    internal TokenPool(LetheClientOptions options, HttpClient identity, HttpClient mirror)
    {
        if (options.PoolSize is < 1 or > 100)
        {
            throw new ArgumentOutOfRangeException(nameof(options), "PoolSize is 1 to 100.");
        }
        (this.options, draw, store) = (options, new TokenDraw(options, identity, mirror), options.TokenStore);
        schedule = new DrawSchedule(options, DrawSchedule.Uniform);
    }

    private DateTimeOffset Now => options.Clock.GetUtcNow();

    /// <summary>
    /// Reads the pool: how many tokens can be redeemed now, the class that the issuer gives them, and two counts that are to be shown to the user,
    /// because each is a hint that links a session to an account: <see cref="PoolState.DrawsAtStart"/> and <see cref="PoolState.FirstDayStarts"/>.
    /// </summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The state; its tokens are those that have not expired.</returns>
    public async Task<PoolState> ReadAsync(CancellationToken cancellationToken) => (await store.ReadAsync(cancellationToken)).Without(Now);

    /// <summary>Draws once, unless the pool is full. To be called right after sign-in; from then on <see cref="KeepFilledAsync"/> draws.</summary>
    /// <param name="cell">The tenant's cell.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>How many tokens were drawn.</returns>
    /// <exception cref="ProblemException">Refused, or the Gateway's mirror of the keys differs from the issuer's directory.</exception>
    public async Task<int> RefillAsync(Cell cell, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cell);
        await gate.WaitAsync(cancellationToken);
        try
        {
            PoolState before = await store.UpdateAsync(
                state => (state.Cell == cell ? state : state.Cleared() with { Cell = cell }).Without(Now),
                cancellationToken
            );
            int count = schedule.DrawSize(before);
            if (count <= 0)
            {
                return 0;
            }
            DrawnTokens drawn = await draw.DrawAsync(cell, count, before.PolicyClass, cancellationToken);
            PoolState after = await store.UpdateAsync(
                state =>
                    state.Generation != before.Generation // the tenant moved while they were drawn
                        ? state
                        : state with
                        {
                            Tokens = state.Tokens.AddRange(drawn.Tokens),
                            PolicyClass = drawn.PolicyClass,
                            NextDrawAt = drawn.EpochEndsAt,
                            EpochLength = drawn.EpochLength,
                            FirstDayEndsAt = state.FirstDayEndsAt < drawn.EpochEndsAt ? state.FirstDayEndsAt : drawn.EpochEndsAt,
                        },
                CancellationToken.None // they are drawn: keep them
            );
            return after.Generation == before.Generation ? drawn.Tokens.Length : 0;
        }
        catch (ProblemException problem) when (problem.Status == (int)HttpStatusCode.MisdirectedRequest)
        {
            await ClearAsync();
            throw;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Keeps the pool filled while Word is open, until it is stopped. Each of a user's windows may run it.</summary>
    /// <param name="client">Whose cell is asked for.</param>
    /// <param name="cancellationToken">Stops it: Word is closed.</param>
    /// <returns>Never, but by cancellation.</returns>
    /// <exception cref="ProblemException">
    /// Refused for good; or <c>issuer_keys_differ</c>, when the two planes have not agreed about the issuing keys for ten minutes.
    /// </exception>
    public async Task KeepFilledAsync(LetheClient client, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        DateTimeOffset? differSince = null;
        (DateTimeOffset NextDrawAt, bool IsDue, bool AreFew, bool IsEmpty) planned = default;
        DateTimeOffset? drawAt = null;
        while (true)
        {
            PoolState state = await ReadAsync(cancellationToken);
            var now = (state.NextDrawAt, Now >= state.NextDrawAt, schedule.AreFew(state), state.Tokens.IsEmpty);
            if (drawAt is null || planned != now)
            {
                planned = now;
                drawAt = differSince is null ? schedule.Plan(state) : Now + schedule.Exponential(options.RefillPauseWhenEmpty);
            }
            DateTimeOffset lookAt = Now + schedule.Exponential(options.RefillPause);
            TimeSpan pause = (drawAt < lookAt ? drawAt.Value : lookAt) - Now;
            await Task.Delay(pause < ShortestPause ? ShortestPause : pause, options.Clock, cancellationToken);
            try
            {
                if (Now >= drawAt)
                {
                    drawAt = null;
                    if (await DrawIfDueAsync(client, cancellationToken))
                    {
                        differSince = null;
                    }
                }
                else
                {
                    await DropClosedAsync(cancellationToken);
                }
            }
            catch (Exception fault) when (fault is HttpRequestException or ProblemException { Status: 421 or 429 or 503 })
            {
                // Control or the Gateway is out of reach or busy: the next look tries again, and a start that finds no token tells its user.
            }
            catch (ProblemException problem) when (problem.Code == "issuer_keys_differ" && Now - (differSince ??= Now) < LongestDifference)
            {
                // Nothing was drawn. Unless it lasts, the mirror was one fetch behind.
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => gate.Dispose();

    internal async Task<Token> TakeAsync(Cell cell, CancellationToken cancellationToken)
    {
        if (await TryTakeAsync(cell, cancellationToken) is { } waiting)
        {
            return waiting;
        }
        await store.UpdateAsync(state => state with { DrawsAtStart = state.DrawsAtStart + 1 }, cancellationToken);
        await RefillAsync(cell, cancellationToken);
        return await TryTakeAsync(cell, cancellationToken) ?? throw ProblemException.Of("no_token", "No session token could be drawn.");
    }

    /// <summary>Says whether the background may draw: it has not in this epoch or few are left, and no session has just begun.</summary>
    internal async Task<bool> IsRefillDueAsync(CancellationToken cancellationToken) => schedule.IsDue(await ReadAsync(cancellationToken));

    /// <summary>Drops the tokens of a key that no Gateway takes any more.</summary>
    internal Task DropAsync(ReadOnlyMemory<byte> keyId) =>
        store.UpdateAsync(
            state => state with { Tokens = state.Tokens.RemoveAll(entry => entry.Token.KeyId.Span.SequenceEqual(keyId.Span)) },
            CancellationToken.None
        );

    internal Task ClearAsync() => store.UpdateAsync(state => state.Cleared(), CancellationToken.None);

    private async Task<bool> DrawIfDueAsync(LetheClient client, CancellationToken cancellationToken)
    {
        bool mine = false;
        await store.UpdateAsync(
            state =>
            {
                mine = schedule.IsDue(state.Without(Now));
                return mine ? state with { ClaimedUntil = Now + Claim } : state;
            },
            cancellationToken
        );
        if (!mine)
        {
            return false;
        }
        try
        {
            await RefillAsync(await client.DiscoverAsync(cancellationToken), cancellationToken);
            return true;
        }
        finally
        {
            await store.UpdateAsync(state => state with { ClaimedUntil = default }, CancellationToken.None);
        }
    }

    // An operator may have closed an epoch: better found out here than by the next session's start, which would have to wait for a draw.
    private async Task DropClosedAsync(CancellationToken cancellationToken)
    {
        if (await store.ReadAsync(cancellationToken) is not { Cell: { } cell, Tokens.IsEmpty: false })
        {
            return;
        }
        ContentKeys keys = await draw.ReadMirrorAsync(cell, cancellationToken);
        await store.UpdateAsync(
            state => state with { Tokens = state.Tokens.RemoveAll(entry => keys.Directory.Find(entry.Token.KeyId.Span) is null) },
            cancellationToken
        );
    }

    private async Task<Token?> TryTakeAsync(Cell cell, CancellationToken cancellationToken)
    {
        Token? token = null;
        await store.UpdateAsync(
            state => state.Cell == cell ? state.Take(Now, RandomNumberGenerator.GetInt32, out token) : state,
            cancellationToken
        );
        return token;
    }
}
