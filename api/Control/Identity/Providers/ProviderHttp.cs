using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Identity.Providers;

/// <summary>
/// Fetches what a tenant's issuer publishes. The URL comes from a tenant, so: https only, no redirect, no proxy, no cookie, nothing of ours
/// in the request, and a connection only to an address that was looked at after the name was resolved. Small and soon, or not at all.
/// </summary>
internal sealed class ProviderHttp : IDisposable
{
    private const int LongestAnswer = 256 * 1024;
    private const int LongestUrl = 512;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly HttpClient http;

    /// <summary>Initializes a new instance of the <see cref="ProviderHttp"/> class.</summary>
    /// <param name="options">Whom to trust.</param>
    public ProviderHttp(IOptions<ProviderOptions> options)
    {
        bool loopback = options.Value.AllowLoopback;
        SocketsHttpHandler handler = new()
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = Patience,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, loopback, cancellationToken),
        };
        handler.SslOptions.EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        if (options.Value.TrustedCa is { } authority)
        {
            X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPemFile(authority);
            handler.SslOptions.CertificateChainPolicy = policy;
        }
        http = new(handler) { Timeout = Patience, MaxResponseContentBufferSize = LongestAnswer };
    }

    /// <summary>Says whether a text may be an issuer's URL: https, a host, maybe a path, and nothing else.</summary>
    /// <param name="text">The text.</param>
    /// <param name="url">The URL, when true.</param>
    /// <returns>Whether it may.</returns>
    public static bool IsUrl(string? text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Uri? url)
    {
        url = null;
        if (
            text is not { Length: > 0 and <= LongestUrl }
            || !Uri.TryCreate(text, UriKind.Absolute, out Uri? parsed)
            || parsed.Scheme != Uri.UriSchemeHttps
            || parsed.UserInfo.Length > 0
            || parsed.Query.Length > 0
            || parsed.Fragment.Length > 0
            || text.AsSpan().ContainsAny('?', '#', '@')
            || text.Contains("..", StringComparison.Ordinal)
        )
        {
            return false;
        }
        url = parsed;
        return true;
    }

    /// <summary>Gets a document.</summary>
    /// <param name="url">Where.</param>
    /// <param name="cancellationToken">Observed.</param>
    /// <returns>Its bytes; null when it could not be had, for whatever reason.</returns>
    public async Task<byte[]?> FindAsync(Uri url, CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage answer = await http.GetAsync(url, cancellationToken);
            return answer.StatusCode == HttpStatusCode.OK ? await answer.Content.ReadAsByteArrayAsync(cancellationToken) : null;
        }
        catch (HttpRequestException)
        {
            return null; // not reachable, not public, not trusted, too long: the caller tells one of them from none
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null; // too slow
        }
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint to, bool loopback, CancellationToken cancellationToken)
    {
        IPAddress[] addresses = await Dns.GetHostAddressesAsync(to.Host, cancellationToken);
        IPAddress[] allowed =
        [
            .. addresses.Where(address => PublicAddresses.Contains(address) || (loopback && IPAddress.IsLoopback(address))),
        ];
        if (allowed.Length == 0)
        {
            throw new HttpRequestException("An issuer's address is not public.");
        }
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, to.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
