using System.Globalization;
using System.Net;
using Lethe.Local.State;

namespace Lethe.Local.Cells;

/// <summary>Waits until every host says that it is ready.</summary>
internal static class Readiness
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Asks each management port until all answer 200.</summary>
    /// <param name="managementPorts">The ports.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <returns>When all are ready.</returns>
    /// <exception cref="LocalStateException">One was not ready in time.</exception>
    public static async Task WaitAsync(IEnumerable<int> managementPorts, CancellationToken cancellationToken)
    {
        using HttpClient client = new();
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        foreach (int port in managementPorts)
        {
            Uri ready = new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/health/ready"));
            while (!await IsReadyAsync(client, ready, limit.Token))
            {
                try
                {
                    await Task.Delay(Pause, limit.Token);
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    throw new LocalStateException(
                        $"Not ready after {Limit.TotalSeconds:F0} seconds; the log above says which part is missing."
                    );
                }
            }
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient client, Uri ready, CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage answer = await client.GetAsync(ready, cancellationToken);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false; // not listening yet
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
