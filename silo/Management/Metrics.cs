using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Lethe.Silo.Management;

/// <summary>
/// Sums the measurements of our meters, Orleans' and the runtime's, and writes them in Prometheus' text format. Tags are
/// dropped: a sum says how much, never about whom.
/// </summary>
internal sealed class Metrics : IDisposable
{
    private readonly MeterListener listener = new();
    private readonly ConcurrentDictionary<Instrument, Sum> sums = new();

    /// <summary>Starts to listen.</summary>
    public Metrics()
    {
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (IsWanted(instrument.Meter.Name))
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => Record(instrument, value));
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Record(instrument, value));
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Record(instrument, value));
        listener.Start();
    }

    /// <summary>Writes every instrument as it stands.</summary>
    /// <returns>Prometheus' text format, version 0.0.4.</returns>
    public string Write()
    {
        lock (listener)
        {
            foreach ((Instrument instrument, Sum sum) in sums)
            {
                if (instrument.IsObservable)
                {
                    sum.Clear(); // an observable instrument tells its whole value each time, one part per tag set
                }
            }

            listener.RecordObservableInstruments();
            StringBuilder text = new();
            foreach ((Instrument instrument, Sum sum) in sums.OrderBy(pair => pair.Key.Name, StringComparer.Ordinal))
            {
                Write(text, instrument, sum);
            }

            return text.ToString();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => listener.Dispose();

    private static bool IsWanted(string meter) =>
        meter is "Microsoft.Orleans" or "System.Runtime" || meter.StartsWith("Lethe", StringComparison.Ordinal);

    private static void Write(StringBuilder text, Instrument instrument, Sum sum)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{Clean(instrument.Name)}");
        if (instrument.GetType().Name.StartsWith("Histogram", StringComparison.Ordinal))
        {
            text.Append("# TYPE ").Append(name).Append(" summary\n");
            text.Append(name).Append("_sum ").Append(Number(sum.Total)).Append('\n');
            text.Append(name).Append("_count ").Append(Number(sum.Count)).Append('\n');
            return;
        }

        bool counter = instrument.GetType().Name is "Counter`1" or "ObservableCounter`1";
        text.Append("# TYPE ").Append(name).Append(counter ? " counter\n" : " gauge\n");
        text.Append(name).Append(' ').Append(Number(sum.Total)).Append('\n');
    }

    private static string Clean(string name) =>
        string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) ? char.ToLowerInvariant(letter) : '_'));

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private void Record(Instrument instrument, double value) => sums.GetOrAdd(instrument, static _ => new Sum()).Add(value);

    private sealed class Sum
    {
        private readonly Lock gate = new();
        private double total;
        private long count;

        public double Total
        {
            get
            {
                lock (gate)
                {
                    return total;
                }
            }
        }

        public long Count
        {
            get
            {
                lock (gate)
                {
                    return count;
                }
            }
        }

        public void Add(double value)
        {
            lock (gate)
            {
                total += value;
                count++;
            }
        }

        public void Clear()
        {
            lock (gate)
            {
                total = 0;
                count = 0;
            }
        }
    }
}
