using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Yarp.ReverseProxy.Configuration;

namespace Lethe.BenchmarksTests.Processes;

/// <summary>Which process a configuration file describes.</summary>
internal enum HostRole
{
    /// <summary>Answers as a model's vendor would, at once.</summary>
    Vendor,

    /// <summary>YARP with one route to the vendor.</summary>
    Yarp,
}

/// <summary>The processes beside Lethe's own: HTTPS in front as the Gateway has it, nothing logged, health on a port of its own.</summary>
internal static class MeasuredHost
{
    /// <summary>Runs a process until it is told to stop.</summary>
    /// <param name="file">Its configuration.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>0.</returns>
    public static async Task<int> RunAsync(string file, CancellationToken cancellationToken)
    {
        IConfiguration settings = new ConfigurationBuilder().AddJsonFile(file).Build();
        HostRole role = settings.GetValue<HostRole>("Role");
        int management = settings.GetValue<int>("Management:Port");
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, settings, management));
        builder.Services.AddRouting();
        if (role == HostRole.Yarp)
        {
            AddProxy(builder.Services, settings["Vendor"]!, settings["TrustedCa"]!);
        }
        await using WebApplication host = builder.Build();
        host.UseRouting();
        host.MapGet("/health/ready", () => "ready").RequireHost($"*:{management}");
        if (role == HostRole.Yarp)
        {
            host.MapReverseProxy();
        }
        else
        {
            host.MapPost("/v1/chat/completions", Vendor.AnswerAsync);
        }
        await host.StartAsync(cancellationToken);
        await host.WaitForShutdownAsync(cancellationToken);
        return 0;
    }

    private static void Listen(KestrelServerOptions kestrel, IConfiguration settings, int management)
    {
        kestrel.AddServerHeader = false;
        var certificate = X509Certificate2.CreateFromPemFile(settings["Certificate"]!, settings["CertificateKey"]!);
        kestrel.Listen(
            IPAddress.Loopback,
            settings.GetValue<int>("Port"),
            endpoint =>
            {
                endpoint.Protocols = HttpProtocols.Http1AndHttp2;
                endpoint.UseHttps(certificate, https => https.SslProtocols = SslProtocols.Tls13);
            }
        );
        kestrel.Listen(IPAddress.Loopback, management);
    }

    private static void AddProxy(IServiceCollection services, string vendor, string authority) =>
        services
            .AddReverseProxy()
            .LoadFromMemory(
                [
                    new RouteConfig
                    {
                        RouteId = "chat",
                        ClusterId = "vendor",
                        Match = new RouteMatch { Path = "/v1/{**rest}" },
                    },
                ],
                [
                    new ClusterConfig
                    {
                        ClusterId = "vendor",
                        Destinations = new Dictionary<string, DestinationConfig>(StringComparer.Ordinal)
                        {
                            ["vendor"] = new() { Address = vendor },
                        },
                        HttpRequest = new()
                        {
                            Version = HttpVersion.Version11, // as the Gateway speaks to vendors
                            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                        },
                    },
                ]
            )
            .ConfigureHttpClient(
                (_, handler) =>
                {
                    X509ChainPolicy policy = new()
                    {
                        TrustMode = X509ChainTrustMode.CustomRootTrust,
                        RevocationMode = X509RevocationMode.NoCheck,
                    };
                    policy.CustomTrustStore.ImportFromPemFile(authority);
                    handler.SslOptions.CertificateChainPolicy = policy;
                }
            );
}
