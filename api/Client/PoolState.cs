using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Lethe.PrivacyPass;

namespace Lethe.Client;

/// <summary>A session token that waits.</summary>
/// <param name="Token">The token.</param>
/// <param name="FreshUntil">When its epoch ends. Until then few accounts have drawn with its key, and those are known to the issuer.</param>
/// <param name="ExpiresAt">Until when it can be redeemed.</param>
public sealed record PooledToken(Token Token, DateTimeOffset FreshUntil, DateTimeOffset ExpiresAt);

/// <summary>All that a client keeps between two runs of Word. The tokens are bearer secrets: store it as such.</summary>
public sealed record PoolState
{
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1); // a token is not sent when it may expire on the way

    /// <summary>Gets the tenant's cell; null until it was asked for.</summary>
    public Cell? Cell { get; init; }

    /// <summary>Gets the tokens that wait.</summary>
    [JsonIgnore]
    public ImmutableArray<PooledToken> Tokens { get; init; } = [];

    /// <summary>Gets the class that the issuer says the tenant's tokens are of; null when it has not said.</summary>
    public string? PolicyClass { get; init; }

    /// <summary>Gets when the next draw is due: the end of the epoch of the last one.</summary>
    public DateTimeOffset NextDrawAt { get; init; }

    /// <summary>Gets how long an epoch is.</summary>
    public TimeSpan EpochLength { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Gets until when another window is drawing.</summary>
    public DateTimeOffset ClaimedUntil { get; init; }

    /// <summary>Gets when a token was redeemed last.</summary>
    public DateTimeOffset LastRedeemedAt { get; init; }

    /// <summary>Gets when the epoch of the very first draw ends.</summary>
    public DateTimeOffset FirstDayEndsAt { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>Gets how often a session's start had to wait for a draw.</summary>
    public int DrawsAtStart { get; init; }

    /// <summary>Gets how many sessions were opened in the epoch of the very first draw.</summary>
    public int FirstDayStarts { get; init; }

    /// <summary>Gets a number that changes whenever the tokens are dropped.</summary>
    public int Generation { get; init; }

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <param name="json">UTF-8.</param>
    /// <returns>The state; an empty one when these bytes are none.</returns>
    public static PoolState Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize<Stored>(json, Answers.Json) is { } stored
                ? stored.State with
                {
                    Tokens =
                    [
                        .. stored.Tokens.Select(token =>
                            Token.TryParse(token.Bytes, out Token? read)
                                ? new PooledToken(read, token.FreshUntil, token.ExpiresAt)
                                : throw new JsonException()
                        ),
                    ],
                }
                : new();
        }
        catch (JsonException)
        {
            return new(); // as after an installation: the next draw fills it
        }
    }

    /// <summary>Writes everything, the tokens included.</summary>
    /// <returns>UTF-8.</returns>
    public byte[] ToJson() =>
        JsonSerializer.SerializeToUtf8Bytes(
            new Stored(this, [.. Tokens.Select(token => new StoredToken(token.Token.Bytes.ToArray(), token.FreshUntil, token.ExpiresAt))]),
            Answers.Json
        );

    /// <inheritdoc/>
    public override string ToString() => nameof(PoolState);

    internal PoolState Without(DateTimeOffset now) => this with { Tokens = Tokens.RemoveAll(token => token.ExpiresAt - Margin <= now) };

    internal PoolState Cleared() =>
        this with
        {
            Cell = null,
            Tokens = [],
            PolicyClass = null,
            NextDrawAt = default,
            Generation = Generation + 1,
        };

    /// <summary>
    /// Takes a token: first an epoch at random among the ended ones, then a token of it at random. A token of an ended epoch says no more
    /// than "someone who drew that day", one of the running epoch "someone who has drawn by now": those only when there are no others.
    /// An order by age would tell those who were away one day from the rest; a random one blurs it.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="below">Draws a lot: 0 up to one less than the number it is given, all equally likely.</param>
    /// <param name="token">The token; null when there is none.</param>
    /// <returns>The state without it.</returns>
    internal PoolState Take(DateTimeOffset now, Func<int, int> below, out Token? token)
    {
        PoolState usable = Without(now);
        token = null;
        if (usable.Tokens.IsEmpty)
        {
            return usable;
        }
        PooledToken[] ended = [.. usable.Tokens.Where(entry => entry.FreshUntil <= now)];
        IGrouping<DateTimeOffset, PooledToken>[] epochs =
        [
            .. (ended.Length > 0 ? ended : usable.Tokens.AsEnumerable()).GroupBy(entry => entry.FreshUntil),
        ];
        PooledToken[] same = [.. epochs[below(epochs.Length)]];
        PooledToken taken = same[below(same.Length)];
        token = taken.Token;
        return usable with
        {
            Tokens = usable.Tokens.Remove(taken),
            LastRedeemedAt = now,
            FirstDayStarts = usable.FirstDayStarts + (now < usable.FirstDayEndsAt ? 1 : 0),
        };
    }

    private sealed record Stored(PoolState State, IReadOnlyList<StoredToken> Tokens);

    private sealed record StoredToken(byte[] Bytes, DateTimeOffset FreshUntil, DateTimeOffset ExpiresAt);
}
