using System.Text.Json;
using System.Text.Json.Serialization;
using Lethe.Control.Admin;
using Lethe.Control.Admin.Members;
using Lethe.Control.Console.Accounts;
using Lethe.Control.Console.Members;
using Lethe.Control.Console.Shell;
using Lethe.Control.Desk;
using Lethe.Control.Discovery;
using Lethe.Control.Hosting;
using Lethe.Control.Identity;
using Lethe.Control.Identity.Accounts;
using Lethe.Control.Identity.OpenId;
using Lethe.Control.Identity.Providers;
using Lethe.Control.Moves;
using Lethe.Control.Operator;
using Lethe.Control.OwnAccount;
using Lethe.Control.Support;
using Lethe.Control.Tenants;
using Lethe.Control.Tokens;
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
            .Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
            .SetMinimumLevel(LogLevel.Warning)
            .AddFilter("Lethe", LogLevel.Information)
            .AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning)
            .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error) // warns that keys are not encrypted: the repository does it
            .AddFilter("Microsoft.EntityFrameworkCore", LogLevel.None) // quotes statements and exceptions
            .AddFilter("Microsoft.AspNetCore.Antiforgery", LogLevel.Error) // warns at every form that it is not to be cached
            .AddFilter("Microsoft.AspNetCore.Identity", LogLevel.Error) // quotes ids
            .AddFilter("OpenIddict", LogLevel.None);
        services?.Invoke(builder.Services);
        AddHosting(builder.Services, configuration);
        builder.Services.AddIdentity();
        builder.Services.AddAccounts();
        builder.Services.AddPages();
        AddTenants(builder.Services);
        builder.Services.AddSupport();
        builder.Services.AddDesk();
        builder.Services.AddMembers();

        WebApplication app = builder.Build();
        app.UseMiddleware<ProblemBoundary>();
        app.UseManagement();
        app.UseCells();
        app.Use(CountAsync);
        app.UseRouting();
        app.UseCors();
        app.UseAuthentication();
        app.UseMiddleware<TenantGate>();
        app.UseMiddleware<RoleGate>();
        app.UseAuthorization();
        app.UseMiddleware<PageBoundary>();
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        app.MapOpenId();
        app.MapAccountPages();
        app.MapConsole();
        app.MapDiscovery();
        app.MapTokens();
        app.MapAdmin();
        app.MapIdentityProviders();
        app.MapMembers();
        app.MapOwnAccount();
        app.MapSignInSettings();
        app.MapSupport();
        app.MapDesk();
        app.MapResetMail();
        app.MapOperator();
        return app;
    }

    private static Task CountAsync(HttpContext context, RequestDelegate next)
    {
        context.RequestServices.GetRequiredService<ControlMetrics>().Request();
        return next(context);
    }

    private static void AddTenants(IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<DirectoryOptions, DirectoryOptionsValidator>().BindConfiguration("Directory");
        services.AddOptionsWithValidateOnStart<MoveOptions, MoveOptionsValidator>().BindConfiguration("Moves");
        services.AddOptionsWithValidateOnStart<ProvisioningOptions, ProvisioningOptionsValidator>().BindConfiguration("Provisioning");
        services.AddSingleton<IValidateOptions<ProvisioningOptions>, ProvisioningRules>();
        services.AddSingleton<ProvisionedAccounts>().AddSingleton<Domains>().AddSingleton<IssuerDirectoryDocument>();
        services.AddSingleton<CellSignatures>().AddSingleton<CellInbox>().AddSingleton<MovedAccounts>().AddSingleton<MoveDriver>();
        services.TryAddSingleton<ICellLink, CellLink>();
        services.AddHostedService<ProvisioningService>().AddHostedService<MoveService>();
    }

    private static void AddHosting(IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptionsWithValidateOnStart<ControlOptions, ControlOptionsValidator>().Bind(configuration);
        services.AddOptionsWithValidateOnStart<Hosting.ListenOptions, ListenOptionsValidator>().BindConfiguration("Listen");
        services.AddOptionsWithValidateOnStart<ManagementOptions, ManagementOptionsValidator>().BindConfiguration("Management");
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>, KestrelSetup>();
        services.AddSingleton<ControlMetrics>().AddSingleton<Readiness>();
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
