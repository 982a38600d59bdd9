using Lethe.Contracts.Ledger;
using Microsoft.AspNetCore.Identity;

namespace Lethe.Control.Identity.Accounts;

/// <summary>Addresses that failed passwords have locked. Whether one has an account is looked up, and recorded, after the answer.</summary>
/// <param name="scopes">Makes services.</param>
/// <param name="logger">The log.</param>
internal sealed partial class LockedAccounts(IServiceScopeFactory scopes, ILogger<LockedAccounts> logger) : AddressQueue(scopes)
{
    /// <inheritdoc/>
    protected override async Task HandleAsync(IServiceProvider services, string email, CancellationToken stoppingToken)
    {
        if (await services.GetRequiredService<UserManager<Account>>().FindByEmailAsync(email) is { } account)
        {
            await services.GetRequiredService<AccountLedger>().RecordWithoutActorAsync(LedgerEvent.AccountLocked, account, stoppingToken);
        }
    }

    /// <inheritdoc/>
    [LoggerMessage(EventIds.LockNotRecorded, LogLevel.Error, "A locked account could not be recorded: {ExceptionType}")]
    protected override partial void LogFailed(string exceptionType);
}
