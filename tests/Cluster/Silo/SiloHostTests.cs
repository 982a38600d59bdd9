using System.Net;
using System.Net.Sockets;
using Lethe.Contracts;
using Lethe.Contracts.Ledger;
using Lethe.Contracts.Sessions;
using Lethe.Silo;
using Lethe.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Storage;
using Xunit;

namespace Lethe.ClusterTests.Silo;

public sealed class SiloHostTests : IDisposable
{
    private readonly TempFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task ContentSilo_HasNoGrainStorageAndNoReminders()
    {
        await using RunningSilo silo = await RunningSilo.StartAsync(RunningSilo.SettingsIn(folder, "content"));
        Assert.Empty(silo.Host.Services.GetServices<IGrainStorage>());
        Assert.Null(silo.Host.Services.GetKeyedService<IGrainStorage>("records"));
        Assert.Null(silo.Host.Services.GetKeyedService<IGrainStorage>("Default"));
        Assert.Null(silo.Host.Services.GetService<IReminderTable>());
    }

    [Fact]
    public async Task Silo_GrainOfTheOtherPlane_CannotBeCalled()
    {
        await using RunningSilo content = await RunningSilo.StartAsync(RunningSilo.SettingsIn(folder, "content"));
        await using RunningSilo identity = await RunningSilo.StartAsync(RunningSilo.SettingsIn(folder, "identity"));
        Assert.ThrowsAny<ArgumentException>(() => content.Grains.GetGrain<ILedgerGrain>("t/kanzlei-muster"));
        Assert.ThrowsAny<ArgumentException>(() => identity.Grains.GetGrain<ISessionGrain>(new string('0', 32)));
    }

