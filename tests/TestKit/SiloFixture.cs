using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Orleans.Configuration;
using Orleans.Runtime.Placement;
using Orleans.TestingHost;
using Xunit;

namespace Lethe.TestKit;

/// <summary>
/// The real runtime with the slices that a subclass adds: silos in this process, a fake clock for grains and our services only
/// (the runtime's own timers stay on real time), and every log record of the silos. Share one per collection; own grain keys per test.
/// </summary>
public abstract class SiloFixture : IAsyncLifetime
{
    private readonly short silos;

    /// <summary>Starts nothing yet.</summary>
    /// <param name="silos">How many silos.</param>
    protected SiloFixture(short silos = 1) => this.silos = silos;

    /// <summary>Gets the clock that grains see. It moves only when a test moves it.</summary>
    public ObservedClock Clock { get; } = new(new DateTimeOffset(2026, 6, 1, 8, 0, 0, TimeSpan.Zero));

    /// <summary>Gets the log records of all silos: ours from Debug, Orleans' from Warning.</summary>
    public FakeLogCollector Logs { get; } = FakeLogCollector.Create(new FakeLogCollectorOptions());

    /// <summary>Gets the cluster.</summary>
    public InProcessTestCluster Cluster { get; private set; } = null!;

    /// <summary>Gets a client of its own: arguments and answers are serialised on the way, as between processes.</summary>
    public IGrainFactory Grains => Cluster.Client;

    /// <summary>Gets the grain assemblies that the silos serve, as a plane of the silo host does. Null: all that are loaded.</summary>
    protected virtual IReadOnlyList<Assembly>? Served => null;

    /// <inheritdoc/>
    public virtual async ValueTask InitializeAsync()
    {
        InProcessTestClusterBuilder builder = new(silos);
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureSilo((_, silo) => ConfigureSilo(silo));
        Cluster = builder.Build();
        await Cluster.DeployAsync();
    }

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives a grain factory within a silo: arguments are passed as they are, by reference where the type is immutable.</summary>
    public IGrainFactory GrainsInSilo(int index = 0) => Cluster.Silos[index].ServiceProvider.GetRequiredService<IGrainFactory>();

    /// <summary>Runs a call that activates its grain on the silo with this number, if it is not active anywhere.</summary>
    public async Task<T> OnSiloAsync<T>(int index, Func<Task<T>> call)
    {
        RequestContext.Set(IPlacementDirector.PlacementHintKey, Cluster.Silos[index].SiloAddress);
        try
        {
            return await call();
        }
        finally
        {
            RequestContext.Clear();
        }
    }

    /// <summary>Adds the slices under test.</summary>
    protected abstract void Configure(ISiloBuilder silo);

    private void ConfigureSilo(ISiloBuilder silo)
    {
        silo.Services.AddSingleton<TimeProvider>(Clock).UseTimeProviderForBackgroundAreas(TimeProvider.System);
        silo.Services.AddLogging(logging =>
            logging
                .ClearProviders()
                .AddProvider(new FakeLoggerProvider(Logs))
                .SetMinimumLevel(LogLevel.Warning)
                .AddFilter("Lethe", LogLevel.Debug)
        );
        if (Served is { } served)
        {
            silo.Services.PostConfigure<GrainTypeOptions>(types =>
                types.Classes.RemoveWhere(type =>
                    type.Assembly.GetName().Name!.StartsWith("Lethe.", StringComparison.Ordinal) && !served.Contains(type.Assembly)
                )
            );
        }
        Configure(silo);
    }
}
