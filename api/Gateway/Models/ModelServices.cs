using Lethe.Gateway.Hosting;
using Lethe.Gateway.Models.Extractive;
using Lethe.Gateway.Models.OpenAi;
using Microsoft.Extensions.Options;

namespace Lethe.Gateway.Models;

/// <summary>Registers the route table and the protocols behind it.</summary>
internal static partial class ModelServices
{
    /// <summary>Adds models. A malformed route table stops the host before it listens.</summary>
    /// <param name="services">The host's services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddModels(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<ModelOptions, ModelOptionsValidator>().BindConfiguration("Routes");
        services.AddSingleton<IModelProtocol, ExtractiveProtocol>();
        services.AddSingleton<Func<ModelRouteTable>>(provider => provider.GetRequiredService<ModelRouteTable>); // the table knows the protocols
        services.AddSingleton(provider => new Egress(
            provider.GetRequiredService<IOptions<ModelOptions>>().Value,
            provider.GetRequiredService<Func<ModelRouteTable>>()
        ));
        services
            .AddSingleton<OpenAiChatProtocol>()
            .AddSingleton<IModelProtocol>(provider => provider.GetRequiredService<OpenAiChatProtocol>());
        services.AddSingleton(ReadTable).AddSingleton<IModelRoutes>(provider => provider.GetRequiredService<ModelRouteTable>());
        services.AddSingleton<IModelRunner, ModelRunner>();
        services.AddHostedService<TableAtStart>();
        return services;
    }

    private static ModelRouteTable ReadTable(IServiceProvider provider)
    {
        ModelOptions options = provider.GetRequiredService<IOptions<ModelOptions>>().Value;
        Contracts.Region region = provider.GetRequiredService<IOptions<CellsOptions>>().Value.Region!.Value;
        List<IModelProtocol> protocols = [.. provider.GetServices<IModelProtocol>()];
        HashSet<string> names = protocols.Select(protocol => protocol.Name).ToHashSet(StringComparer.Ordinal);
        RouteTableFile table = RouteTableFile.Read(
            File.ReadAllBytes(options.File),
            Contracts.RegionNames.ToName(region),
            names,
            options.AllowLoopback
        );
        TimeProvider clock = provider.GetRequiredService<TimeProvider>();
        return new ModelRouteTable(table, region, protocols, new SecretFolder(options.SecretsFolder, clock), clock);
    }

    /// <summary>Reads the table before anything listens, and tells which routes are closed and why.</summary>
    private sealed partial class TableAtStart(ModelRouteTable table, ILogger<TableAtStart> logger) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            int row = 0;
            foreach (RouteState state in table.States)
            {
                row++;
                if (state != RouteState.Open)
                {
                    LogClosed(row, state);
                }
            }
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        [LoggerMessage(EventIds.RouteClosed, LogLevel.Warning, "Row {Row} of the route table is closed: {State}")]
        private partial void LogClosed(int row, RouteState state);
    }
}
