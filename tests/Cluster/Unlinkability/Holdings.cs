namespace Lethe.ClusterTests.Unlinkability;

/// <summary>
/// Who could have the token of a session, and how likely each is, by what the clients' published rules give away and nothing else: who drew
/// with its key before, who was at work that day, who did not draw within the quiet time after it, and how many keys each could
/// choose from. What an attack hits beyond this it has found out by a leak that nobody has written down.
/// </summary>
internal sealed class Holdings
{
    private const double Absent = 0.02; // who is at work draws, but for the few whom the quiet time puts off until Word is closed
    private const double Never = 1e-4; // what the rules exclude: two windows may race
    private static readonly TimeSpan Epoch = TimeSpan.FromDays(1);
    private readonly IdentitySighting[][] byAccount;
    private readonly Dictionary<DateTimeOffset, DateTimeOffset>[] drawnAt;
    private readonly HashSet<DateTime>[] days;
    private readonly TimeSpan quiet;

    public Holdings(Sightings seen, TimeSpan quiet)
    {
        this.quiet = quiet;
        byAccount =
        [
            .. Enumerable.Range(0, seen.Accounts).Select(account => seen.Identity.Where(draw => draw.Account == account).ToArray()),
        ];
        drawnAt =
        [
            .. byAccount.Select(draws =>
                draws.GroupBy(draw => draw.NotBefore).ToDictionary(key => key.Key, key => key.Min(draw => draw.At))
            ),
        ];
        days = [.. byAccount.Select(draws => draws.Select(draw => draw.At.Date).ToHashSet())];
    }

    public IReadOnlyList<IdentitySighting> DrawsOf(int account) => byAccount[account];

    /// <summary>All of the published rules together; not normalised.</summary>
    public double Could(ContentSighting session, int account) =>
        Holds(session, account) * Present(session, account) * NotQuiet(session, account) * Chooses(session, account);

    public double Holds(ContentSighting session, int account) =>
        drawnAt[account].TryGetValue(session.NotBefore, out DateTimeOffset at) && at <= session.At ? 1 : 0;

    public double Present(ContentSighting session, int account) => days[account].Contains(session.At.Date) ? 1 : Absent;

    public double NotQuiet(ContentSighting session, int account) =>
        Array.Exists(byAccount[account], draw => draw.At > session.At && draw.At < session.At + quiet) ? Never : 1;

    /// <summary>An ended epoch at random, each as likely; the running one only when there is no other.</summary>
    public double Chooses(ContentSighting session, int account)
    {
        int ended = 0;
        bool among = false;
        foreach (DateTimeOffset notBefore in Ended(session, account))
        {
            ended++;
            among |= notBefore == session.NotBefore;
        }
        return session.NotBefore + Epoch > session.At ? (ended == 0 ? 1 : Never) : (among ? 1.0 / ended : Never);
    }

    /// <summary>The ended epochs of which an account has tokens, if it has not used them up.</summary>
    public IEnumerable<DateTimeOffset> Ended(ContentSighting session, int account) =>
        drawnAt[account]
            .Where(key => key.Value <= session.At && key.Key + Epoch <= session.At && key.Key + (4 * Epoch) > session.At)
            .Select(key => key.Key);
}
