using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Lethe.Contracts;
using Lethe.Control.Hosting;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Moves;

/// <summary>Talks to other cells' Controls: mutual TLS 1.3, no redirects, no proxy, small answers.</summary>
internal sealed class CellLink : ICellLink, IDisposable
{
    private const int LongestAnswer = 64 * 1024;
    private readonly ControlOptions options;
    private readonly HttpClient http;

    /// <summary>Initializes a new instance of the <see cref="CellLink"/> class.</summary>
    /// <param name="control">The cells and our certificate.</param>
    public CellLink(IOptions<ControlOptions> control)
    {
        options = control.Value;
        CellTrust trust = new(options);
        SocketsHttpHandler handler = new()
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ActivityHeadersPropagator = null,
            SslOptions = new()
            {
                EnabledSslProtocols = SslProtocols.Tls13,
                RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                    trust.IsServer(certificate as X509Certificate2, errors),
            },
        };
        if (options.ClientCertificate is not null)
        {
            var own = X509Certificate2.CreateFromPemFile(options.ClientCertificate, options.ClientCertificateKey);
            handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => own;
        }
        http = new(handler) { Timeout = TimeSpan.FromSeconds(10), MaxResponseContentBufferSize = LongestAnswer };
    }

    /// <summary>Gives the path of a message.</summary>
    /// <param name="kind">What it is.</param>
    /// <returns>The path at the cell port.</returns>
    public static string PathOf(CellMessage kind) => $"/cell/v1/{kind.ToString().ToLowerInvariant()}";

    /// <inheritdoc/>
    public async Task<CellAnswer?> SendAsync(Region to, CellMessage kind, string signed, CancellationToken cancellationToken)
    {
        if (options.Cell(to)?.CellUrl is not { } url)
        {
            return null;
        }
        using StringContent content = new(signed, Encoding.ASCII);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/jose");
        try
        {
            using HttpResponseMessage response = await http.PostAsync(new Uri(new Uri(url), PathOf(kind)), content, cancellationToken);
            return response.StatusCode switch
            {
                HttpStatusCode.OK => JsonSerializer.Deserialize(
                    await response.Content.ReadAsByteArrayAsync(cancellationToken),
                    CellJson.Default.CellAnswer
                ),
                HttpStatusCode.Conflict => CellAnswer.Refused,
                _ => null,
            };
        }
        catch (Exception fault) when (fault is HttpRequestException or JsonException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null; // too slow
        }
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();
}
