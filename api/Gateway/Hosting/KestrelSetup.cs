using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;

namespace Lethe.Gateway.Hosting;

/// <summary>
/// The two listeners: plugins over TLS 1.3, the operator over plain HTTP. Windows and buffers are small, so that little of a body that is
/// refused from its headers has arrived by then.
/// </summary>
/// <param name="listen">The plugins' side.</param>
/// <param name="management">The operator's side.</param>
internal sealed class KestrelSetup(IOptions<ListenOptions> listen, IOptions<ManagementOptions> management)
    : IConfigureOptions<KestrelServerOptions>
{
    private const int DefaultBodyLimit = 64 * 1024;

    /// <inheritdoc/>
    public void Configure(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.AllowSynchronousIO = false;
        KestrelServerLimits limits = options.Limits;
        limits.MaxRequestBodySize = DefaultBodyLimit; // routes that take more say so
        limits.MaxRequestBufferSize = 128 * 1024;
        limits.Http2.InitialStreamWindowSize = 64 * 1024;
        limits.Http2.InitialConnectionWindowSize = 128 * 1024;
        limits.Http2.MaxStreamsPerConnection = 100;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);

        ListenOptions outer = listen.Value;
        X509Certificate2Collection chain = [];
        chain.ImportFromPemFile(outer.Certificate!);
        var certificate = X509Certificate2.CreateFromPemFile(outer.Certificate!, outer.CertificateKey);
        options.Listen(
            IPAddress.Parse(outer.Address),
            outer.Port,
            endpoint =>
            {
                endpoint.Protocols = HttpProtocols.Http1AndHttp2;
                endpoint.UseHttps(
                    new HttpsConnectionAdapterOptions
                    {
                        ServerCertificate = certificate,
                        ServerCertificateChain = chain,
                        SslProtocols = SslProtocols.Tls13,
                        ClientCertificateMode = ClientCertificateMode.NoCertificate,
                    }
                );
            }
        );
        options.Listen(
            IPAddress.Parse(management.Value.Address),
            management.Value.Port,
            endpoint =>
            {
                endpoint.Protocols = HttpProtocols.Http1;
                endpoint.Use(next =>
                    connection =>
                    {
                        connection.Features.Set(ManagementConnection.Mark);
                        return next(connection);
                    }
                );
            }
        );
    }
}

/// <summary>Marks a connection of the management listener. A mark, because a port or a host name may be forwarded or forged.</summary>
internal sealed class ManagementConnection
{
    /// <summary>Gets the mark.</summary>
    public static ManagementConnection Mark { get; } = new();

    /// <summary>Tells whether a request came in by the management listener.</summary>
    /// <param name="context">The request.</param>
    /// <returns>Whether it did.</returns>
    public static bool Carries(HttpContext context) => context.Features.Get<ManagementConnection>() is not null;
}
