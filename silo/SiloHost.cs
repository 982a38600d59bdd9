using System.Net;
using Lethe.PrivacyPass;
using Lethe.Silo.Calls;
using Lethe.Silo.Logging;
using Lethe.Silo.Management;
using Lethe.Silo.Planes;
using Lethe.Silo.Settings;
using Lethe.Silo.Start;
using Lethe.Silo.Storage;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Configuration;

namespace Lethe.Silo;

/// <summary>The silo host of one plane in one cell.</summary>
public static class SiloHost
{
    /// <summary>The largest Orleans message, body or header included, in bytes. One item of a session fits, with room.</summary>
    public const int MaxMessageBodySize = 20 * 1024 * 1024;

    private const int MaxMessageHeaderSize = 64 * 1024;

    /// <summary>Builds the host. Nothing listens and no file is touched before it is started.</summary>
    /// <param name="configuration">Everything that differs between deployments.</param>
    /// <param name="services">Changes services after all others; for tests.</param>
    /// <returns>The host, not started. Its web server is the management port only.</returns>
    /// <exception cref="StartRefusedException">The configuration is wrong; the message says how. Starting throws the same.</exception>
    public static WebApplication Create(IConfiguration configuration, Action<IServiceCollection>? services = null)
    {
        SiloSettings settings = SiloSettings.Read(configuration);
        if (settings.Plane == Plane.Identity)
        {
            EnsureSigning();
        }
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Lethe.Silo" });
        // Orleans would read the section "Orleans" by itself, in a form that is not ours.
        builder.Configuration.AddInMemoryCollection(
            configuration.AsEnumerable().Where(pair => !pair.Key.StartsWith("Orleans", StringComparison.OrdinalIgnoreCase))
        );
        builder.Logging.AddContentFreeLogging();
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Parse(settings.Management.Address), settings.Management.Port);
        });
        builder.Services.AddRouting();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton<Readiness>();
        builder.Services.AddSingleton<Metrics>();
        builder.Services.AddHostedService<StartChecks>();
        builder.Services.AddDatabases(settings);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = settings.Orleans.StopTimeout);
        builder.UseOrleans(silo => Configure(silo, settings));
        services?.Invoke(builder.Services);

        WebApplication host = builder.Build();
        host.UseRouting();
        host.MapManagement();
        return host;
    }

    // Before anything else: without OpenSSL, .NET itself aborts at the first use of cryptography, and says less.
    private static void EnsureSigning()
    {
        try
        {
            BlindSigner.EnsureSupported();
        }
        catch (PlatformNotSupportedException exception)
        {
            throw new StartRefusedException(exception.Message, exception);
        }
    }

    private static void Configure(ISiloBuilder silo, SiloSettings settings)
    {
        OrleansSettings orleans = settings.Orleans;
        IServiceCollection services = silo.Services;
        services.Configure<ClusterOptions>(cluster =>
        {
            cluster.ClusterId = orleans.ClusterId;
            cluster.ServiceId = orleans.ServiceId;
        });
        silo.ConfigureEndpoints(IPAddress.Parse(orleans.Address), orleans.SiloPort, orleans.GatewayPort);
        services.Configure<SiloMessagingOptions>(messaging =>
        {
            messaging.MaxMessageBodySize = MaxMessageBodySize;
            messaging.MaxMessageHeaderSize = MaxMessageHeaderSize;
            messaging.CancelRequestOnTimeout = true; // else a grain goes on for a caller that has left
        });
        services.Configure<GrainCollectionOptions>(collection => collection.EnableActivationSheddingOnMemoryPressure = false);
        silo.AddIncomingGrainCallFilter<CallGuard>();
        silo.AddClustering(settings);
        silo.AddSlices(settings);
        services.OfferGrainsOf(settings.Plane);
    }
}
