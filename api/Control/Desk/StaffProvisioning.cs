using System.Collections.Immutable;
using Lethe.Contracts.Support;
using Lethe.Contracts.Tenants;
using Lethe.Control.Identity;
using Lethe.Control.Tenants;
using Lethe.Control.Wording;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Desk;

/// <summary>Tells the records silos at start who the operator's staff are, and tries again until they know.</summary>
/// <param name="options">The staff.</param>
/// <param name="pseudonyms">Makes pseudonyms.</param>
/// <param name="accounts">Accounts of our own.</param>
/// <param name="grains">The records silos.</param>
/// <param name="clock">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class StaffProvisioning(
    IOptions<StaffOptions> options,
    Pseudonyms pseudonyms,
    ProvisionedAccounts accounts,
    IGrainFactory grains,
    TimeProvider clock,
    ILogger<StaffProvisioning> logger
) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                ImmutableArray<StaffEntry> staff = await ReadAsync(stoppingToken);
                await grains.GetGrain<IStaffRosterGrain>(IStaffRosterGrain.Key).ReplaceAsync(staff, stoppingToken);
                LogProvisioned(staff.Length);
                return;
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(fault.GetType().Name);
                await Task.Delay(Pause, clock, stoppingToken);
            }
        }
    }

    private async Task<ImmutableArray<StaffEntry>> ReadAsync(CancellationToken cancellationToken)
    {
        List<StaffEntry> staff = [];
        foreach (StaffMemberOptions member in options.Value.Staff)
        {
            AccountId account = member.Email is { } email
                ? await accounts.FindOrInviteAsync(tenant: null, email, LanguageCodes.Default, cancellationToken)
                : pseudonyms.Of(member.Issuer!, member.Subject!);
            staff.Add(new(account, member.AllRoles, member.Undertaking?.ToUndertaking()));
        }
        return [.. staff];
    }

    [LoggerMessage(EventIds.StaffProvisioned, LogLevel.Information, "{Count} staff are on file")]
    private partial void LogProvisioned(int count);

    [LoggerMessage(EventIds.StaffNotProvisioned, LogLevel.Warning, "The staff could not be put on file: {ExceptionType}")]
    private partial void LogFailed(string exceptionType);
}

/// <summary>Adds the desk to the host.</summary>
internal static class DeskExtensions
{
    /// <summary>Adds the staff of the configuration.</summary>
    /// <param name="services">The host's services.</param>
    public static void AddDesk(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<StaffOptions, StaffOptionsValidator>().BindConfiguration("Provisioning");
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<StaffOptions>, StaffRules>());
        services.AddHostedService<StaffProvisioning>();
        services.AddSingleton<StaffResets>().AddHostedService(provider => provider.GetRequiredService<StaffResets>());
    }
}
