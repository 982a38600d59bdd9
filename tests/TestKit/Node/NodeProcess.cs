using System.Diagnostics;

namespace Lethe.TestKit.Node;

/// <summary>What a run of Node ended with.</summary>
/// <param name="ExitCode">0 for success.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Errors">Its standard error.</param>
public sealed record NodeResult(int ExitCode, string Output, string Errors);

/// <summary>Runs the <c>node</c> of the path.</summary>
public static class NodeProcess
{
    /// <summary>Runs it to its end.</summary>
    /// <param name="arguments">Options, the script and its arguments.</param>
    /// <param name="environment">Variables to add.</param>
    /// <param name="cancellationToken">Kills it.</param>
    /// <returns>How it ended.</returns>
    public static async Task<NodeResult> RunAsync(
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string> environment,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(environment);
        ProcessStartInfo start = new("node", arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }
        using Process node = Process.Start(start)!;
        try
        {
            Task<string> errors = node.StandardError.ReadToEndAsync(cancellationToken);
            string output = await node.StandardOutput.ReadToEndAsync(cancellationToken);
            await node.WaitForExitAsync(cancellationToken);
            return new NodeResult(node.ExitCode, output, await errors);
        }
        finally
        {
            if (!node.HasExited)
            {
                node.Kill(entireProcessTree: true);
            }
        }
    }
}
