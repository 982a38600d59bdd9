namespace Lethe.ClusterTests.Unlinkability;

/// <summary>
/// Names an account for each session, in every way that we could think of, over everything that both planes know: instants, order,
/// the epochs of keys, sizes of draws, who was there on which day and at which hour. It knows the client's rules and uses them.
/// The issuer's private keys are no help: for every blind signature and every token there is exactly one blind that joins them, so each
/// pair is equally likely (RFC 9474 §8).
/// </summary>
internal sealed class Linker(Sightings seen, TimeSpan quiet, int seed)
{
    private const int Shuffles = 300;
    private readonly Holdings holdings = new(seen, quiet);
#pragma warning disable RS0030 // Guesses are to be repeatable.
    private readonly Random guesses = new(seed);
#pragma warning restore RS0030

    // The client has counted the others as linkable, and shows them.
    private readonly ContentSighting[] asked = [.. seen.Content.Where((_, at) => !seen.Counted[at])];
    private readonly Dictionary<ContentSighting, double[]> likely = new(ReferenceEqualityComparer.Instance);
    private readonly int[] truth = [.. seen.Truth.Where((_, at) => !seen.Counted[at])];

    /// <summary>Tells how exposed each session is: how sure somebody is of the right account who knows what <see cref="Holdings"/> knows.</summary>
    public IReadOnlyList<double> Exposures() => [.. asked.Select((session, at) => Likely(session, truth[at]))];

    /// <summary>Runs every attack.</summary>
    /// <returns>Per attack, how many of the sessions that the client has not counted it names rightly.</returns>
    public IReadOnlyDictionary<string, Hits> Run() =>
        Attacks()
            .ToDictionary(
                attack => attack.Key,
                attack => Judge([.. asked.Select(session => Name(session, attack.Value))]),
                StringComparer.Ordinal
            );

    private Dictionary<string, Func<ContentSighting, int, double>> Attacks()
    {
        Dictionary<string, Func<ContentSighting, int, double>> attacks = new(StringComparer.Ordinal)
        {
            ["drew with this key before"] = holdings.Holds,
            ["… and not within the quiet time after"] = (session, account) => Holds(session, account) * holdings.NotQuiet(session, account),
            ["… and is there that day"] = (session, account) => Holds(session, account) * holdings.Present(session, account),
            ["… by the hours it keeps"] = (session, account) => Holds(session, account) * Hours(session, account),
            ["… by the keys it can choose from"] = (session, account) => Holds(session, account) * holdings.Chooses(session, account),
            ["… as if it took its oldest first"] = (session, account) => Holds(session, account) * Rank(session, account, newest: false),
            ["… as if it took its newest first"] = (session, account) => Holds(session, account) * Rank(session, account, newest: true),
            ["… by how much it draws of the key"] = (session, account) => Holds(session, account) * Amount(session, account),
            ["… by how much it has drawn in all"] = (session, account) => Holds(session, account) * AmountInAll(session, account),
            ["… and had nothing before"] = (session, account) => Likely(session, account) * Rush(session, account),
            ["the rules together"] = Likely,
            ["the rules, the hours and the amounts together"] = (session, account) =>
                Likely(session, account) * Rush(session, account) * Hours(session, account) * AmountInAll(session, account),
        };
        foreach (double minutes in (double[])[0.1, 1, 5, 15, 60])
        {
            attacks[$"drew last, within {minutes} min before"] = (session, account) =>
                Near(session, account, TimeSpan.FromMinutes(minutes), -1);
            attacks[$"drew first, within {minutes} min after"] = (session, account) =>
                Near(session, account, TimeSpan.FromMinutes(minutes), 1);
            attacks[$"drew {minutes} min later than the quiet time"] = (session, account) =>
                Near(session with { At = session.At + quiet }, account, TimeSpan.FromMinutes(minutes), 1);
        }
        return attacks;
    }

