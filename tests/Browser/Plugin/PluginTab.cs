using System.Collections.Concurrent;
using System.Text.Json;
using Lethe.BrowserTests.Stage;
using Microsoft.Playwright;
using IRequest = Microsoft.Playwright.IRequest;

namespace Lethe.BrowserTests.Plugin;

/// <summary>The plugin's page in a window of its own, with every request that it has sent.</summary>
public sealed class PluginTab : IAsyncDisposable
{
    private readonly ConcurrentQueue<IRequest> requests = new();
    private readonly BrowserStage stage;

    private PluginTab(BrowserStage stage, IBrowserContext window, IPage page, string region) =>
        (this.stage, Window, Page, Region) = (stage, window, page, region);

    /// <summary>Gets the window, with its cookies and storage.</summary>
    public IBrowserContext Window { get; }

    /// <summary>Gets the page.</summary>
    public IPage Page { get; }

    /// <summary>Gets the cell that the user's firm lives in.</summary>
    public string Region { get; }

    /// <summary>Gets the requests to the cells since the start or the last look, oldest first.</summary>
    public IReadOnlyList<IRequest> Calls => [.. requests.Where(request => !request.Url.StartsWith(Origin, StringComparison.Ordinal))];

    private string Origin { get; init; } = "";

    /// <summary>Opens the page.</summary>
    /// <param name="stage">Where.</param>
    /// <param name="region">The user's cell.</param>
    /// <param name="site">Whose page. Default: the one that the cells let call.</param>
    /// <param name="window">In which window. Default: a new one.</param>
    /// <returns>The page, connected, with nothing sent.</returns>
    public static async Task<PluginTab> OpenAsync(
        BrowserStage stage,
        string region,
        PluginSite? site = null,
        IBrowserContext? window = null
    )
    {
        window ??= await stage.Chromium.NewWindowAsync();
        IPage page = await window.NewPageAsync();
        PluginTab tab = new(stage, window, page, region) { Origin = (site ?? stage.Site).Origin };
        page.Request += (_, request) => tab.requests.Enqueue(request);
        await page.ExposeFunctionAsync("accessToken", () => stage.Cells.AccessTokenAsync(region));
        await tab.LoadAsync();
        return tab;
    }

    /// <summary>Forgets the requests so far.</summary>
    public void ForgetCalls() => requests.Clear();

    /// <summary>Loads the page, or loads it again, and makes a client.</summary>
    /// <param name="quietAfterRedemption">Milliseconds; null for the client's default.</param>
    /// <returns>When it is connected.</returns>
    public async Task LoadAsync(int? quietAfterRedemption = null)
    {
        await Page.GotoAsync(Origin);
        await Page.WaitForSelectorAsync("html[data-ready=yes]", new() { State = WaitForSelectorState.Attached });
        await Page.EvaluateAsync(
            "options => plugin.connect(options)",
            new
            {
                control = stage.Cells.ControlUrl(Region),
                tenant = stage.Cells.TenantOf(Region),
                poolSize = 4,
                quietAfterRedemption = quietAfterRedemption ?? 600_000,
                refillPauseWhenEmpty = 1000,
            }
        );
    }

    /// <summary>Calls a function of the page.</summary>
    /// <param name="expression">For example <c>plugin.refill()</c>.</param>
    /// <returns>What it gives.</returns>
    public async Task<JsonElement> CallAsync(string expression) => (await Page.EvaluateAsync(expression))!.Value;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => new(Window.CloseAsync());
}
