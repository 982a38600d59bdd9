using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Lethe.Records.Tokens;

/// <summary>
/// Turns the epoch on time, in each silo and from its start on: private keys of ended epochs go whether or not anybody asks for
/// keys, and also those of epochs that ended while every silo was down. Forgets closed keys within <see cref="LookEvery"/>.
/// </summary>
internal sealed partial class EpochTurn(
    IServiceProvider services,
    IGrainFactory grains,
    TimeProvider clock,
    IOptions<TokenOptions> options,
    ILogger<EpochTurn> logger
) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);
    private readonly CancellationTokenSource stopping = new();
    private Task turning = Task.CompletedTask;

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle observer) =>
        observer.Subscribe(nameof(EpochTurn), ServiceLifecycleStage.Active, StartAsync, StopAsync);

    /// <inheritdoc/>
    public void Dispose() => stopping.Dispose();

    private Task StartAsync(CancellationToken cancellationToken)
    {
        turning = TurnAsync();
        return Task.CompletedTask;
    }

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync();
        await turning.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task TurnAsync()
    {
        // Not in the constructor: the silo makes this before the start checks have looked at the key store.
        IssuerKeyRing ring = services.GetRequiredService<IssuerKeyRing>();
        while (true)
        {
            try
            {
                await ring.ListAsync(grains, stopping.Token);
            }
            catch (Exception fault) when (fault is not OperationCanceledException || !stopping.IsCancellationRequested)
            {
                LogFailed(fault.GetType().Name); // the next look tries again; keys in memory go by their own timer
            }
            TimeSpan left = TimeSpan.FromSeconds(options.Value.SecondsLeft(clock.GetUtcNow()));
            await Task.Delay(left < LookEvery ? left : LookEvery, clock, stopping.Token);
        }
    }

    [LoggerMessage(EventIds.EpochTurnFailed, LogLevel.Warning, "The issuing keys were not looked at: {Fault}")]
    private partial void LogFailed(string fault);
}
