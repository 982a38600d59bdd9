using System.Net;
using Orleans.Configuration;

namespace Lethe.Gateway.Hosting;

/// <summary>The Orleans client, which reaches the session silos of this cell and nothing else.</summary>
internal static class SessionCluster
{
    private const int MaxMessageBytes = 20 * 1024 * 1024;

    /// <summary>Adds the client. It connects when the host starts, and again for as long as it takes.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">The host's configuration.</param>
    public static void AddSessionCluster(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptionsWithValidateOnStart<SessionClusterOptions, SessionClusterOptionsValidator>().BindConfiguration("Orleans");
        SessionClusterOptions options = configuration.GetSection("Orleans").Get<SessionClusterOptions>() ?? new();
        MembershipOptions membership = configuration.GetSection("Database").Get<MembershipOptions>() ?? new();

        // An empty configuration: Orleans would read our section of the same name in its own way.
        services.AddOrleansClient(
            new ConfigurationBuilder().Build(),
            client =>
            {
                client.Configure<ClusterOptions>(cluster =>
                {
                    cluster.ClusterId = options.ClusterId ?? string.Empty;
                    cluster.ServiceId = options.ServiceId ?? string.Empty;
                });
                client.Configure<ClientMessagingOptions>(messaging =>
                {
                    messaging.MaxMessageBodySize = MaxMessageBytes;
                    messaging.ResponseTimeout = options.CallTimeout;
                });
                client.UseConnectionRetryFilter<RetryUntilStopped>();
                if (options.Clustering == "database")
                {
                    client.UseAdoNetClustering(ado =>
                    {
                        ado.Invariant = "Npgsql";
                        ado.ConnectionString = membership.ConnectionString ?? string.Empty;
                    });
                }
                else
                {
                    IPEndPoint[] gateways =
                    [
                        .. options.Gateways.Select(text => IPEndPoint.TryParse(text, out IPEndPoint? at) ? at : null).OfType<IPEndPoint>(),
                    ];
                    client.UseStaticClustering(gateways.Length > 0 ? gateways : [new IPEndPoint(IPAddress.Loopback, 0)]);
                }
            }
        );
    }
}

/// <summary>Tries again each second: silos may start later than Gateways.</summary>
/// <param name="clock">Measures the second.</param>
/// <param name="logger">Tells that it waits.</param>
internal sealed partial class RetryUntilStopped(TimeProvider clock, ILogger<RetryUntilStopped> logger) : IClientConnectionRetryFilter
{
    /// <inheritdoc/>
    public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
    {
        LogUnreachable(exception.GetType().Name);
        await Task.Delay(TimeSpan.FromSeconds(1), clock, cancellationToken);
        return true;
    }

    [LoggerMessage(EventIds.ClusterUnreachable, LogLevel.Warning, "No session silo is reachable yet: {ExceptionType}")]
    private partial void LogUnreachable(string exceptionType);
}
