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
    private static readonly TimeSpan Epoch = TimeSpan.FromDays(1);
    private readonly IdentitySighting[][] byAccount =
    [
        .. Enumerable.Range(0, seen.Accounts).Select(account => seen.Identity.Where(draw => draw.Account == account).ToArray()),
    ];
#pragma warning disable RS0030 // Guesses are to be repeatable.
    private readonly Random guesses = new(seed);
#pragma warning restore RS0030

    /// <summary>Runs every attack.</summary>
    /// <returns>Per attack, how many of the sessions that the client has not counted it names rightly.</returns>
    public IReadOnlyDictionary<string, Hits> Run(Func<ContentSighting, bool>? among = null)
    {
        Dictionary<string, Func<ContentSighting, int, double>> attacks = new(StringComparer.Ordinal)
        {
            ["drew with this key before"] = Holds,
            ["… and not within the quiet time around"] = (session, account) => Holds(session, account) * NotQuiet(session, account),
            ["… and is there that day"] = (session, account) => Holds(session, account) * Present(session, account),
            ["… by the hours it keeps"] = (session, account) => Holds(session, account) * Hours(session, account),
            ["… by the keys it can choose from"] = (session, account) => Holds(session, account) * Choice(session, account),
            ["… by how much it draws"] = (session, account) => Holds(session, account) * Amount(session, account),
            ["all of these"] = (session, account) =>
                Holds(session, account)
                * NotQuiet(session, account)
                * Present(session, account)
                * Hours(session, account)
                * Choice(session, account)
                * Amount(session, account),
        };
        foreach (double minutes in (double[])[0.1, 1, 5, 15, 60])
        {
            attacks[$"drew last, within {minutes} min before"] = (session, account) =>
                Near(session, account, TimeSpan.FromMinutes(minutes), -1);
            attacks[$"drew first, within {minutes} min after"] = (session, account) =>
                Near(session, account, TimeSpan.FromMinutes(minutes), 1);
        }
        int[] asked =
        [
            .. Enumerable.Range(0, seen.Content.Count).Where(at => !seen.Counted[at] && among?.Invoke(seen.Content[at]) != false),
        ];
        return attacks.ToDictionary(
            attack => attack.Key,
            attack => Judge(asked, [.. asked.Select(at => Name(seen.Content[at], attack.Value))]),
            StringComparer.Ordinal
        );
    }

    // Chance is what the same names hit when the accounts behind the sessions are shuffled. Sessions of one account go together, and
    // so do the names that an attack gives them: tosses of one coin each would be too strict a yardstick on one day and too lax on another.
    private Hits Judge(int[] asked, int[] named)
    {
        int[] accounts = [.. Enumerable.Range(0, seen.Accounts)];
        double[] shuffled = new double[Shuffles];
        for (int shuffle = 0; shuffle < Shuffles; shuffle++)
        {
            guesses.Shuffle(accounts);
            shuffled[shuffle] = asked.Where((at, index) => named[index] == accounts[seen.Truth[at]]).Count();
        }
        double mean = shuffled.Average();
        double deviation = Math.Sqrt(shuffled.Average(hits => (hits - mean) * (hits - mean)));
        return new(asked.Where((at, index) => named[index] == seen.Truth[at]).Count(), asked.Length, mean, deviation);
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

    private double Holds(ContentSighting session, int account) =>
        byAccount[account].Any(draw => draw.At < session.At && draw.NotBefore == session.NotBefore) ? 1 : 0;

    // A client does not draw for some minutes after a redemption.
    private double NotQuiet(ContentSighting session, int account) =>
        byAccount[account].Any(draw => draw.At > session.At && draw.At < session.At + quiet) ? 0 : 1;

    private double Present(ContentSighting session, int account) =>
        byAccount[account].Any(draw => draw.At.Date == session.At.Date) ? 1 : 0.05;

    private double Hours(ContentSighting session, int account) =>
        0.02
        + byAccount[account]
            .Select(draw =>
            {
                double hours = (session.At.TimeOfDay - draw.At.TimeOfDay).TotalHours;
                return Math.Exp(-hours * hours / 2);
            })
            .DefaultIfEmpty()
            .Average();

    // Clients choose at random among the ended epochs they hold tokens of: who was away holds fewer, and chooses each more often.
    private double Choice(ContentSighting session, int account)
    {
        DateTimeOffset[] held =
        [
            .. byAccount[account]
                .Where(draw => draw.At < session.At && draw.NotBefore + (4 * Epoch) > session.At)
                .Select(draw => draw.NotBefore)
                .Distinct(),
        ];
        DateTimeOffset[] ended = [.. held.Where(notBefore => notBefore + Epoch <= session.At)];
        bool fresh = session.NotBefore + Epoch > session.At;
        return fresh ? (ended.Length == 0 ? 1 : 0.02) : (ended.Contains(session.NotBefore) ? 1.0 / ended.Length : 0);
    }

    private double Amount(ContentSighting session, int account) =>
        byAccount[account].Where(draw => draw.At < session.At && draw.NotBefore == session.NotBefore).Sum(draw => draw.Tokens);

    private double Near(ContentSighting session, int account, TimeSpan within, int direction)
    {
        double nearest = double.PositiveInfinity;
        foreach (IdentitySighting draw in byAccount[account])
        {
            double distance = (draw.At - session.At).TotalSeconds * direction;
            if (distance >= 0 && distance <= within.TotalSeconds)
            {
                nearest = Math.Min(nearest, distance);
            }
        }
        return double.IsFinite(nearest) ? 2 + (1 / (1 + nearest)) : Holds(session, account);
    }
}

/// <summary>What an attack has found.</summary>
/// <param name="Right">How many sessions it named rightly.</param>
/// <param name="Of">Of how many.</param>
/// <param name="Chance">How many the same names hit by chance, on average.</param>
/// <param name="Deviation">The standard deviation of that.</param>
internal sealed record Hits(int Right, int Of, double Chance, double Deviation);
