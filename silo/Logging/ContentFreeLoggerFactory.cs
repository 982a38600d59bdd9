using System.Collections;
using System.Diagnostics;
using System.Text;

namespace Lethe.Silo.Logging;

/// <summary>
/// Stands between every logger and every sink. Of other people's categories (Orleans prints results, grain keys and
/// exception texts) it passes the template and the values that are numbers, enums, durations or types; of ours the message. No
/// exception text passes, only the types.
/// </summary>
/// <param name="inner">The factory that has the sinks.</param>
internal sealed class ContentFreeLoggerFactory(ILoggerFactory inner) : ILoggerFactory
{
    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) =>
        new Guard(inner.CreateLogger(categoryName), categoryName.StartsWith("Lethe.", StringComparison.Ordinal));

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    /// <inheritdoc/>
    public void Dispose() => inner.Dispose();

    private sealed class Guard(ILogger sink, bool ours) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null; // scopes hold requests, connections and grain keys

        public bool IsEnabled(LogLevel logLevel) => sink.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (!sink.IsEnabled(logLevel))
            {
                return;
            }

            if (ours && exception is null)
            {
                sink.Log(logLevel, eventId, state, exception: null, formatter);
                return;
            }

            SafeMessage message = new(ours ? formatter(state, arg2: null) : Template(state), exception);
            sink.Log(logLevel, eventId, message, exception: null, static (text, _) => text.ToString());
        }

        private static string Template<TState>(TState state)
        {
            StringBuilder text = new();
            string template = "(no template)";
            foreach (KeyValuePair<string, object?> pair in state as IReadOnlyList<KeyValuePair<string, object?>> ?? [])
            {
                if (pair.Key == "{OriginalFormat}")
                {
                    template = pair.Value as string ?? template;
                }
                else if (IsHarmless(pair.Value))
                {
                    text.Append(' ').Append(pair.Key).Append('=').Append(pair.Value);
                }
            }

            return template + text;
        }

        private static bool IsHarmless(object? value) =>
            value is TimeSpan or Type || (value?.GetType() is { } type && (type.IsPrimitive || type.IsEnum));
    }

    /// <summary>A message that is nothing but its text.</summary>
    private sealed class SafeMessage : IReadOnlyList<KeyValuePair<string, object?>>
    {
        private readonly string text;

        public SafeMessage(string message, Exception? exception)
        {
            StringBuilder builder = new(message);
            for (Exception? at = exception; at is not null; at = at.InnerException)
            {
                string? method = new StackTrace(at, fNeedFileInfo: false).GetFrame(0)?.GetMethod()?.Name;
                builder.Append(" | ").Append(at.GetType().FullName).Append(" in ").Append(method ?? "unknown");
            }

            text = builder.ToString();
        }

        public int Count => 1;

        public KeyValuePair<string, object?> this[int index] =>
            index == 0 ? new("{OriginalFormat}", text) : throw new ArgumentOutOfRangeException(nameof(index));

        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
        {
            yield return this[0];
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        public override string ToString() => text;
    }
}
