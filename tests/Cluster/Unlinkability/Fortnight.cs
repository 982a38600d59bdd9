using Lethe.Client;
using Lethe.ClusterTests.Cells;
using Lethe.PrivacyPass;

namespace Lethe.ClusterTests.Unlinkability;

/// <summary>How a firm works.</summary>
/// <param name="Lawyers">How many accounts.</param>
/// <param name="WorkingDays">Days with Word open, counted from the first Monday; the second Monday is a holiday, weekends are free.</param>
/// <param name="SessionsADay">Mean; each account's own mean is between two thirds and four thirds of it.</param>
/// <param name="DrawsAhead">Whether the clients keep their pools filled, as shipped; else they fetch one token at each session's start.</param>
/// <param name="AwayShare">Which share of days each account is away.</param>
/// <param name="Newcomers">How many sign in for the first time in the middle of a working day, and use it at once.</param>
internal sealed record Firm(int Lawyers, int WorkingDays, double SessionsADay, bool DrawsAhead, double AwayShare = 0, int Newcomers = 0);

/// <summary>Two weeks of a firm, with the shipped client against both planes.</summary>
internal sealed class Fortnight(Firm firm, int seed)
{
    private static readonly DateTimeOffset Friday = new(2026, 6, 5, 12, 0, 0, TimeSpan.Zero);
#pragma warning disable RS0030 // How people work is to be repeatable; what the clients draw by lot is not.
    private readonly Random life = new(seed);
#pragma warning restore RS0030
    private readonly List<IdentitySighting> identity = [];
    private readonly List<ContentSighting> content = [];
    private readonly List<int> truth = [];
    private readonly List<bool> counted = [];
    private readonly SimulatedTime time = new(Friday);
    private readonly List<Lawyer> lawyers = [];

    public IReadOnlyList<Lawyer> Lawyers => lawyers;

    public async Task<Sightings> RunAsync(BothPlanes planes)
    {
        string[] subjects = [.. Enumerable.Range(0, firm.Lawyers).Select(number => $"lawyer-{number}")];
        TestTenant tenant = await planes.NewTenantAsync(subjects);
        for (int number = 0; number < firm.Lawyers; number++)
        {
            lawyers.Add(new(number, tenant, subjects[number], planes, time, firm.DrawsAhead ? null : 1) { Sent = See });
        }
        foreach (Lawyer lawyer in lawyers)
        {
            Plan(lawyer);
        }
        DateTimeOffset end = Friday.AddDays(14.5);
        await time.RunAsync(end, now => planes.Cell.Silo.Clock.SetUtcNow(now));
        return new(firm.Lawyers, identity, content, truth, counted);
    }

    private static bool IsFree(DateTimeOffset day) =>
        day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday || day.Date == new DateTime(2026, 6, 15, 0, 0, 0, DateTimeKind.Utc);

    private void Plan(Lawyer lawyer)
    {
        bool newcomer = lawyer.Number >= firm.Lawyers - firm.Newcomers;
        if (firm.DrawsAhead && !newcomer)
        {
            time.At(Friday.AddHours(5 * life.NextDouble()), lawyer.SignInAsync); // rolled out the working day before
        }
        double rate = firm.SessionsADay * (2 + (2 * life.NextDouble())) / 3;
        TimeSpan begins = TimeSpan.FromHours(6.25 + (1.5 * life.NextDouble())); // 8:15 to 9:45 where the firm is
        int day = 0;
        for (DateTimeOffset date = Friday.AddHours(-12).AddDays(3); day < firm.WorkingDays; date = date.AddDays(1))
        {
            if (IsFree(date))
            {
                continue;
            }
            day++;
            if (newcomer && day < 3)
            {
                continue;
            }
            if (newcomer && day == 3)
            {
                time.At(date + begins, lawyer.SignInAsync);
            }
            if (life.NextDouble() >= firm.AwayShare)
            {
                PlanDay(lawyer, date + begins + TimeSpan.FromMinutes(30 * life.NextDouble()), rate);
            }
        }
    }

    private void PlanDay(Lawyer lawyer, DateTimeOffset opens, double rate)
    {
        TimeSpan length = TimeSpan.FromHours(8 + (2 * life.NextDouble()));
        time.At(opens, () => lawyer.OpenWordAsync(firm.DrawsAhead));
        time.At(opens + length, lawyer.CloseWordAsync);
        if (life.NextDouble() < 0.25) // a second window for an hour or two
        {
            DateTimeOffset second = opens + (length * (0.1 + (0.6 * life.NextDouble())));
            time.At(second, () => lawyer.OpenWordAsync(firm.DrawsAhead));
            time.At(second.AddMinutes(30 + (60 * life.NextDouble())), lawyer.CloseWordAsync);
        }
        // Half of the days begin with a question in the first minutes; the others come when they come.
        if (life.NextDouble() < 0.5)
        {
            time.At(opens + Exponential(TimeSpan.FromMinutes(10)), () => AskAsync(lawyer));
        }
        for (TimeSpan at = Exponential(length / rate); at < length; at += Exponential(length / rate))
        {
            time.At(opens + at, () => AskAsync(lawyer));
        }
    }

    private TimeSpan Exponential(TimeSpan mean) => mean * -Math.Log(1 - life.NextDouble());

    private async Task AskAsync(Lawyer lawyer)
    {
        int before = content.Count;
        PoolState then = lawyer.Pool;
        if (!await lawyer.AskAsync())
        {
            return;
        }
        if (content.Count != before + 1)
        {
            throw new InvalidOperationException("A session took more than one token.");
        }
        truth.Add(lawyer.Number);
        counted.Add(lawyer.Pool.DrawsAtStart > then.DrawsAtStart || lawyer.Pool.FirstDayStarts > then.FirstDayStarts);
    }

    private void See(Lawyer lawyer, HttpRequestMessage request)
    {
        switch (request.RequestUri!.AbsolutePath)
        {
            case "/token-request":
                int tokens = (int)(request.Content!.Headers.ContentLength!.Value / BlindRsaToken.RequestBytes);
                identity.Add(new(time.Now, lawyer.Number, tokens, new DateTimeOffset(time.Now.UtcDateTime.Date, TimeSpan.Zero)));
                break;
            case "/v1/sessions":
                string header = request.Headers.GetValues("Authorization").Single();
                content.Add(
                    PrivateTokenHeader.TryParseAuthorization(header, out Token? token)
                        ? new(time.Now, EpochOf(lawyer, token))
                        : throw new InvalidOperationException("No token.")
                );
                break;
            default:
                break; // nothing that names anybody: the directory, its mirror, discovery
        }
    }

    private readonly Dictionary<string, DateTimeOffset> epochs = new(StringComparer.Ordinal);

    private DateTimeOffset EpochOf(Lawyer lawyer, Token token)
    {
        foreach (PooledToken waiting in lawyer.Pool.Tokens)
        {
            epochs[Convert.ToHexString(waiting.Token.KeyId.Span)] = waiting.FreshUntil.AddDays(-1);
        }
        return epochs.GetValueOrDefault(
            Convert.ToHexString(token.KeyId.Span),
            new DateTimeOffset(time.Now.UtcDateTime.Date, TimeSpan.Zero)
        );
    }
}
