using System.Diagnostics;

namespace Lethe.ClusterTests.Accounts;

/// <summary>
/// How long the same call takes for several kinds of caller. Each round measures every kind once, in a new order, so that whatever slows the
/// machine slows them alike; two kinds are compared by the quantiles of all rounds.
/// </summary>
internal sealed class Timings
{
    private const int Permutations = 20_000;
    private static readonly double[] Quantiles = [0.1, 0.25, 0.5, 0.75];
    private readonly Dictionary<string, List<double>> samples = new(StringComparer.Ordinal);
#pragma warning disable RS0030 // Orders and permutations are to be repeatable.
    private readonly Random lots = new(7);
#pragma warning restore RS0030

    /// <summary>Measures one kind after the other.</summary>
    /// <param name="rounds">How often; before them a fifth of that which counts for nothing.</param>
    /// <param name="calls">Per kind, what is made ready for a round and then measured.</param>
    public async Task MeasureAsync(int rounds, IReadOnlyDictionary<string, Func<Task<Func<Task>>>> calls)
    {
        string[] order = [.. calls.Keys];
        for (int round = -rounds / 5; round < rounds; round++)
        {
            lots.Shuffle(order);
            foreach (string kind in order)
            {
                Func<Task> call = await calls[kind]();
                long begun = Stopwatch.GetTimestamp();
                await call();
                double taken = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
                if (round >= 0)
                {
                    (samples.TryGetValue(kind, out List<double>? list) ? list : samples[kind] = []).Add(taken);
                }
            }
        }
    }

    /// <summary>Gets the median of a kind, in milliseconds.</summary>
    public double Median(string kind) => Quantile([.. samples[kind]], 0.5);

    /// <summary>Compares two kinds.</summary>
    /// <returns>
    /// By how many milliseconds they differ at the quantile where they differ most, and how likely that or more is when it means nothing: how
    /// often it comes about with the two of each round exchanged by lot.
    /// </returns>
    public Difference Compare(string one, string other)
    {
        double[] first = [.. samples[one]];
        double[] second = [.. samples[other]];
        double found = Apart(first, second);
        int asFar = 0;
        for (int permutation = 0; permutation < Permutations; permutation++)
        {
            for (int round = 0; round < first.Length; round++)
            {
                if (lots.Next(2) == 0)
                {
                    (first[round], second[round]) = (second[round], first[round]);
                }
            }
            asFar += Apart(first, second) >= found ? 1 : 0;
        }
        return new(one, other, found, (asFar + 1.0) / (Permutations + 1));
    }

    private static double Apart(double[] first, double[] second)
    {
        double[] one = [.. first.Order()];
        double[] other = [.. second.Order()];
        return Quantiles.Max(share => Math.Abs(Quantile(one, share) - Quantile(other, share)));
    }

    private static double Quantile(double[] values, double share)
    {
        Array.Sort(values);
        return values[(int)(share * values.Length)];
    }
}

/// <summary>How far two kinds are apart.</summary>
internal sealed record Difference(string One, string Other, double Milliseconds, double Probability)
{
    /// <summary>Says whether somebody with a clock could tell: it is no accident, and it is more than a cap.</summary>
    public bool CanBeTold(double capMilliseconds) => Probability < 0.0001 && Milliseconds > capMilliseconds;
}
