using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Playwright;

namespace Lethe.BrowserTests.Stage;

/// <summary>The system's Chromium, driven by Playwright. Nothing is downloaded.</summary>
public sealed class ChromiumBrowser : IAsyncDisposable
{
    private const string Executable = "/usr/bin/chromium";
    private readonly IPlaywright playwright;
    private readonly IBrowser browser;

    private ChromiumBrowser(IPlaywright playwright, IBrowser browser) => (this.playwright, this.browser) = (playwright, browser);

    /// <summary>Starts the browser.</summary>
    /// <param name="trustedCertificates">PEM files of the certificates to trust although no public authority issued them.</param>
    /// <returns>The browser.</returns>
    public static async Task<ChromiumBrowser> LaunchAsync(IEnumerable<string> trustedCertificates)
    {
        Environment.SetEnvironmentVariable("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
        IPlaywright driver = await Playwright.CreateAsync();
        try
        {
            IBrowser launched = await driver.Chromium.LaunchAsync(
                new()
                {
                    ExecutablePath = Executable,
                    Args = [$"--ignore-certificate-errors-spki-list={string.Join(',', trustedCertificates.Select(SpkiHash))}"],
                }
            );
            return new ChromiumBrowser(driver, launched);
        }
        catch
        {
            driver.Dispose();
            throw;
        }
    }

    /// <summary>Opens a window with cookies and storage of its own.</summary>
    /// <returns>The window, to be disposed of.</returns>
    public Task<IBrowserContext> NewWindowAsync() => NewWindowAsync("en", script: true);

    /// <summary>Opens a window of somebody.</summary>
    /// <param name="language">The language that its browser asks for.</param>
    /// <param name="script">Whether scripts run.</param>
    /// <returns>The window, to be disposed of.</returns>
    public Task<IBrowserContext> NewWindowAsync(string language, bool script) =>
        browser.NewContextAsync(
            new()
            {
                ServiceWorkers = ServiceWorkerPolicy.Block,
                Locale = language,
                JavaScriptEnabled = script,
            }
        );

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
    }

    private static string SpkiHash(string file)
    {
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificateFromFile(file);
        return Convert.ToBase64String(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));
    }
}
