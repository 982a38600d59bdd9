using System.Threading.Channels;
using Lethe.Contracts.Ledger;
using Lethe.Contracts.Tenants;
using Lethe.Control.Identity;
using Lethe.Control.Identity.Accounts;
using Microsoft.AspNetCore.Identity;

namespace Lethe.Control.Desk;

/// <summary>
/// Mails to reset a password that staff asked for. Looked up after the answer, which is the same for every address: staff
/// learn neither by its text nor by its time whether there is an account.
/// </summary>
/// <param name="scopes">Makes services.</param>
/// <param name="pseudonyms">Makes pseudonyms.</param>
/// <param name="grains">The records silos.</param>
/// <param name="logger">The log.</param>
internal sealed partial class StaffResets(
    IServiceScopeFactory scopes,
    Pseudonyms pseudonyms,
    IGrainFactory grains,
    ILogger<StaffResets> logger
) : BackgroundService
{
    private const int Most = 1000;

    private readonly Channel<(string Email, AccountId Staff)> waiting = Channel.CreateBounded<(string Email, AccountId Staff)>(
        new BoundedChannelOptions(Most) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true }
    );

    /// <summary>Adds a request.</summary>
    /// <param name="email">The address, as typed.</param>
    /// <param name="staff">Who asks.</param>
    public void Add(string email, AccountId staff) => waiting.Writer.TryWrite((email, staff));

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach ((string email, AccountId staff) in waiting.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await SendAsync(email, staff, stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(fault.GetType().Name);
            }
        }
    }

    // To members of tenants only: staff themselves use the page that everybody uses.
    private async Task SendAsync(string email, AccountId staff, CancellationToken cancellationToken)
    {
        await using AsyncServiceScope scope = scopes.CreateAsyncScope();
        Account? account = await scope.ServiceProvider.GetRequiredService<UserManager<Account>>().FindByEmailAsync(email);
        if (
            account is null or { Status: AccountStatus.Deactivated }
            || !TenantId.TryParse(account.TenantId, out TenantId tenant)
            || !scope.ServiceProvider.GetRequiredService<AttemptLimits>().TryMail(email)
        )
        {
            return;
        }
        AccountId member = pseudonyms.Of(TrustedIssuer.OwnName, account.Id);
        await grains
            .GetGrain<ILedgerGrain>(tenant.GrainKey)
            .AppendAsync(new(LedgerEvent.ResetMailSent, staff, member.Value, Region: null), cancellationToken);
        await scope.ServiceProvider.GetRequiredService<PasswordResetService>().SendAsync(account, cancellationToken);
    }

    [LoggerMessage(EventIds.StaffResetFailed, LogLevel.Warning, "A mail that staff asked for could not be prepared: {ExceptionType}")]
    private partial void LogFailed(string exceptionType);
}
