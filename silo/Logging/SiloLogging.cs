using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Lethe.Silo.Logging;

/// <summary>Logs of a silo: to standard error, ours from Information, everybody else's from Warning, all through the guard.</summary>
internal static class SiloLogging
{
    /// <summary>Adds the logging.</summary>
    /// <param name="logging">The host's logging.</param>
    public static void AddContentFreeLogging(this ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Lethe", LogLevel.Information);
        // Advice about the collector, and a watchdog that counts the time before the start: neither is news.
        logging.AddFilter("Orleans.Runtime.Silo", LogLevel.Error).AddFilter("Orleans.Runtime.Watchdog", LogLevel.Error);
        logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None); // a refused start is told once, by who started it
        logging.AddSimpleConsole(options =>
        {
            options.SingleLine = true;
            options.IncludeScopes = false;
            options.UseUtcTimestamp = true;
            options.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            options.ColorBehavior = LoggerColorBehavior.Disabled;
        });
        logging.Services.Configure<ConsoleLoggerOptions>(options => options.LogToStandardErrorThreshold = LogLevel.Trace);
        logging.Services.Replace(
            ServiceDescriptor.Singleton<ILoggerFactory>(provider => new ContentFreeLoggerFactory(
                new LoggerFactory(
                    provider.GetServices<ILoggerProvider>(),
                    provider.GetRequiredService<IOptionsMonitor<LoggerFilterOptions>>(),
                    provider.GetRequiredService<IOptions<LoggerFactoryOptions>>()
                )
            ))
        );
    }
}
