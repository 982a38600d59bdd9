using System.Text.Json;
using System.Text.Json.Serialization;
using Lethe.Control.Desk;
using Lethe.Control.Hosting;
using Lethe.Control.Identity;
using Lethe.Control.Support;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Lethe.Control;

/// <summary>The Control host of one cell.</summary>
public static class ControlHost
{
    /// <summary>Builds the host. Nothing listens before it is started.</summary>
    /// <param name="configuration">Everything that differs between deployments.</param>
    /// <param name="services">Replaces services, for tests: a clock, or a grain factory instead of a cluster of its own.</param>
    /// <returns>The host, not started.</returns>
    public static WebApplication Create(IConfiguration configuration, Action<IServiceCollection>? services = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(
            new() { ApplicationName = typeof(ControlHost).Assembly.GetName().Name }
        );
        builder.Configuration.AddConfiguration(configuration);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder
            .Logging.AddSimpleConsole()
            .SetMinimumLevel(LogLevel.Warning)
            .AddFilter("Lethe", LogLevel.Information)
            .AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);
        services?.Invoke(builder.Services);
        AddHosting(builder.Services, configuration);
        builder.Services.AddIdentity();
        builder.Services.AddSupport();
        builder.Services.AddDesk();

        WebApplication app = builder.Build();
        app.UseMiddleware<ProblemBoundary>();
        app.UseManagement();
        app.UseRouting();
        app.UseCors();
        app.UseAuthentication();
        app.UseMiddleware<TenantGate>();
        app.UseAuthorization();
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        app.MapSupport();
        app.MapDesk();
        return app;
    }

    private static void AddHosting(IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptionsWithValidateOnStart<ControlOptions, ControlOptionsValidator>().Bind(configuration);
        services.AddOptionsWithValidateOnStart<Hosting.ListenOptions, ListenOptionsValidator>().BindConfiguration("Listen");
        services.AddOptionsWithValidateOnStart<ManagementOptions, ManagementOptionsValidator>().BindConfiguration("Management");
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>, KestrelSetup>();
        services.AddSingleton<ControlMetrics>();
        services.AddRecordsCluster(configuration);
        services.AddRouting();
        services.AddOpenApi();
        services.AddValidation();
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(options =>
        {
            options.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
            options.SerializerOptions.AllowDuplicateProperties = false;
            options.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            options.SerializerOptions.MaxDepth = 16;
            options.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        });
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
