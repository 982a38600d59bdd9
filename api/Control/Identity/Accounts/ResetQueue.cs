using System.Threading.Channels;

namespace Lethe.Control.Identity.Accounts;

/// <summary>Requests for a reset, looked up after they were answered. Bounded: what is too much is dropped, and counted by nobody's address.</summary>
/// <param name="scopes">Makes services.</param>
/// <param name="logger">The log.</param>
internal sealed partial class ResetQueue(IServiceScopeFactory scopes, ILogger<ResetQueue> logger) : BackgroundService
{
    private const int Most = 1000;

    private readonly Channel<string> waiting = Channel.CreateBounded<string>(
        new BoundedChannelOptions(Most) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true }
    );

    /// <summary>Adds a request.</summary>
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
                await scope.ServiceProvider.GetRequiredService<PasswordResetService>().SendAsync(email, stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(fault.GetType().Name);
            }
        }
    }

    [LoggerMessage(EventIds.ResetNotSent, LogLevel.Warning, "The mail of a reset could not be prepared: {ExceptionType}")]
    private partial void LogFailed(string exceptionType);
}
