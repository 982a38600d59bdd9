using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Lethe.Gateway.Hosting;

/// <summary>Collects our own meters and writes them in the Prometheus text format 0.0.4. Meters of others are not on the list of what is told.</summary>
internal sealed class PrometheusText : IDisposable
{
    private static readonly double[] Bounds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
    private readonly ConcurrentDictionary<(Instrument Instrument, string Labels), Series> series = [];
    private readonly MeterListener listener = new();

    /// <summary>Initializes a new instance of the <see cref="PrometheusText"/> class.</summary>
    /// <param name="meters">The host's meters: another host in this process has its own.</param>
    public PrometheusText(IMeterFactory meters)
    {
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, meters) && instrument.Meter.Name.StartsWith("Lethe.", StringComparison.Ordinal))
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>(Record);
        listener.Start();
    }

    /// <summary>Writes everything.</summary>
    /// <returns>The text.</returns>
    public string Write()
    {
        listener.RecordObservableInstruments();
        StringBuilder text = new();
        foreach (var instrument in series.GroupBy(entry => entry.Key.Instrument).OrderBy(group => group.Key.Name, StringComparer.Ordinal))
        {
            string name = instrument.Key.Name;
            string kind = KindOf(instrument.Key);
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {instrument.Key.Description}\n# TYPE {name} {kind}\n");
            foreach (((_, string labels), Series values) in instrument.OrderBy(entry => entry.Key.Labels, StringComparer.Ordinal))
            {
                values.Write(text, name, labels, kind);
            }
        }
        return text.ToString();
    }

    /// <inheritdoc/>
    public void Dispose() => listener.Dispose();

    private static string KindOf(Instrument instrument) =>
        instrument switch
        {
            Histogram<double> => "histogram",
            Counter<long> or ObservableCounter<long> => "counter",
            _ => "gauge",
        };

    private static string LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        StringBuilder labels = new();
        foreach ((string name, object? value) in tags)
        {
            labels.Append(labels.Length == 0 ? string.Empty : ",").Append(CultureInfo.InvariantCulture, $"{name}=\"{value}\"");
        }
        return labels.ToString();
    }

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state = null)
    {
        Series values = series.GetOrAdd((instrument, LabelsOf(tags)), _ => new Series());
        values.Add(value, replaces: instrument.IsObservable);
    }

    private sealed class Series
    {
        private readonly Lock gate = new();
        private readonly long[] buckets = new long[Bounds.Length];
        private double sum;
        private long count;

        public void Add(double value, bool replaces)
        {
            lock (gate)
            {
                sum = replaces ? value : sum + value;
                count++;
                for (int index = 0; index < Bounds.Length; index++)
                {
                    buckets[index] += value <= Bounds[index] ? 1 : 0;
                }
            }
        }

        public void Write(StringBuilder text, string name, string labels, string kind)
        {
            lock (gate)
            {
                string braces = labels.Length == 0 ? string.Empty : $"{{{labels}}}";
                if (kind != "histogram")
                {
                    text.Append(CultureInfo.InvariantCulture, $"{name}{braces} {sum}\n");
                    return;
                }
                string before = labels.Length == 0 ? string.Empty : labels + ",";
                for (int index = 0; index < Bounds.Length; index++)
                {
                    text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{before}le=\"{Bounds[index]}\"}} {buckets[index]}\n");
                }
                text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{before}le=\"+Inf\"}} {count}\n");
                text.Append(CultureInfo.InvariantCulture, $"{name}_sum{braces} {sum}\n{name}_count{braces} {count}\n");
            }
        }
    }
}
