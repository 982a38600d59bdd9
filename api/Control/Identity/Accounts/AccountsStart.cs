using Lethe.Control.Identity.Accounts.Keys;
using Lethe.Control.Identity.Accounts.Storage;
using Lethe.Control.Identity.OpenId;
using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;

namespace Lethe.Control.Identity.Accounts;

/// <summary>
/// Before anything listens: the schema is there, the keys are loaded, the clients are as configured. Then, hourly: keys are
/// renewed and destroyed, and what has ended is deleted, so that the token table does not become a diary.
/// </summary>
/// <param name="database">The accounts database.</param>
/// <param name="keys">The keys of tokens.</param>
/// <param name="scopes">Makes services.</param>
/// <param name="clock">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class AccountsStart(
    AccountsDatabase database,
    TokenKeys keys,
    IServiceScopeFactory scopes,
    TimeProvider clock,
    ILogger<AccountsStart> logger
) : BackgroundService, IHostedLifecycleService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);
    private static readonly TimeSpan KeptAfterEnd = TimeSpan.FromHours(24);

    /// <inheritdoc/>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (database.Source is { } server)
        {
            await AccountsSchema.CheckAsync(server, cancellationToken);
        }
        else
        {
            AccountsSchema.ApplyToFile(database.FileConnectionString);
        }
        await keys.RefreshAsync(cancellationToken);
        await using AsyncServiceScope scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<Clients>().ApplyAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Renews keys and deletes what has ended.</summary>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>When it is done.</returns>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        await keys.RefreshAsync(cancellationToken);
        await using AsyncServiceScope scope = scopes.CreateAsyncScope();
        DateTimeOffset now = clock.GetUtcNow();
        DateTime instant = now.UtcDateTime;
        DateTime yesterday = (now - KeptAfterEnd).UtcDateTime;
        AccountsDbContext rows = scope.ServiceProvider.GetRequiredService<AccountsDbContext>();
        long deleted = await scope
            .ServiceProvider.GetRequiredService<IOpenIddictTokenManager>()
            .PruneAsync(now - KeptAfterEnd, cancellationToken);
        deleted += await scope
            .ServiceProvider.GetRequiredService<IOpenIddictAuthorizationManager>()
            .PruneAsync(now - KeptAfterEnd, cancellationToken);
        deleted += await rows.Links.Where(row => row.ExpiresAt <= instant).ExecuteDeleteAsync(cancellationToken);
        deleted += await rows
            .Attempts.Where(row => row.LastAt < yesterday && (row.LockedUntil == null || row.LockedUntil <= instant))
            .ExecuteDeleteAsync(cancellationToken);
        deleted += await rows.SpentChallenges.Where(row => row.ForgetAt <= instant).ExecuteDeleteAsync(cancellationToken);
        deleted += await rows.DataProtectionKeys.Where(row => row.DestroyAfter <= instant).ExecuteDeleteAsync(cancellationToken);
        LogSwept(deleted);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(fault.GetType().Name);
            }
        }
    }

    [LoggerMessage(EventIds.AccountsSwept, LogLevel.Debug, "{Count} ended rows of the accounts database were deleted")]
    private partial void LogSwept(long count);

    [LoggerMessage(EventIds.SweepFailed, LogLevel.Warning, "The accounts database could not be swept: {ExceptionType}")]
    private partial void LogFailed(string exceptionType);
}
