using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace Lethe.TestKit.Processes;

/// <summary>One real process of Lethe, started from its build output with a configuration file of its own.</summary>
public sealed class HostProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);
    private readonly string assembly;
    private readonly string configuration;
    private readonly int managementPort;
    private readonly ConcurrentQueue<string> output = new();
    private Process? process;

    /// <summary>Names a process; it is not started.</summary>
    /// <param name="name">For messages.</param>
    /// <param name="assembly">Path of its assembly.</param>
    /// <param name="folder">Where its configuration file is written.</param>
    /// <param name="settings">Its configuration.</param>
    public HostProcess(string name, string assembly, string folder, JsonObject settings)
    {
        Name = name;
        this.assembly = assembly;
        configuration = Path.Combine(folder, $"{name}.json");
        File.WriteAllText(configuration, settings.ToJsonString());
        managementPort = settings["Management"]!["Port"]!.GetValue<int>();
    }

    /// <summary>Gets the name.</summary>
    public string Name { get; }

    /// <summary>Gets everything that the process has written to its output.</summary>
    public string Output => string.Join('\n', output);

    /// <summary>Gets the process id.</summary>
    public int ProcessId => process?.Id ?? throw new InvalidOperationException($"{Name} is not running.");

    /// <summary>Gets its page of metrics.</summary>
    /// <returns>The page, as it is scraped.</returns>
    public async Task<string> MetricsAsync()
    {
        using HttpClient client = new() { Timeout = TimeSpan.FromSeconds(5) };
        return await client.GetStringAsync(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{managementPort}/metrics"));
    }

    /// <summary>Starts the process and waits until it says that it is ready.</summary>
    /// <returns>When it is ready.</returns>
    public async Task StartAsync()
    {
        Launch();
        await ReadyAsync();
    }

    /// <summary>Starts the process without waiting.</summary>
    public void Launch()
    {
        ProcessStartInfo start = new("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(configuration)!,
        };
        start.ArgumentList.Add(assembly);
        start.ArgumentList.Add("--config");
        start.ArgumentList.Add(configuration);
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Waits until the process says that it is ready.</summary>
    /// <returns>When it is.</returns>
    public async Task ReadyAsync()
    {
        using HttpClient client = new() { Timeout = TimeSpan.FromSeconds(5) };
        Uri ready = new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{managementPort}/health/ready"));
        Stopwatch waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using HttpResponseMessage answer = await client.GetAsync(ready);
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    return;
                }
            }
            catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
            {
                // not listening yet
            }
            if (process!.HasExited || waited.Elapsed > StartLimit)
            {
                throw new InvalidOperationException($"{Name} is not ready:\n{Output}");
            }
            await Task.Delay(100);
        }
    }

    /// <summary>Kills the process as a crash would.</summary>
    /// <returns>When it is gone.</returns>
    public async Task KillAsync()
    {
        process!.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>Asks the process to stop (SIGTERM) and waits for it.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        if (process is not { HasExited: false } running)
        {
            return process?.ExitCode ?? 0;
        }
        using Process kill = Process.Start("kill", ["-TERM", running.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        using CancellationTokenSource limit = new(StopLimit);
        try
        {
            await running.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException late)
        {
            running.Kill();
            throw new InvalidOperationException($"{Name} did not stop within {StopLimit}:\n{Output}", late);
        }
        return running.ExitCode;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (process is { HasExited: false })
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
        process?.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            output.Enqueue(line);
        }
    }
}
