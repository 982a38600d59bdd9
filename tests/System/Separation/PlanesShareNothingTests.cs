using System.Globalization;
using System.Security.Cryptography;
using Lethe.SystemTests.Processes;
using Xunit;

namespace Lethe.SystemTests.Separation;

/// <summary>
/// What a day's work leaves behind in each plane says nothing of the other: databases (dumped, and their files as they are), logs and metrics
/// of the real processes, searched for every identifier in every form. A mark planted in each place must be found first.
/// </summary>
public sealed class PlanesShareNothingTests(RealCells cells)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OnPostgreSql_ThePlanesShareNothing()
    {
        const string Region = "eu";
        RealCell cell = cells.Cells[Region];
        EverydayWork work = new(Region, cell.ControlUrl, cells.Authority, cells.Accounts);
        await work.DoAsync();
        Sinks left = await Sinks.CollectAsync(cell, cells.Postgres, Region);
        Identifier mark = NewMark();
        Sinks planted;
        try
        {
            await Sinks.PlantAsync(cells.Postgres, Region, mark);
            planted = await Sinks.CollectAsync(cell, cells.Postgres, Region);
        }
        finally
        {
            await Sinks.UprootAsync(cells.Postgres, Region);
        }
        AssertNotBlind(planted, mark);
        AssertNothingShared(left, work);
    }

    [Fact]
    public async Task OnSqlite_ThePlanesShareNothing()
    {
        const string Region = "eu";
        await using SqliteCell cell = await SqliteCell.StartAsync(Region, Token);
        EverydayWork work = new(Region, cell.ControlUrl, cell.Authority, cell.Accounts);
        await work.DoAsync();
        Sinks left = await Sinks.CollectAsync(cell);
        Identifier mark = NewMark();
        Sinks.Plant(cell, mark);
        AssertNotBlind(await Sinks.CollectAsync(cell), mark);
        AssertNothingShared(left, work);
    }

    private static Identifier NewMark()
    {
        byte[] bytes = RandomNumberGenerator.GetBytes(16);
        return new("planted mark", $"mark-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12))}@planted.example", bytes);
    }

    private static void AssertNothingShared(Sinks left, EverydayWork work)
    {
        // The work went through what is searched: each plane's own traces of it are found.
        Search own = new([.. work.Content, .. work.Identity]);
        AssertTraced(left.Content, own, "spent hash");
        AssertTraced(left.Identity, own, "tenant");
        AssertTraced(left.Identity, own, "member id");
        AssertTraced(left.Identity, own, "case");
        AssertTraced(left.Identity, own, "access token's sub");
        Assert.Contains(left.Content, sink => Shows(sink, "lethe_gateway_sessions_total{outcome=\"opened\"}", least: 2));
        Assert.Contains(left.Identity, sink => Shows(sink, "lethe_control_tokens_issued_total", least: 12));
        foreach (Sink sink in left.Content.Concat(left.Identity))
        {
            Assert.True(sink.Bytes.Length > 0 || sink.Name.EndsWith("-wal", StringComparison.Ordinal), sink.Name);
        }

        Search foreign = new([.. work.Identity, .. work.Device]);
        Assert.Empty(left.Content.SelectMany(foreign.FindIn));
        Search content = new([.. work.Content, .. work.Device]);
        Assert.Empty(left.Identity.SelectMany(content.FindIn));
        Search addresses = new(work.Addresses);
        Assert.Empty(left.Identity.SelectMany(addresses.FindIn));

        // And without knowing what to look for: no random word stands in both planes.
        HashSet<string> here = [.. left.Content.Where(IsText).SelectMany(Search.RandomWords)];
        HashSet<string> there = [.. left.Identity.Where(IsText).SelectMany(Search.RandomWords)];
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{here.Count} random words in the content plane, {there.Count} in the identity plane"
        );
        Assert.NotEmpty(here);
        Assert.NotEmpty(there);
        Assert.Empty(here.Intersect(there, StringComparer.OrdinalIgnoreCase));
    }

    private static void AssertTraced(IReadOnlyList<Sink> plane, Search search, string what) =>
        Assert.Contains(
            plane.Where(sink => sink.Name.StartsWith("dump", StringComparison.Ordinal)).SelectMany(sink => search.AllIn(sink)),
            found => found.StartsWith(what, StringComparison.Ordinal)
        );

    private static void AssertNotBlind(Sinks planted, Identifier mark)
    {
        Search search = new([mark]);
        byte[][] forms = [.. mark.AnyCase.Concat(mark.Exact).Select(System.Text.Encoding.Latin1.GetBytes)];
        foreach (Sink sink in planted.Content.Concat(planted.Identity))
        {
            bool isDatabase =
                !sink.Name.StartsWith("log", StringComparison.Ordinal) && !sink.Name.StartsWith("metrics", StringComparison.Ordinal);
            bool isJournal =
                sink.Name.EndsWith("-shm", StringComparison.Ordinal) || sink.Name.EndsWith("-journal", StringComparison.Ordinal);
            if (isDatabase && !isJournal)
            {
                // What the database itself was made to hold.
                Assert.True(search.FindIn(sink).Count > 0 || sink.Name.StartsWith("file", StringComparison.Ordinal), sink.Name);
            }
            foreach (byte[] form in forms)
            {
                Assert.NotEmpty(search.FindIn(sink.With(form)));
            }
        }
        string[] files =
        [
            .. planted.Content.Concat(planted.Identity).Where(sink => search.FindIn(sink).Count > 0).Select(sink => sink.Name),
        ];
        Assert.Contains(files, name => name.StartsWith("file", StringComparison.Ordinal));
    }

    private static bool Shows(Sink sink, string counter, long least) =>
        System
            .Text.Encoding.UTF8.GetString(sink.Bytes)
            .Split('\n')
            .Any(line =>
                line.StartsWith(counter + " ", StringComparison.Ordinal)
                && long.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture) >= least
            );

    private static bool IsText(Sink sink) => !sink.Name.StartsWith("file", StringComparison.Ordinal);
}
