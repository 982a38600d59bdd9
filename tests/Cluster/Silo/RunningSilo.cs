using System.Data.Common;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Lethe.Silo;
using Lethe.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace Lethe.ClusterTests.Silo;

/// <summary>A silo as <see cref="SiloHost"/> makes it, on free ports, with real files.</summary>
public sealed class RunningSilo : IAsyncDisposable
{
    private RunningSilo(WebApplication host, Dictionary<string, string?> settings)
    {
        Host = host;
        Settings = settings;
    }

    public WebApplication Host { get; }

    public Dictionary<string, string?> Settings { get; }

    public IGrainFactory Grains => Host.Services.GetRequiredService<IGrainFactory>();

    public DbDataSource Database => Host.Services.GetRequiredService<DbDataSource>();

    public IGrainStorage Storage(string name) => Host.Services.GetRequiredKeyedService<IGrainStorage>(name);

    /// <summary>Settings on SQLite in a folder, with fresh ports; another call in the same folder finds the same files.</summary>
    public static Dictionary<string, string?> SettingsIn(TempFolder folder, string plane, string region = "eu")
    {
        string kek = folder.File("kek");
        if (!File.Exists(kek))
        {
            byte[] key = RandomNumberGenerator.GetBytes(32);
            File.WriteAllText(kek, Convert.ToBase64String(key).TrimEnd('=').Replace('+', '-').Replace('/', '_'));
            File.SetUnixFileMode(kek, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        int[] ports = FreePorts(3);
        Dictionary<string, string?> settings = new(StringComparer.Ordinal)
        {
            ["Plane"] = plane,
            ["Region"] = region,
            ["Orleans:ClusterId"] = $"{plane}-{region}",
            ["Orleans:ServiceId"] = $"lethe-{plane}-{region}",
            ["Orleans:SiloPort"] = $"{ports[0]}",
            ["Orleans:GatewayPort"] = $"{ports[1]}",
            ["Management:Port"] = $"{ports[2]}",
            ["Database:Provider"] = "sqlite",
            ["Database:ConnectionString"] = new SqliteConnectionStringBuilder { DataSource = folder.File($"{plane}.db") }.ConnectionString,
        };
        if (plane == "identity")
        {
            settings["KeyStore:Path"] = folder.File("keys");
            settings["Kek:File"] = kek;
        }

        return settings;
    }

    public static async Task<RunningSilo> StartAsync(Dictionary<string, string?> settings, Action<IServiceCollection>? services = null)
    {
        WebApplication host = SiloHost.Create(
            new ConfigurationBuilder().AddInMemoryCollection(settings).Build(),
            collection =>
            {
                collection.AddLogging(logging => logging.ClearProviders());
                services?.Invoke(collection);
            }
        );
        try
        {
            await host.StartAsync();
            return new RunningSilo(host, settings);
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ports that were free a moment ago, all different.</summary>
    public static int[] FreePorts(int count)
    {
        TcpListener[] listeners = [.. Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0))];
        foreach (TcpListener listener in listeners)
        {
            listener.Start();
        }

        int[] ports = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        foreach (TcpListener listener in listeners)
        {
            listener.Dispose();
        }

        return ports;
    }

    public async ValueTask DisposeAsync()
    {
        await Host.StopAsync();
        await Host.DisposeAsync();
    }
}
