namespace Lethe.Control.Identity.Accounts;

/// <summary>Requests for a reset, looked up after they were answered.</summary>
/// <param name="scopes">Makes services.</param>
/// <param name="logger">The log.</param>
internal sealed partial class ResetQueue(IServiceScopeFactory scopes, ILogger<ResetQueue> logger) : AddressQueue(scopes)
{
    /// <inheritdoc/>
    protected override Task HandleAsync(IServiceProvider services, string email, CancellationToken stoppingToken) =>
        services.GetRequiredService<PasswordResetService>().SendAsync(email, stoppingToken);

    /// <inheritdoc/>
    [LoggerMessage(EventIds.ResetNotSent, LogLevel.Warning, "The mail of a reset could not be prepared: {ExceptionType}")]
    protected override partial void LogFailed(string exceptionType);
}
