using System.Globalization;
using System.Text;

namespace Lethe.Control.Hosting;

/// <summary>What Control counts, in the Prometheus text format 0.0.4. A closed list without labels of tenants or accounts.</summary>
internal sealed class ControlMetrics
{
    private long requests;
    private long misdirected;
    private long tokensIssued;
    private long movesFinished;

    /// <summary>Counts a request.</summary>
    public void Request() => Interlocked.Increment(ref requests);

    /// <summary>Counts a request that belonged to another cell.</summary>
    public void Misdirected() => Interlocked.Increment(ref misdirected);

    /// <summary>Counts issued tokens.</summary>
    /// <param name="count">How many.</param>
    public void TokensIssued(int count) => Interlocked.Add(ref tokensIssued, count);

    /// <summary>Counts a change of region that this, the old cell, has seen through.</summary>
    public void MoveFinished() => Interlocked.Increment(ref movesFinished);

    /// <summary>Writes everything.</summary>
    /// <returns>The text.</returns>
    public string Write()
    {
        StringBuilder text = new();
        Counter(text, "lethe_control_requests_total", "Requests to the public listener.", ref requests);
        Counter(text, "lethe_control_misdirected_total", "Requests of tenants that another cell serves.", ref misdirected);
        Counter(text, "lethe_control_tokens_issued_total", "Session tokens signed.", ref tokensIssued);
        Counter(text, "lethe_control_moves_finished_total", "Changes of region seen through.", ref movesFinished);
        return text.ToString();
    }

    private static void Counter(StringBuilder text, string name, string help, ref long value) =>
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} counter\n{name} {Interlocked.Read(ref value)}\n");
}
