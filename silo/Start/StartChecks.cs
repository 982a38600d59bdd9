using System.Data.Common;
using System.Net;
using Lethe.Records.Keys;
using Lethe.Silo.Migration;
using Lethe.Silo.Settings;
using Lethe.Silo.Storage;
using Microsoft.Extensions.Options;

namespace Lethe.Silo.Start;

/// <summary>Everything that can be known to be wrong before the silo joins its cluster, each with a sentence of its own.</summary>
internal sealed partial class StartChecks(SiloSettings settings, IServiceProvider services, ILogger<StartChecks> logger)
    : IHostedLifecycleService
{
    /// <inheritdoc/>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        IPAddress orleans = IPAddress.Parse(settings.Orleans.Address);
        Ports.Probe(
            (orleans, settings.Orleans.SiloPort, "Orleans:SiloPort"),
            (orleans, settings.Orleans.GatewayPort, "Orleans:GatewayPort"),
            (IPAddress.Parse(settings.Management.Address), settings.Management.Port, "Management:Port")
        );
        if (settings.Database.Provider == DatabaseSettings.Sqlite)
        {
            SqliteSchema.Apply(settings.Plane, settings.Database.ConnectionString);
        }
        else
        {
            string folder = settings.Plane == Plane.Content ? SchemaFolders.Content : SchemaFolders.Identity;
            await PostgreSqlSchema.CheckAsync(services.GetRequiredService<DbDataSource>(), folder, cancellationToken);
        }

        if (settings.Plane == Plane.Identity)
        {
            await CheckKeyStoreAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        LogReady(settings.Plane, settings.Region);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        LogStopping(settings.Plane, settings.Region);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task CheckKeyStoreAsync(CancellationToken cancellationToken)
    {
        try
        {
            _ = services.GetRequiredService<IKeyStore>();
        }
        catch (Exception exception) when (exception is InvalidDataException)
        {
            throw new StartRefusedException(exception.Message, exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException("The KEK's file or the key store's folder cannot be read or written.", exception);
        }

        if (services.GetRequiredService<IOptions<KeyStoreOptions>>().Value.Provider == "database")
        {
            DbDataSource keys = services.GetRequiredKeyedService<DbDataSource>(KeyStoreExtensions.DatabaseName);
            await PostgreSqlSchema.CheckAsync(keys, SchemaFolders.Keys, cancellationToken);
        }
    }

    [LoggerMessage(EventIds.Ready, LogLevel.Information, "{Plane} silo of {Region} is ready")]
    private partial void LogReady(Plane plane, Contracts.Region region);

    [LoggerMessage(EventIds.Stopping, LogLevel.Information, "{Plane} silo of {Region} is stopping")]
    private partial void LogStopping(Plane plane, Contracts.Region region);
}