    [Fact]
    public async Task Client_FaultOfAGrain_IsItsTypeAndNothingElse()
    {
        await using RunningSilo silo = await RunningSilo.StartAsync(RunningSilo.SettingsIn(folder, "identity"));
        using IHost client = await ClientOfAsync(silo);
        IGrainFactory grains = client.Services.GetRequiredService<IGrainFactory>();
        GrainFault fault = await Assert.ThrowsAsync<GrainFault>(() =>
            grains.GetGrain<ILedgerGrain>("t/kanzlei-muster").ReadAsync(0, 1, Cancellation)
        );
        Assert.Equal(nameof(ArgumentOutOfRangeException), fault.Kind);
        Assert.DoesNotContain("from", fault.ToString().Split('\n')[0], StringComparison.Ordinal);
        await client.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Client_CallToOrleansManagement_IsRefused()
    {
        await using RunningSilo silo = await RunningSilo.StartAsync(RunningSilo.SettingsIn(folder, "identity"));
        using IHost client = await ClientOfAsync(silo);
        IGrainFactory grains = client.Services.GetRequiredService<IGrainFactory>();
        await Assert.ThrowsAsync<GrainFault>(() => grains.GetGrain<IManagementGrain>(0).GetHosts());
        ILedgerGrain ledger = grains.GetGrain<ILedgerGrain>("t/kanzlei-muster");
        await Assert.ThrowsAsync<GrainFault>(() =>
            ledger.Cast<Orleans.Core.Internal.IGrainManagementExtension>().DeactivateOnIdle().AsTask()
        );
        await client.StopAsync(Cancellation);
    }

    [Theory]
    [InlineData("Orleans:SiloPort")]
    [InlineData("Orleans:GatewayPort")]
    [InlineData("Management:Port")]
    public async Task Start_OnAnOccupiedPort_IsRefusedInOneSentence(string setting)
    {
        using TcpListener occupant = new(IPAddress.Loopback, 0);
        occupant.Start();
        int port = ((IPEndPoint)occupant.LocalEndpoint).Port;
        Dictionary<string, string?> settings = RunningSilo.SettingsIn(folder, "content");
        settings[setting] = $"{port}";
        StartRefusedException refusal = await Assert.ThrowsAsync<StartRefusedException>(() => RunningSilo.StartAsync(settings));
        Assert.Equal($"Port {port} ({setting}) is in use.", refusal.Message);
    }

    [Fact]
    public async Task Start_BesideASiloOnTheSamePort_IsRefused() // Orleans alone would share the port without a word
    {
        Dictionary<string, string?> settings = RunningSilo.SettingsIn(folder, "content");
        await using RunningSilo first = await RunningSilo.StartAsync(settings);
        Dictionary<string, string?> second = RunningSilo.SettingsIn(folder, "content");
        second["Orleans:SiloPort"] = settings["Orleans:SiloPort"];
        await Assert.ThrowsAsync<StartRefusedException>(() => RunningSilo.StartAsync(second));
    }

    [Theory]
    [InlineData("Plane", "both", "Plane")]
    [InlineData("Region", "uk", "Region")]
    [InlineData("Orleans:ClusterId", "", "Orleans:ClusterId is missing.")]
    [InlineData("Orleans:SiloPort", "0", "Orleans:SiloPort is not a port.")]
    [InlineData("Orleans:SiloPort", "many", "Orleans:SiloPort")]
    [InlineData("Orleans:Clustering", "magic", "Orleans:Clustering")]
    [InlineData("Orleans:Clustering", "database", "needs Database:Provider 'postgresql'")]
    [InlineData("Database:Provider", "oracle", "Database:Provider")]
    [InlineData("Database:ConnectionString", "", "Database:ConnectionString is missing.")]
    public void Create_WithAWrongSetting_NamesIt(string setting, string value, string named)
    {
        Dictionary<string, string?> settings = RunningSilo.SettingsIn(folder, "content");
        settings[setting] = value;
        StartRefusedException refusal = Assert.Throws<StartRefusedException>(() =>
            RunningSilo.StartAsync(settings).GetAwaiter().GetResult()
        );
        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
    }

    [Fact]
    public async Task Start_OnADamagedFile_IsRefusedInOneSentence()
    {
        await File.WriteAllTextAsync(folder.File("content.db"), new string('x', 8192), Cancellation);
        StartRefusedException refusal = await Assert.ThrowsAsync<StartRefusedException>(() =>
            RunningSilo.StartAsync(RunningSilo.SettingsIn(folder, "content"))
        );
        Assert.Contains("damaged", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_OnTheOtherPlanesFile_IsRefused()
    {
        Dictionary<string, string?> settings = RunningSilo.SettingsIn(folder, "content");
        await (await RunningSilo.StartAsync(settings)).DisposeAsync();
        Dictionary<string, string?> other = RunningSilo.SettingsIn(folder, "identity");
        other["Database:ConnectionString"] = settings["Database:ConnectionString"];
        await Assert.ThrowsAsync<StartRefusedException>(() => RunningSilo.StartAsync(other));
    }

    [Fact]
    public async Task Start_WithAKekThatOthersCanRead_IsRefused()
    {
        Dictionary<string, string?> settings = RunningSilo.SettingsIn(folder, "identity");
        File.SetUnixFileMode(folder.File("kek"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        StartRefusedException refusal = await Assert.ThrowsAsync<StartRefusedException>(() => RunningSilo.StartAsync(settings));
        Assert.Contains("chmod 600", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Management_OfARunningSilo_TellsHealthAndSums()
    {
        await using RunningSilo silo = await RunningSilo.StartAsync(RunningSilo.SettingsIn(folder, "content"));
        using HttpClient http = new() { BaseAddress = new Uri($"http://127.0.0.1:{silo.Settings["Management:Port"]}") };
        Assert.Equal("live", await http.GetStringAsync("/health/live", Cancellation));
        Assert.Equal("ready", await http.GetStringAsync("/health/ready", Cancellation));
        string metrics = await http.GetStringAsync("/metrics", Cancellation);
        Assert.Contains("\norleans_", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("{", metrics, StringComparison.Ordinal); // no tags
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/", Cancellation)).StatusCode);
    }

    internal static async Task<IHost> ClientOfAsync(RunningSilo silo)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.UseOrleansClient(client =>
        {
            client.Configure<ClusterOptions>(cluster =>
            {
                cluster.ClusterId = silo.Settings["Orleans:ClusterId"]!;
                cluster.ServiceId = silo.Settings["Orleans:ServiceId"]!;
            });
            client.UseStaticClustering(new IPEndPoint(IPAddress.Loopback, int.Parse(silo.Settings["Orleans:GatewayPort"]!)));
        });
        IHost client = builder.Build();
        await client.StartAsync();
        return client;
    }
}
