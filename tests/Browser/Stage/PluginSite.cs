using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Lethe.TestKit.Documents;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Lethe.BrowserTests.Stage;

/// <summary>
/// The web site of a plugin, on an origin of its own: one page that loads <c>api/plugin-client</c> as it is, under a content security
/// policy that lets no other script run and no other host be called.
/// </summary>
public sealed class PluginSite : IAsyncDisposable
{
    private readonly WebApplication host;

    private PluginSite(WebApplication host, string origin) => (this.host, Origin) = (host, origin);

    /// <summary>Gets the origin, which is the page's address too.</summary>
    public string Origin { get; }

    /// <summary>Finds a free origin for a site.</summary>
    /// <returns>For example <c>https://localhost:40123</c>.</returns>
    public static string FreeOrigin()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return string.Create(CultureInfo.InvariantCulture, $"https://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}");
    }

    /// <summary>Starts the site.</summary>
    /// <param name="origin">Where.</param>
    /// <param name="cells">Whom the page may call; they issue the certificate.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <returns>The site.</returns>
    public static async Task<PluginSite> StartAsync(string origin, RunningCells cells, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cells);
        string certificate = cells.CertificateFor("plugin");
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.ListenLocalhost(
                new Uri(origin).Port,
                listen =>
                    listen.UseHttps(
                        X509Certificate2.CreateFromPemFile(certificate, certificate.Replace(".pem", "-key.pem", StringComparison.Ordinal))
                    )
            )
        );
        WebApplication site = builder.Build();
        string calls = string.Join(
            ' ',
            new[] { "eu", "ch" }.SelectMany(region => new[] { cells.ControlUrl(region), cells.GatewayUrl(region) })
        );
        site.Use(
            (context, next) =>
            {
                context.Response.Headers.ContentSecurityPolicy =
                    $"default-src 'none'; script-src 'self'; connect-src {calls}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
                context.Response.Headers.XContentTypeOptions = "nosniff";
                return next(context);
            }
        );
        site.Run(context => AnswerAsync(context.Request.Path, context.Response));
        await site.StartAsync(cancellationToken);
        return new PluginSite(site, origin);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        await host.DisposeAsync();
    }

    private static Task AnswerAsync(PathString path, HttpResponse response)
    {
        (string? file, response.ContentType) = path.Value switch
        {
            "/" => ("tests/Browser/PluginPage/index.html", "text/html; charset=utf-8"),
            "/page.js" => ("tests/Browser/PluginPage/page.js", "text/javascript"),
            "/lethe.js" => ("api/plugin-client/lethe.js", "text/javascript"),
            _ => (null, "text/plain"),
        };
        if (file is null)
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }
        return response.SendFileAsync(Path.Combine(RepositoryFolder.Root, file));
    }
}
