using System.Data.Common;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Lethe.Admission;

/// <summary>Deletes the tokens of epochs that are over, at start and from time to time.</summary>
internal sealed partial class SpentTokenPurge(
    AdoSpentTokens tokens,
    TimeProvider clock,
    IOptions<AdmissionOptions> options,
    ILogger<SpentTokenPurge> logger
) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(options.Value.PurgeEvery, clock);
        do
        {
            try
            {
                int rows = await tokens.PurgeAsync(stoppingToken);
                if (rows > 0)
                {
                    LogPurged(rows);
                }
            }
            catch (DbException fault)
            {
                LogPurgeFailed(fault.GetType().Name); // the next turn of the timer tries again
            }
        } while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(EventIds.EpochsPurged, LogLevel.Information, "{Rows} spent tokens of past epochs deleted")]
    private partial void LogPurged(int rows);

    [LoggerMessage(EventIds.PurgeFailed, LogLevel.Warning, "Spent tokens of past epochs were not deleted: {ExceptionType}")]
    private partial void LogPurgeFailed(string exceptionType);
}
