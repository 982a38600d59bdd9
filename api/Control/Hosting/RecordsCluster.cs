using System.Net;
using Npgsql;
using Orleans.Configuration;

namespace Lethe.Control.Hosting;

/// <summary>The Orleans client, which reaches the records silos of this cell and nothing else.</summary>
internal static class RecordsCluster
{
    private const int MaxMessageBytes = 20 * 1024 * 1024;

    /// <summary>Adds the client, unless there is a grain factory already. It connects at start, and again for as long as it takes.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">The host's configuration.</param>
    public static void AddRecordsCluster(this IServiceCollection services, IConfiguration configuration)
    {
        if (services.Any(service => service.ServiceType == typeof(IGrainFactory)))
        {
            return;
        }
        services.AddOptionsWithValidateOnStart<RecordsClusterOptions, RecordsClusterOptionsValidator>().BindConfiguration("Orleans");
        RecordsClusterOptions options = configuration.GetSection("Orleans").Get<RecordsClusterOptions>() ?? new();

        // An empty configuration: Orleans would read our section of the same name in its own way.
        services.AddOrleansClient(
            new ConfigurationBuilder().Build(),
            client =>
            {
                client.Configure<ClusterOptions>(cluster =>
                {
                    cluster.ClusterId = options.ClusterId;
                    cluster.ServiceId = options.ServiceId;
                });
                client.Configure<ClientMessagingOptions>(messaging =>
                {
                    messaging.MaxMessageBodySize = MaxMessageBytes;
                    messaging.CancelRequestOnTimeout = true;
                });
                client.UseConnectionRetryFilter(
                    async (_, cancellationToken) =>
                    {
                        await Task.Delay(TimeSpan.FromMilliseconds(500), cancellationToken);
                        return true;
                    }
                );
                if (options.Clustering == "database")
                {
                    NpgsqlDataSource source = NpgsqlDataSource.Create(
                        configuration["Database:ConnectionString"]
                            ?? throw new InvalidOperationException("Database:ConnectionString is missing.")
                    );
                    client.Services.AddSingleton(source);
                    client.UseAdoNetClustering(clustering =>
                    {
                        clustering.Invariant = "Npgsql";
                        clustering.DataSource = source;
                    });
                }
                else
                {
                    client.UseStaticClustering([.. options.Gateways.Select(IPEndPoint.Parse)]);
                }
            }
        );
    }
}
