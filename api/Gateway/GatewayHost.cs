using Lethe.Gateway.ChatCompletions;
using Lethe.Gateway.Documents;
using Lethe.Gateway.Documents.Reading;
using Lethe.Gateway.Hosting;
using Lethe.Gateway.Models;
using Lethe.Gateway.Sessions;
using Lethe.Gateway.Turns;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Lethe.Gateway;

/// <summary>The Gateway host of one cell: stateless, the only process that reads content, for as long as one request runs.</summary>
public static class GatewayHost
{
    /// <summary>Builds the host. Nothing listens before it is started.</summary>
    /// <param name="configuration">Everything that differs between deployments.</param>
    /// <param name="services">Replaces services, for tests: a clock, or a vendor.</param>
    /// <returns>The host, not started.</returns>
    public static WebApplication Create(IConfiguration configuration, Action<IServiceCollection>? services = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(
            new() { ApplicationName = typeof(GatewayHost).Assembly.GetName().Name }
        );
        builder.Configuration.AddConfiguration(configuration);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();

        // Our events only: those of Orleans and Kestrel may quote what they could not send or read.
        builder.Logging.AddSimpleConsole().SetMinimumLevel(LogLevel.None).AddFilter("Lethe", LogLevel.Information);
        AddHosting(builder.Services, configuration);
        AddSessions(builder.Services);
        builder.Services.AddDocumentReading();
        builder.Services.AddModels();
        builder.Services.AddChatCompletions();
        builder.Services.AddSingleton<TurnPlanner>().AddSingleton<TurnRun>();
        services?.Invoke(builder.Services);

        WebApplication app = builder.Build();
        _ = app.Services.GetRequiredService<PrometheusText>(); // counts from the first request on, not from the first look
        app.UseMiddleware<ProblemBoundary>();
        app.UseManagement();
        app.UseRouting();
        app.UseWhen(context => context.Request.Headers.Origin.Count > 0, pages => pages.UseCors()); // to others it has nothing to say
        app.UseSessions();
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        app.MapSessions();
        app.MapDocuments();
        app.MapTurns();
        app.MapChatCompletions();
        return app;
    }

    private static void AddSessions(IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<SessionKeyOptions, SessionKeyOptionsValidator>().BindConfiguration("SessionKeys");
        services.AddOptionsWithValidateOnStart<IssuerKeyOptions, IssuerKeyOptionsValidator>().BindConfiguration("IssuerKeys");
        services.AddSingleton<SessionKeys>().AddSingleton<SessionCredentials>().AddSingleton<SessionChallenge>();
        services.AddSingleton<IssuerKeys>().AddHostedService(provider => provider.GetRequiredService<IssuerKeys>());
        services.AddSingleton<TokenRedemption>().AddSingleton<SessionLeases>();
        // Behind the cluster's client, so that it stops before that one does.
        services.AddSingleton<EndedCallsTeller>().AddHostedService(provider => provider.GetRequiredService<EndedCallsTeller>());
    }

    private static void AddHosting(IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptionsWithValidateOnStart<CellsOptions, CellsOptionsValidator>().Bind(configuration);
        services.AddOptionsWithValidateOnStart<Hosting.ListenOptions, ListenOptionsValidator>().BindConfiguration("Listen");
        services.AddOptionsWithValidateOnStart<ManagementOptions, ManagementOptionsValidator>().BindConfiguration("Management");
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>, KestrelSetup>();
        services.AddMetrics();
        services.AddSingleton<GatewayMetrics>().AddSingleton<PrometheusText>().AddSingleton<Readiness>();
        services.AddSessionCluster(configuration);
        services.AddRouting();
        services.AddOpenApi();
        services.AddDataProtection().UseEphemeralDataProtectionProvider(); // Gateways keep no keys
        string[] origins = configuration.GetSection("Cors:Origins").Get<string[]>() ?? [];
        services.AddCors(cors =>
            cors.AddDefaultPolicy(policy =>
                policy
                    .WithOrigins(origins)
                    .WithMethods("GET", "POST", "PUT", "DELETE")
                    .WithHeaders("authorization", "content-type", "accept")
                    .WithExposedHeaders("WWW-Authenticate", "Retry-After")
                    .SetPreflightMaxAge(TimeSpan.FromHours(2))
            )
        );
    }
}
