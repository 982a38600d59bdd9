using System.Diagnostics;
using Lethe.BenchmarksTests.Load;
using Lethe.BenchmarksTests.Processes;
using Lethe.BenchmarksTests.Results;
using Lethe.TestKit.Processes;

namespace Lethe.BenchmarksTests;

/// <summary>How much is measured.</summary>
/// <param name="Rounds">Rounds; each sends everything to every column, in another order.</param>
/// <param name="Requests">Requests per column, round, kind and concurrency.</param>
/// <param name="Http">The client's HTTP version, 1 or 2.</param>
internal sealed record BenchmarkPlan(int Rounds, int Requests, int Http);

/// <summary>One target and the processes whose CPU it costs.</summary>
internal sealed record Column(string Name, LoadClient Client, IReadOnlyDictionary<string, HostProcess> Processes);

/// <summary>Measures all columns in turn, so that whatever else the machine does falls on each of them alike.</summary>
internal static class Benchmark
{
    private const int Sessions = 4; // two requests at a time on each: a session allows four
    private const int Concurrency = 8;
    private const int WarmUpParts = 20;
    private const int WarmUpRequests = 1500;

    /// <summary>Gets where results are kept.</summary>
    public static string ResultsFolder => Path.Combine(BuildOutput.Repository, "tests", "Benchmarks", "results");

    /// <summary>Measures, prints and writes.</summary>
    /// <param name="plan">How much.</param>
    /// <param name="results">Where the result is written.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>0.</returns>
    public static async Task<int> RunAsync(BenchmarkPlan plan, string results, CancellationToken cancellationToken)
    {
        await using MeasuredCell cell = await MeasuredCell.StartAsync();
        IReadOnlyList<string> credentials = await cell.OpenAsync(Sessions, cancellationToken);
        using LoadClient direct = new(cell.VendorUrl, cell.Authority, plan.Http, credentials);
        using LoadClient yarp = new(cell.YarpUrl, cell.Authority, plan.Http, credentials);
        using LoadClient lethe = new(cell.GatewayUrl, cell.Authority, plan.Http, credentials);
        Column[] columns =
        [
            new("direct", direct, new Dictionary<string, HostProcess>(StringComparer.Ordinal)),
            new("YARP", yarp, new Dictionary<string, HostProcess>(StringComparer.Ordinal) { ["yarp"] = cell.Yarp }),
            new(
                "Lethe",
                lethe,
                new Dictionary<string, HostProcess>(StringComparer.Ordinal) { ["gateway"] = cell.Gateway, ["silo"] = cell.Silo }
            ),
        ];
        foreach (Column column in columns)
        {
            await WarmUpAsync(column, cancellationToken);
        }
        List<Sample> samples = [];
        for (int round = 0; round < plan.Rounds; round++)
        {
            for (int turn = 0; turn < columns.Length; turn++)
            {
                Column column = columns[(round + turn) % columns.Length];
                foreach ((bool stream, int concurrency) in new[] { (false, 1), (true, 1), (false, Concurrency), (true, Concurrency) })
                {
                    samples.Add(await MeasureAsync(column, plan.Requests, stream, concurrency, cancellationToken));
                }
            }
            await Console.Error.WriteLineAsync($"round {round + 1} of {plan.Rounds}");
        }
        BenchmarkResult result = BenchmarkResult.From(plan, samples);
        await Console.Out.WriteLineAsync(result.ToMarkdown());
        await result.WriteAsync(results, cancellationToken);
        return 0;
    }

    // Until the runtime has compiled what is called often for the last time, which it does in the background.
    private static async Task WarmUpAsync(Column column, CancellationToken cancellationToken)
    {
        for (int part = 0; part < WarmUpParts; part++)
        {
            _ = await column.Client.SendAsync(WarmUpRequests, Concurrency, stream: part % 2 == 1, cancellationToken);
            await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
        }
        await Console.Error.WriteLineAsync($"{column.Name} is warm");
    }

    private static async Task<Sample> MeasureAsync(
        Column column,
        int requests,
        bool stream,
        int concurrency,
        CancellationToken cancellationToken
    )
    {
        Dictionary<string, double> before = column.Processes.ToDictionary(
            pair => pair.Key,
            pair => CpuClock.Microseconds(pair.Value),
            StringComparer.Ordinal
        );
        long startedAt = Stopwatch.GetTimestamp();
        IReadOnlyCollection<Timing> timings = await column.Client.SendAsync(requests, concurrency, stream, cancellationToken);
        double seconds = Stopwatch.GetElapsedTime(startedAt).TotalSeconds;
        return new Sample(
            column.Name,
            stream,
            concurrency,
            timings,
            timings.Count / seconds,
            column.Processes.ToDictionary(
                pair => pair.Key,
                pair => (CpuClock.Microseconds(pair.Value) - before[pair.Key]) / timings.Count,
                StringComparer.Ordinal
            )
        );
    }
}
