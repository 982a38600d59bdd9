using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Lethe.SystemTests.Separation;

/// <summary>
/// A user's device that can be recognised by everything that a device shows without wanting to: its network address, its software's name, and
/// a trace id, which it sends to both planes.
/// </summary>
internal sealed class ProbeHttp(string authority)
{
    /// <summary>Gets the address that the device calls from: one of this machine's own, that nothing else uses.</summary>
    public IPAddress Address { get; } =
        new([
            127,
            (byte)RandomNumberGenerator.GetInt32(64, 255),
            (byte)RandomNumberGenerator.GetInt32(1, 255),
            (byte)RandomNumberGenerator.GetInt32(1, 255),
        ]);

    /// <summary>Gets the trace id of every request.</summary>
    public string TraceId { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>Gets the parent span of every request.</summary>
    public string SpanId { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    /// <summary>Gets the name of its software.</summary>
    public string Agent { get; } = $"Probe{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";

    /// <summary>Gets the cookies that it was given.</summary>
    public CookieContainer Cookies { get; } = new();

    /// <summary>Makes a connection.</summary>
    public HttpMessageHandler NewHandler()
    {
        X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(authority);
        SocketsHttpHandler sockets = new()
        {
            AllowAutoRedirect = false,
            CookieContainer = Cookies,
            UseProxy = false,
            ActivityHeadersPropagator = null, // ours instead
            Expect100ContinueTimeout = TimeSpan.FromSeconds(5), // as the client's own
            ConnectCallback = async (context, cancellationToken) =>
            {
                Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                socket.Bind(new IPEndPoint(Address, 0));
                await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        sockets.SslOptions.CertificateChainPolicy = policy;
        return new Marked(this, sockets);
    }

    private sealed class Marked(ProbeHttp device, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Remove("traceparent");
            request.Headers.TryAddWithoutValidation("traceparent", $"00-{device.TraceId}-{device.SpanId}-01");
            request.Headers.TryAddWithoutValidation("baggage", $"device={device.TraceId}");
            request.Headers.TryAddWithoutValidation("User-Agent", device.Agent);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
