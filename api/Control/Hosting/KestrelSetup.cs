using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Hosting;

/// <summary>
/// The listeners: people's clients over TLS 1.3, other cells over mutual TLS 1.3, the operator over plain HTTP. Windows are
/// small, so that little of a body that is refused from its headers has arrived by then.
/// </summary>
/// <param name="control">The cells and their authority.</param>
/// <param name="listen">The addresses of people and cells.</param>
/// <param name="management">The operator's address.</param>
internal sealed class KestrelSetup(IOptions<ControlOptions> control, IOptions<ListenOptions> listen, IOptions<ManagementOptions> management)
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
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);

        ListenOptions outer = listen.Value;
        X509Certificate2Collection chain = [];
        chain.ImportFromPemFile(outer.Certificate);
        var certificate = X509Certificate2.CreateFromPemFile(outer.Certificate, outer.CertificateKey);
        HttpsConnectionAdapterOptions Https() =>
            new()
            {
                ServerCertificate = certificate,
                ServerCertificateChain = chain,
                SslProtocols = SslProtocols.Tls13,
            };
        options.Listen(
            IPAddress.Parse(outer.Address),
            outer.Port,
            endpoint =>
            {
                endpoint.Protocols = HttpProtocols.Http1AndHttp2;
                endpoint.UseHttps(Https());
            }
        );
        if (outer.CellPort is { } cellPort)
        {
            CellTrust trust = new(control.Value);
            HttpsConnectionAdapterOptions https = Https();
            https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
            https.ClientCertificateValidation = (peer, _, _) => trust.PeerOf(peer) is not null;
            options.Listen(
                IPAddress.Parse(outer.Address),
                cellPort,
                endpoint =>
                {
                    endpoint.Protocols = HttpProtocols.Http1;
                    endpoint.UseHttps(https);
                    endpoint.Use(next =>
                        connection =>
                        {
                            if (
                                connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate is { } peer
                                && trust.PeerOf(peer) is { } cell
                            )
                            {
                                connection.Features.Set(new CellConnection(cell));
                                return next(connection);
                            }
                            connection.Abort();
                            return Task.CompletedTask;
                        }
                    );
                }
            );
        }
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
}
