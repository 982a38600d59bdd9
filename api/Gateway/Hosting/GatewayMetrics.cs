using System.Diagnostics.Metrics;
using Lethe.Gateway.Sealing;

namespace Lethe.Gateway.Hosting;

/// <summary>What the Gateway counts. Tags are names of ours: no id, no address, nothing anyone typed.</summary>
internal sealed class GatewayMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Lethe.Gateway";

    private readonly Counter<long> sessions;
    private readonly Counter<long> turns;
    private readonly Counter<long> tokens;
    private readonly Counter<long> documents;
    private readonly Histogram<double> firstText;

    /// <summary>Initializes a new instance of the <see cref="GatewayMetrics"/> class.</summary>
    /// <param name="meters">The host's meters.</param>
    public GatewayMetrics(IMeterFactory meters)
    {
        Meter meter = meters.Create(MeterName);
        sessions = meter.CreateCounter<long>("lethe_gateway_sessions_total", description: "Attempts to open a session, by outcome.");
        turns = meter.CreateCounter<long>("lethe_gateway_turns_total", description: "Turns, by action and ending.");
        tokens = meter.CreateCounter<long>("lethe_gateway_model_tokens_total", description: "Model tokens of turns.");
        documents = meter.CreateCounter<long>("lethe_gateway_documents_total", description: "Documents sent, by outcome.");
        firstText = meter.CreateHistogram<double>(
            "lethe_gateway_first_text_seconds",
            description: "From a turn's lease to its first text."
        );
        _ = meter.CreateObservableGauge(
            "lethe_gateway_plaintext_bytes",
            () => PlainBuffer.LiveBytes,
            description: "Bytes of plaintext buffers alive now."
        );
    }

    /// <summary>Counts an attempt to open a session.</summary>
    /// <param name="outcome"><c>opened</c>, or a problem's code.</param>
    public void SessionAttempted(string outcome) => sessions.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    /// <summary>Counts a document.</summary>
    /// <param name="outcome"><c>kept</c>, or a problem's code.</param>
    public void DocumentSent(string outcome) => documents.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    /// <summary>Counts a turn.</summary>
    /// <param name="action">The action.</param>
    /// <param name="ending">Its ending, or a problem's code.</param>
    /// <param name="usedTokens">Model tokens used.</param>
    public void TurnEnded(string action, string ending, long usedTokens)
    {
        turns.Add(1, new KeyValuePair<string, object?>("action", action), new KeyValuePair<string, object?>("ending", ending));
        tokens.Add(usedTokens, new KeyValuePair<string, object?>("action", action));
    }

    /// <summary>Records how long the first text took.</summary>
    /// <param name="elapsed">Since the lease.</param>
    public void FirstText(TimeSpan elapsed) => firstText.Record(elapsed.TotalSeconds);
}
