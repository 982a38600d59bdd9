using System.Security.Cryptography;

namespace Lethe.Client;

/// <summary>When the background draws, and how much. Of the lot it is given only, so that both clients can be held to one table of vectors.</summary>
/// <param name="options">The pauses and the clock.</param>
/// <param name="uniform">Draws a lot: above 0, up to 1, all equally likely.</param>
internal sealed class DrawSchedule(LetheClientOptions options, Func<double> uniform)
{
    private const int MostDraws = 4; // as many epochs as tokens live for
    private const double FirstDraw = 8.0 / 24; // 08:00 to 14:00 UTC, for everybody: when all of a European firm have Word open
    private const double LastDraw = 14.0 / 24;

    private DateTimeOffset Now => options.Clock.GetUtcNow();

    /// <summary>Draws a lot from the system's generator.</summary>
    /// <returns>Above 0, up to 1.</returns>
    public static double Uniform() => (RandomNumberGenerator.GetInt32(int.MaxValue) + 1.0) / int.MaxValue;

    /// <summary>Says how many tokens the next draw is for: always the same, but for a pool that has no room for them.</summary>
    /// <param name="state">Without expired tokens.</param>
    /// <returns>0 or less for none.</returns>
    public int DrawSize(PoolState state) => Math.Min(options.PoolSize, (MostDraws * options.PoolSize) - state.Tokens.Length);

    /// <summary>Says whether so few tokens are left that one draw in this epoch is not enough.</summary>
    /// <param name="state">Without expired tokens.</param>
    /// <returns>Whether fewer than a quarter of a draw are left.</returns>
    public bool AreFew(PoolState state) => state.Tokens.Length < Math.Max(1, options.PoolSize / 4);

    /// <summary>Says whether the background may draw: it has not in this epoch or few are left, no session has just begun, nobody else draws.</summary>
    /// <param name="state">Without expired tokens.</param>
    /// <returns>Whether it may.</returns>
    public bool IsDue(PoolState state) =>
        Now - state.LastRedeemedAt >= options.QuietAfterRedemption
        && Now >= state.ClaimedUntil
        && (Now >= state.NextDrawAt || AreFew(state));

    /// <summary>
    /// Plans a draw. Uniform over the middle of the day, whenever Word was opened: the instant of a draw tells nothing of the hours that
    /// somebody keeps. Who opens Word later, or has run out, draws after a pause without memory.
    /// </summary>
    /// <param name="state">Without expired tokens.</param>
    /// <returns>When; the end of time while none is wanted.</returns>
    public DateTimeOffset Plan(PoolState state)
    {
        if (state.Tokens.IsEmpty)
        {
            return Now + Exponential(options.RefillPauseWhenEmpty);
        }
        if (Now < state.NextDrawAt)
        {
            return AreFew(state) ? Now + Exponential(options.RefillPause) : DateTimeOffset.MaxValue;
        }
        DateTimeOffset epoch = state.NextDrawAt + (state.EpochLength * Math.Floor((Now - state.NextDrawAt) / state.EpochLength));
        DateTimeOffset begins = epoch + (state.EpochLength * FirstDraw);
        DateTimeOffset ends = epoch + (state.EpochLength * LastDraw);
        DateTimeOffset quiet = state.LastRedeemedAt + options.QuietAfterRedemption;
        DateTimeOffset from = quiet > Now ? quiet : Now;
        from = begins > from ? begins : from;
        return from < ends ? from + ((ends - from) * uniform()) : from + Exponential(options.RefillPause / 2);
    }

    /// <summary>Makes a pause that has no memory: seeing one draw says nothing about the next.</summary>
    /// <param name="mean">Its mean.</param>
    /// <returns>The pause.</returns>
    public TimeSpan Exponential(TimeSpan mean) => mean * -Math.Log(uniform());
}
