using System.Threading.Channels;
using Lethe.Contracts.Ledger;
using Microsoft.AspNetCore.Identity;

namespace Lethe.Control.Identity.Accounts;

/// <summary>
/// Addresses that failed passwords have locked. Whether one has an account is looked up, and recorded, after the answer: its
/// time tells nothing. Bounded; what is too much is dropped.
/// </summary>
/// <param name="scopes">Makes services.</param>
/// <param name="logger">The log.</param>
internal sealed partial class LockedAccounts(IServiceScopeFactory scopes, ILogger<LockedAccounts> logger) : BackgroundService
{
    private const int Most = 1000;

    private readonly Channel<string> waiting = Channel.CreateBounded<string>(
        new BoundedChannelOptions(Most) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true }
    );

    /// <summary>Adds an address.</summary>
    /// <param name="email">The address, as typed.</param>
    public void Add(string email) => waiting.Writer.TryWrite(email);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (string email in waiting.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await using AsyncServiceScope scope = scopes.CreateAsyncScope();
                if (await scope.ServiceProvider.GetRequiredService<UserManager<Account>>().FindByEmailAsync(email) is { } account)
                {
                    await scope
                        .ServiceProvider.GetRequiredService<AccountLedger>()
                        .RecordWithoutActorAsync(LedgerEvent.AccountLocked, account, stoppingToken);
                }
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(fault.GetType().Name);
            }
        }
    }

    [LoggerMessage(EventIds.LockNotRecorded, LogLevel.Error, "A locked account could not be recorded: {ExceptionType}")]
    private partial void LogFailed(string exceptionType);
}
