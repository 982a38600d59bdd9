using Lethe.BrowserTests.Stage;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(BrowserStage))]
[assembly: Parallelization(Mode = ParallelMode.None)] // one browser on few cores

namespace Lethe.BrowserTests.Stage;

/// <summary>What all browser tests share: running cells, a plugin's site that they know, one that they do not, and Chromium.</summary>
public sealed class BrowserStage : IAsyncLifetime
{
    /// <summary>Gets the cells.</summary>
    public RunningCells Cells { get; private set; } = null!;

    /// <summary>Gets the site whose origin the cells let call.</summary>
    public PluginSite Site { get; private set; } = null!;

    /// <summary>Gets the same site on an origin that the cells were not told of.</summary>
    public PluginSite StrangeSite { get; private set; } = null!;

    /// <summary>Gets the browser.</summary>
    public ChromiumBrowser Chromium { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        string origin = PluginSite.FreeOrigin();
        Cells = await RunningCells.StartAsync([origin], CancellationToken.None);
        Site = await PluginSite.StartAsync(origin, Cells, CancellationToken.None);
        StrangeSite = await PluginSite.StartAsync(PluginSite.FreeOrigin(), Cells, CancellationToken.None);
        Chromium = await ChromiumBrowser.LaunchAsync([.. Cells.CertificateFiles, Cells.CertificateFor("plugin")]);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Chromium.DisposeAsync();
        await StrangeSite.DisposeAsync();
        await Site.DisposeAsync();
        await Cells.DisposeAsync();
    }
}
