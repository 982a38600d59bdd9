using System.Globalization;
using Lethe.TestKit.Processes;

namespace Lethe.BenchmarksTests.Processes;

/// <summary>The CPU time of a process, all threads, user and system, from <c>/proc/PID/stat</c> (proc(5), fields 14 and 15).</summary>
internal static class CpuClock
{
    private const double TicksPerSecond = 100; // USER_HZ, the same on every Linux that .NET runs on

    /// <summary>Reads it.</summary>
    /// <param name="process">The process.</param>
    /// <returns>Microseconds since its start, in steps of 10 ms.</returns>
    public static double Microseconds(HostProcess process)
    {
        string stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process.ProcessId}/stat"));
        string[] behindName = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        long ticks = long.Parse(behindName[11], CultureInfo.InvariantCulture) + long.Parse(behindName[12], CultureInfo.InvariantCulture);
        return ticks * 1e6 / TicksPerSecond;
    }
}
