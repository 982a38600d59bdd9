namespace Lethe.ClusterTests.Unlinkability;

/// <summary>What an attack has found, beside two guesses.</summary>
/// <param name="Right">How many sessions it named rightly.</param>
/// <param name="Of">Of how many.</param>
/// <param name="Chance">How many the same names hit with the accounts shuffled: a guess by somebody who knows nothing.</param>
/// <param name="Deviation">The standard deviation of that.</param>
/// <param name="Expected">How many the same names hit by a guess among those who could have the token: <see cref="Holdings.Could"/>.</param>
internal sealed record Hits(int Right, int Of, double Chance, double Deviation, double Expected)
{
    // The rules themselves give away up to one and a half deviations of a fortnight (most on the Tuesday, when pools are empty and a question
    // follows a draw by minutes). That leaves three and a half to chance, which one attack passes once in 4,300 times, and some of 27,
    // which are much alike, once in a few hundred runs.
    private const double Deviations = 5;

    /// <summary>Gets what chance does not pass.</summary>
    public double ChanceBound => Chance + (Deviations * Deviation);

    /// <summary>
    /// Gets what a guess among those who could have the token does not pass. Hits come in clumps, whose number is Poisson's: the variance is
    /// to the mean as it is with the accounts shuffled.
    /// </summary>
    public double ExpectedBound => Expected + (Deviations * Deviation * Math.Sqrt(Math.Max(1, Expected / Chance)));

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Share(Right)} of {Of}; by chance {Share(Chance)} ± {Share(Deviation)}; who could have it {Share(Expected)}";

    private string Share(double hits) => (hits / Of).ToString("P2", System.Globalization.CultureInfo.InvariantCulture);
}
