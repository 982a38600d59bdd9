using System.ComponentModel.DataAnnotations;
using Lethe.Contracts.Tenants;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Moves;

/// <summary>Settings of region changes. Configuration: <c>Moves</c>.</summary>
internal sealed class MoveOptions
{
    /// <summary>Gets or sets how often pending moves are looked for. 100 ms to 5 minutes; default 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets or sets how long a request for a change of region waits for its end. Up to 1 minute; default 10 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Gets or sets how long an owner who was invited for a move stays invited when the tenant does not come. 1 minute to 1 day; default 15 minutes.
    /// </summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan InvitedFor { get; set; } = TimeSpan.FromMinutes(15);
}

/// <inheritdoc/>
[OptionsValidator]
internal sealed partial class MoveOptionsValidator : IValidateOptions<MoveOptions>;

/// <summary>Resolves what a crash or an unreachable cell left pending.</summary>
/// <param name="grains">The records silos.</param>
/// <param name="driver">Takes the steps.</param>
/// <param name="accounts">Accounts of our own.</param>
/// <param name="clock">The clock.</param>
/// <param name="options">How often.</param>
/// <param name="logger">For faults.</param>
internal sealed partial class MoveService(
    IGrainFactory grains,
    MoveDriver driver,
    MovedAccounts accounts,
    TimeProvider clock,
    IOptions<MoveOptions> options,
    ILogger<MoveService> logger
) : BackgroundService
{
    private DateTimeOffset strayAt;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(options.Value.Interval, clock);
        try
        {
            do
            {
                await ResolveAsync(stoppingToken);
            } while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // told to stop
        }
    }

    private async Task ResolveAsync(CancellationToken stoppingToken)
    {
        try
        {
            foreach (TenantId tenant in await grains.GetGrain<IMoveIndexGrain>(IMoveIndexGrain.Key).ListAsync(stoppingToken))
            {
                await driver.DriveAsync(tenant, stoppingToken);
            }
            await EraseStraysAsync(stoppingToken);
        }
        catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
        {
            LogFault(fault.GetType().Name); // and again at the next tick
        }
    }

    private async Task EraseStraysAsync(CancellationToken stoppingToken)
    {
        DateTimeOffset now = clock.GetUtcNow();
        if (now < strayAt)
        {
            return;
        }
        if (await accounts.EraseStraysAsync(grains, now - options.Value.InvitedFor, stoppingToken) is > 0 and int erased)
        {
            LogStrays(erased);
        }
        strayAt = now + (options.Value.InvitedFor / 3);
    }

    [LoggerMessage(EventIds.MoveStrays, LogLevel.Information, "{Count} owners were invited for a move that did not come, and erased")]
    private partial void LogStrays(int count);

    [LoggerMessage(EventIds.MoveFault, LogLevel.Warning, "Pending changes of region could not be resolved: {ExceptionType}")]
    private partial void LogFault(string exceptionType);
}
