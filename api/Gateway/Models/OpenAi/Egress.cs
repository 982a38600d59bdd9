using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Lethe.Gateway.Models.OpenAi;

/// <summary>
/// The only way out of a Gateway to a vendor. Connects to endpoints of open routes and to nothing else, looked up again at each
/// connection; no redirect, proxy, cookie, decompression, trace context, user agent or log.
/// </summary>
internal sealed class Egress : IDisposable
{
    private readonly ModelOptions options;
    private readonly Func<ModelRouteTable> routes;
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> lookup;
    private readonly HttpMessageInvoker invoker;

    public Egress(ModelOptions options, Func<ModelRouteTable> routes, Func<string, CancellationToken, Task<IPAddress[]>>? lookup = null)
    {
        this.options = options;
        this.routes = routes;
        this.lookup = lookup ?? Dns.GetHostAddressesAsync;
        invoker = new HttpMessageInvoker(
            new SocketsHttpHandler
            {
                ActivityHeadersPropagator = null,
                AllowAutoRedirect = false,
                AutomaticDecompression = DecompressionMethods.None,
                ConnectCallback = ConnectAsync,
                ConnectTimeout = options.ConnectTimeout,
                MaxResponseHeadersLength = 32,
                MaxResponseDrainSize = 0,
                PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                Proxy = null,
                UseCookies = false,
                UseProxy = false,
                SslOptions = TlsOptions(options.TrustedCa),
            }
        );
    }

    /// <summary>Sends a request; the answer's body is still on the wire.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Closes the connection.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="EgressRefusedException">The address is no open route's, or leads to no public address.</exception>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        invoker.SendAsync(request, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => invoker.Dispose();

    private static SslClientAuthenticationOptions TlsOptions(string? trustedCa)
    {
        SslClientAuthenticationOptions tls = new()
        {
#pragma warning disable CA5398 // DESIGN asks for 1.2 at least; the system may not lower it.
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
#pragma warning restore CA5398
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck, // asking would connect to hosts that no route names
        };
        if (trustedCa is not null)
        {
            X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPemFile(trustedCa);
            tls.CertificateChainPolicy = policy;
        }
        return tls;
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        (string host, int port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        if (!routes().IsOpenEndpoint(host, port))
        {
            throw new EgressRefusedException();
        }
        IPAddress[] addresses = await lookup(host, cancellationToken);
        addresses = Array.FindAll(addresses, address => AddressRules.MayConnect(address, host, options.AllowLoopback));
        if (addresses.Length == 0 || !routes().IsOpenEndpoint(host, port))
        {
            throw new EgressRefusedException();
        }
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>A connection would have left the allow list. Nothing was sent.</summary>
#pragma warning disable RCS1194 // It says one thing.
internal sealed class EgressRefusedException() : IOException("No open route has this endpoint.");
#pragma warning restore RCS1194
