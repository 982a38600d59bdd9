using System.Threading.Channels;

namespace Lethe.Control.Identity.Accounts;

/// <summary>
/// Addresses as they were typed, looked up after the answer, whose time therefore tells nothing. Bounded: what is too much is dropped, and counted
/// by nobody's address.
/// </summary>
/// <param name="scopes">Makes services, anew for each address.</param>
internal abstract class AddressQueue(IServiceScopeFactory scopes) : BackgroundService
{
    private const int Most = 1000;

    private readonly Channel<string> waiting = Channel.CreateBounded<string>(
        new BoundedChannelOptions(Most) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true }
    );

    /// <summary>Adds an address.</summary>
    /// <param name="email">The address, as typed.</param>
    public void Add(string email) => waiting.Writer.TryWrite(email);

    /// <summary>Does what is to be done for an address.</summary>
    /// <param name="services">The services.</param>
    /// <param name="email">The address, as typed.</param>
    /// <param name="stoppingToken">The host stops.</param>
    /// <returns>When it is done.</returns>
    protected abstract Task HandleAsync(IServiceProvider services, string email, CancellationToken stoppingToken);

    /// <summary>Tells that one could not be done. The next ones are.</summary>
    /// <param name="exceptionType">The type of what happened.</param>
    protected abstract void LogFailed(string exceptionType);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (string email in waiting.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await using AsyncServiceScope scope = scopes.CreateAsyncScope();
                await HandleAsync(scope.ServiceProvider, email, stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(fault.GetType().Name);
            }
        }
    }
}
