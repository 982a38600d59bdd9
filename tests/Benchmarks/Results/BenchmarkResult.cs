using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Lethe.BenchmarksTests.Load;
using Lethe.TestKit.Processes;

namespace Lethe.BenchmarksTests.Results;

/// <summary>One column, kind and concurrency in one round.</summary>
/// <param name="Column">The column.</param>
/// <param name="Stream">Whether answers came as events.</param>
/// <param name="Concurrency">Requests at a time.</param>
/// <param name="Timings">Each request.</param>
/// <param name="PerSecond">Requests per second.</param>
/// <param name="CpuMicroseconds">CPU per request, by process.</param>
internal sealed record Sample(
    string Column,
    bool Stream,
    int Concurrency,
    IReadOnlyCollection<Timing> Timings,
    double PerSecond,
    IReadOnlyDictionary<string, double> CpuMicroseconds
);

/// <summary>One row of the table. CPU and rate are the rounds' medians, times are percentiles of all requests.</summary>
internal sealed record ResultRow(
    string Column,
    bool Stream,
    int Concurrency,
    IReadOnlyDictionary<string, double> CpuMicroseconds,
    double? CpuToYarp,
    double FirstByteP50,
    double AddedFirstByteP50,
    double WholeP50,
    double WholeP99,
    double PerSecond
)
{
    /// <summary>Gets the CPU of all processes.</summary>
    public double CpuSum => CpuMicroseconds.Values.Sum();
}

/// <summary>What came out, and under which circumstances.</summary>
internal sealed record BenchmarkResult(
    DateTimeOffset MeasuredAt,
    string Commit,
    string Machine,
    BenchmarkPlan Plan,
    IReadOnlyList<ResultRow> Rows
)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Summarises samples.</summary>
    /// <param name="plan">How much was measured.</param>
    /// <param name="samples">The samples.</param>
    /// <returns>The result.</returns>
    public static BenchmarkResult From(BenchmarkPlan plan, IReadOnlyList<Sample> samples)
    {
        List<ResultRow> rows = [];
        foreach (var kind in samples.GroupBy(sample => (sample.Stream, sample.Concurrency)))
        {
            List<ResultRow> ofKind =
            [
                .. kind.GroupBy(sample => sample.Column, StringComparer.Ordinal)
                    .Select(column => Row(column.Key, kind.Key.Stream, kind.Key.Concurrency, [.. column])),
            ];
            double direct = ofKind.Single(row => row.Column == "direct").FirstByteP50;
            double yarp = ofKind.Single(row => row.Column == "YARP").CpuSum;
            rows.AddRange(
                ofKind
                    .OrderBy(row => Array.IndexOf(["direct", "YARP", "Lethe"], row.Column))
                    .Select(row =>
                        row with
                        {
                            AddedFirstByteP50 = row.FirstByteP50 - direct,
                            CpuToYarp = row.CpuMicroseconds.Count == 0 ? null : row.CpuSum / yarp,
                        }
                    )
            );
        }
        return new BenchmarkResult(
            TimeProvider.System.GetUtcNow(),
            Ask("git", "-C", BuildOutput.Repository, "describe", "--always", "--dirty"),
            string.Create(
                CultureInfo.InvariantCulture,
                $"{Environment.ProcessorCount} CPUs, load {File.ReadAllText("/proc/loadavg").Split(' ')[1]} (5 min), .NET {Environment.Version}"
            ),
            plan,
            rows
        );
    }

    /// <summary>Writes the table.</summary>
    /// <returns>Markdown.</returns>
    public string ToMarkdown()
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"# Chat completions, {MeasuredAt:yyyy-MM-dd HH:mm} UTC, {Commit}\n\n");
        text.Append(
            CultureInfo.InvariantCulture,
            $"{Machine}; HTTP/{Plan.Http}, TLS 1.3; {Plan.Rounds} rounds of {Plan.Requests} requests a cell, in turns, after a warm-up. "
        );
        text.Append("CPU is user and system time of the processes named; milliseconds otherwise.\n\n");
        text.Append("| answer | at a time | column | CPU µs/request | to YARP | first byte p50 | added | whole p50 | p99 | requests/s |\n");
        text.Append("| --- | --: | --- | --: | --: | --: | --: | --: | --: | --: |\n");
        foreach (ResultRow row in Rows)
        {
            string parts = string.Join(" + ", row.CpuMicroseconds.Select(part => Invariant($"{part.Key} {part.Value:F0}")));
            string cpu = row.CpuMicroseconds.Count switch
            {
                0 => "–",
                1 => Invariant($"{row.CpuSum:F0}"),
                _ => Invariant($"{row.CpuSum:F0} ({parts})"),
            };
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {(row.Stream ? "streamed" : "whole")} | {row.Concurrency} | {row.Column} | {cpu} | {(row.CpuToYarp is { } ratio ? Invariant($"{ratio:F2}") : "–")} | {row.FirstByteP50:F2} | {row.AddedFirstByteP50:F2} | {row.WholeP50:F2} | {row.WholeP99:F2} | {row.PerSecond:F0} |\n"
            );
        }
        return text.ToString();
    }

    /// <summary>Writes the result as JSON and Markdown.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>When it is written.</returns>
    public async Task WriteAsync(string folder, CancellationToken cancellationToken)
    {
        string name = Path.Combine(Directory.CreateDirectory(folder).FullName, Invariant($"{MeasuredAt:yyyy-MM-dd-HHmm}-http{Plan.Http}"));
        await File.WriteAllTextAsync(name + ".md", ToMarkdown(), cancellationToken);
        await File.WriteAllTextAsync(name + ".json", JsonSerializer.Serialize(this, Json) + "\n", cancellationToken);
    }

    private static ResultRow Row(string column, bool stream, int concurrency, IReadOnlyList<Sample> samples)
    {
        double[] first = [.. samples.SelectMany(sample => sample.Timings).Select(timing => timing.FirstByte).Order()];
        double[] whole = [.. samples.SelectMany(sample => sample.Timings).Select(timing => timing.Whole).Order()];
        return new ResultRow(
            column,
            stream,
            concurrency,
            samples[0]
                .CpuMicroseconds.Keys.ToDictionary(
                    process => process,
                    process => Percentile([.. samples.Select(sample => sample.CpuMicroseconds[process]).Order()], 0.5),
                    StringComparer.Ordinal
                ),
            CpuToYarp: null,
            Percentile(first, 0.5),
            AddedFirstByteP50: 0,
            Percentile(whole, 0.5),
            Percentile(whole, 0.99),
            Percentile([.. samples.Select(sample => sample.PerSecond).Order()], 0.5)
        );
    }

    private static double Percentile(double[] ordered, double share) => ordered[(int)(share * (ordered.Length - 1))];

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Ask(string command, params string[] arguments)
    {
        using Process process = Process.Start(
            new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, UseShellExecute = false }
        )!;
        string answer = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return answer;
    }
}