    // Chance is what the same names hit when the accounts behind the sessions are shuffled. Sessions of one account go together, and
    // so do the names that an attack gives them: tosses of one coin each would be too strict a yardstick on one day and too lax on another.
    private Hits Judge(int[] named)
    {
        int[,] together = new int[seen.Accounts, seen.Accounts];
        for (int at = 0; at < named.Length; at++)
        {
            together[named[at], truth[at]]++;
        }
        int[] accounts = [.. Enumerable.Range(0, seen.Accounts)];
        int right = accounts.Sum(account => together[account, account]);
        double[] shuffled = new double[Shuffles];
        for (int shuffle = 0; shuffle < Shuffles; shuffle++)
        {
            guesses.Shuffle(accounts);
            shuffled[shuffle] = Enumerable.Range(0, seen.Accounts).Sum(account => together[accounts[account], account]);
        }
        double mean = shuffled.Average();
        double deviation = Math.Sqrt(shuffled.Average(hits => (hits - mean) * (hits - mean)));
        return new(right, named.Length, mean, deviation, named.Select((account, at) => Likely(asked[at], account)).Sum());
    }

    private double Likely(ContentSighting session, int account)
    {
        if (!likely.TryGetValue(session, out double[]? shares))
        {
            double[] weights = [.. Enumerable.Range(0, seen.Accounts).Select(one => holdings.Could(session, one))];
            double all = weights.Sum();
            Xunit.Assert.True(all > 0, "Somebody could have each token.");
            likely[session] = shares = [.. weights.Select(weight => weight / all)];
        }
        return shares[account];
    }

    // The heaviest account, at random among equals.
    private int Name(ContentSighting session, Func<ContentSighting, int, double> weigh)
    {
        double best = double.NegativeInfinity;
        List<int> named = [];
        for (int account = 0; account < seen.Accounts; account++)
        {
            double weight = weigh(session, account);
            if (weight > best)
            {
                best = weight;
                named.Clear();
            }
            if (weight >= best)
            {
                named.Add(account);
            }
        }
        return named[guesses.Next(named.Count)];
    }

    private double Holds(ContentSighting session, int account) => holdings.Holds(session, account);

    private double Hours(ContentSighting session, int account) =>
        0.02
        + holdings
            .DrawsOf(account)
            .Select(draw =>
            {
                double hours = (session.At.TimeOfDay - draw.At.TimeOfDay).TotalHours;
                return Math.Exp(-hours * hours / 2);
            })
            .DefaultIfEmpty()
            .Average();

    // Who opens Word with nothing left draws within minutes, and half of them ask within minutes of that.
    private double Rush(ContentSighting session, int account)
    {
        DateTimeOffset first = holdings
            .DrawsOf(account)
            .Where(draw => draw.NotBefore == session.NotBefore && draw.At < session.At)
            .Select(draw => draw.At)
            .DefaultIfEmpty(session.At.AddDays(-4))
            .Min();
        bool running = session.NotBefore.AddDays(1) > session.At;
        return running && !holdings.Ended(session, account).Any() ? 1 + (2 * Math.Exp(-(session.At - first).TotalMinutes / 10)) : 1;
    }

    private double Rank(ContentSighting session, int account, bool newest)
    {
        int better = holdings.Ended(session, account).Count(key => newest ? key > session.NotBefore : key < session.NotBefore);
        return 1.0 / (1 + better);
    }

    private double Amount(ContentSighting session, int account) =>
        holdings.DrawsOf(account).Where(draw => draw.At < session.At && draw.NotBefore == session.NotBefore).Sum(draw => draw.Tokens);

    private double AmountInAll(ContentSighting session, int account) =>
        holdings.Holds(session, account) + holdings.DrawsOf(account).Sum(draw => draw.Tokens);

    private double Near(ContentSighting session, int account, TimeSpan within, int direction)
    {
        double nearest = double.PositiveInfinity;
        foreach (IdentitySighting draw in holdings.DrawsOf(account))
        {
            double distance = (draw.At - session.At).TotalSeconds * direction;
            if (distance >= 0 && distance <= within.TotalSeconds)
            {
                nearest = Math.Min(nearest, distance);
            }
        }
        return double.IsFinite(nearest) ? 2 + (1 / (1 + nearest)) : holdings.Holds(session, account);
    }
}
