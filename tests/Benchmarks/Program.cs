using System.CommandLine;
using Lethe.BenchmarksTests.Processes;

namespace Lethe.BenchmarksTests;

/// <summary>Measures; or is, when it is started with <c>--config</c>, the vendor or the proxy that is measured against.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        Option<FileInfo?> config = new("--config") { Description = "Be the process that this file describes.", Hidden = true };
        Option<int> rounds = new("--rounds") { Description = "Rounds, each with every column.", DefaultValueFactory = _ => 5 };
        Option<int> requests = new("--requests")
        {
            Description = "Requests per column, round and kind at each concurrency.",
            DefaultValueFactory = _ => 3000,
        };
        Option<int> http = new("--http") { Description = "The client's HTTP version: 1 or 2.", DefaultValueFactory = _ => 1 };
        http.AcceptOnlyFromAmong("1", "2");
        Option<DirectoryInfo> results = new("--results")
        {
            Description = "Where the result is written.",
            DefaultValueFactory = _ => new DirectoryInfo(Benchmark.ResultsFolder),
        };
        RootCommand root = new(
            "Compares a chat completion sent to a mock vendor directly, through YARP, and through Lethe's Gateway with session admission on. "
                + "Prints a table and writes it as JSON and Markdown."
        )
        {
            config,
            rounds,
            requests,
            http,
            results,
        };
        root.SetAction(
            async (parsed, cancellationToken) =>
                parsed.GetValue(config) is { } file
                    ? await MeasuredHost.RunAsync(file.FullName, cancellationToken)
                    : await Benchmark.RunAsync(
                        new BenchmarkPlan(parsed.GetValue(rounds), parsed.GetValue(requests), parsed.GetValue(http)),
                        parsed.GetValue(results)!.FullName,
                        cancellationToken
                    )
        );
        return await root.Parse(arguments).InvokeAsync();
    }
}
