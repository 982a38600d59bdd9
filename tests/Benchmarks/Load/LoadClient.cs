using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Lethe.BenchmarksTests.Processes;

namespace Lethe.BenchmarksTests.Load;

/// <summary>What one request took, in milliseconds.</summary>
/// <param name="FirstByte">Until the first byte of the answer's body.</param>
/// <param name="Whole">Until its last byte.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Timing(double FirstByte, double Whole);

/// <summary>Sends the same chat completion, as fast as answers come, on connections that stay open; every answer is looked at.</summary>
internal sealed class LoadClient : IDisposable
{
    private const string Messages = """
        "messages":[{"role":"system","content":"You answer questions of lawyers in one sentence."},{"role":"user","content":"Welche Kündigungsfrist gilt für den Mieter einer Wohnung, wenn der Mietvertrag unbefristet geschlossen ist?"}],"max_completion_tokens":256
        """;

    private static readonly byte[] WholeBody = Encoding.UTF8.GetBytes($$"""{"model":"vendor",{{Messages}}}""");
    private static readonly byte[] StreamBody = Encoding.UTF8.GetBytes($$"""{"model":"vendor","stream":true,{{Messages}}}""");
    private readonly HttpMessageInvoker http;
    private readonly Uri url;
    private readonly Version version;
    private readonly IReadOnlyList<string> credentials;

    /// <summary>Initializes a new instance of the <see cref="LoadClient"/> class.</summary>
    /// <param name="target">Where to send.</param>
    /// <param name="authority">Whom to trust.</param>
    /// <param name="httpVersion">1 or 2.</param>
    /// <param name="credentials">Sent in turn, to every target alike.</param>
    public LoadClient(Uri target, string authority, int httpVersion, IReadOnlyList<string> credentials)
    {
        X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(authority);
        SocketsHttpHandler handler = new() { UseProxy = false, UseCookies = false };
        handler.SslOptions.CertificateChainPolicy = policy;
        http = new HttpMessageInvoker(handler);
        url = new Uri(target, "v1/chat/completions");
        version = httpVersion == 2 ? HttpVersion.Version20 : HttpVersion.Version11;
        this.credentials = credentials;
    }

    /// <summary>Sends requests.</summary>
    /// <param name="count">How many.</param>
    /// <param name="concurrency">How many at a time.</param>
    /// <param name="stream">Whether the answers come as events.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The time of each.</returns>
    /// <exception cref="InvalidOperationException">An answer is not as it should be.</exception>
    public async Task<IReadOnlyCollection<Timing>> SendAsync(int count, int concurrency, bool stream, CancellationToken cancellationToken)
    {
        ConcurrentBag<Timing> timings = [];
        int sent = 0;
        await Task.WhenAll(Enumerable.Range(0, concurrency).Select(WorkAsync));
        return timings;

        async Task WorkAsync(int worker)
        {
            byte[] buffer = new byte[16 * 1024];
            AuthenticationHeaderValue credential = new("Bearer", credentials[worker % credentials.Count]);
            while (Interlocked.Increment(ref sent) <= count)
            {
                timings.Add(await SendOneAsync(credential, stream, buffer, cancellationToken));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private async Task<Timing> SendOneAsync(
        AuthenticationHeaderValue credential,
        bool stream,
        byte[] buffer,
        CancellationToken cancellationToken
    )
    {
        using HttpRequestMessage request = new(HttpMethod.Post, url)
        {
            Version = version,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(stream ? StreamBody : WholeBody),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Authorization = credential;
        long startedAt = Stopwatch.GetTimestamp();
        using HttpResponseMessage response = await http.SendAsync(request, cancellationToken);
        await using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
        int length = await body.ReadAsync(buffer, cancellationToken);
        double firstByte = Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds;
        while (await body.ReadAsync(buffer.AsMemory(length), cancellationToken) is > 0 and int more)
        {
            length += more;
        }
        double whole = Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds;
        string answer = Encoding.UTF8.GetString(buffer, 0, length);
        bool right = stream
            ? answer.EndsWith(Vendor.LastEvent, StringComparison.Ordinal)
            : answer.Contains("\"finish_reason\":\"stop\"", StringComparison.Ordinal);
        return response.StatusCode == HttpStatusCode.OK && right
            ? new Timing(firstByte, whole)
            : throw new InvalidOperationException($"{url} answered {(int)response.StatusCode}: {answer}");
    }
}
