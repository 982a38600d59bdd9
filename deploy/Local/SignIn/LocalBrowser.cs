using System.Net;
using System.Security.Cryptography.X509Certificates;
using Lethe.Local.State;

namespace Lethe.Local.SignIn;

/// <summary>A browser without script and without windows: cookies, forms, and redirects within one host.</summary>
internal sealed class LocalBrowser : IDisposable
{
    private const int MostRedirects = 10;

    /// <summary>Opens a browser that trusts the local authority only.</summary>
    /// <param name="authority">Its certificate's file.</param>
    public LocalBrowser(string authority)
    {
        X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(authority);
        SocketsHttpHandler handler = new() { AllowAutoRedirect = false, UseProxy = false };
        handler.SslOptions.CertificateChainPolicy = policy;
        Http = new HttpClient(handler);
    }

    /// <summary>Opens a browser on a connection that keeps cookies and follows no redirect.</summary>
    /// <param name="http">The connection.</param>
    public LocalBrowser(HttpClient http) => Http = http;

    /// <summary>Gets the connection.</summary>
    public HttpClient Http { get; }

    /// <summary>Opens a page, and goes where it is sent within the same host.</summary>
    /// <param name="address">Where.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Where it ended, and the page; no page when it was sent to another host.</returns>
    public Task<(Uri Address, string? Html)> OpenAsync(Uri address, CancellationToken cancellationToken) =>
        FollowAsync(new HttpRequestMessage(HttpMethod.Get, address), cancellationToken);

    /// <summary>Sends a form.</summary>
    /// <param name="form">The form.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Where it ended, and the page; no page when it was sent to another host.</returns>
    public Task<(Uri Address, string? Html)> SendAsync(HtmlForm form, CancellationToken cancellationToken) =>
        FollowAsync(
            new HttpRequestMessage(HttpMethod.Post, form.Action) { Content = new FormUrlEncodedContent(form.Fields) },
            cancellationToken
        );

    /// <inheritdoc/>
    public void Dispose() => Http.Dispose();

    private async Task<(Uri Address, string? Html)> FollowAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpRequestMessage next = request;
        for (int step = 0; step < MostRedirects; step++)
        {
            using HttpRequestMessage sent = next;
            using HttpResponseMessage answer = await Http.SendAsync(sent, cancellationToken);
            Uri here = sent.RequestUri!;
            if (answer.StatusCode is not (HttpStatusCode.Found or HttpStatusCode.SeeOther) || answer.Headers.Location is not { } location)
            {
                answer.EnsureSuccessStatusCode();
                return (here, await answer.Content.ReadAsStringAsync(cancellationToken));
            }
            Uri target = new(here, location);
            if (target.Authority != here.Authority)
            {
                return (target, null);
            }
            next = new HttpRequestMessage(HttpMethod.Get, target);
        }
        throw new LocalStateException("Control redirects without end.");
    }
}
