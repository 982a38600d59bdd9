using System.Text.Json;
using System.Text.RegularExpressions;
using Lethe.BrowserTests.Stage;
using Lethe.TestKit.Documents;
using Microsoft.Playwright;
using Xunit;

namespace Lethe.BrowserTests.Pages;

/// <summary>Somebody at a browser, who reads mail in the local folder. Notes whatever the browser complains about.</summary>
public sealed class Person : IAsyncDisposable
{
    private readonly BrowserStage stage;
    private readonly IBrowserContext window;
    private readonly ICDPSession devTools;

    private Person(BrowserStage stage, IBrowserContext window, IPage page, ICDPSession devTools)
    {
        (this.stage, this.window, Page, this.devTools) = (stage, window, page, devTools);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                Complaints.Add(message.Text);
            }
        };
        page.PageError += (_, fault) => Complaints.Add(fault);
        page.Request += (_, request) => Hosts.Add(new Uri(request.Url).Authority);
    }

    /// <summary>Gets the page.</summary>
    public IPage Page { get; }

    /// <summary>Gets what the browser complained about: violated policies, faults of scripts, answers of 4xx.</summary>
    public List<string> Complaints { get; } = [];

    /// <summary>Gets whom the pages have called.</summary>
    public HashSet<string> Hosts { get; } = new(StringComparer.Ordinal);

    public string Control => stage.Cells.ControlUrl("eu");

    public static async Task<Person> ArriveAsync(BrowserStage stage, string language = "en", bool script = true)
    {
        IBrowserContext opened = await stage.Chromium.NewWindowAsync(language, script);
        IPage page = await opened.NewPageAsync();
        return new(stage, opened, page, await opened.NewCDPSessionAsync(page));
    }

    /// <summary>Gives the browser an authenticator that its owner always confirms.</summary>
    public async Task UseAuthenticatorAsync()
    {
        await devTools.SendAsync("WebAuthn.enable");
        await devTools.SendAsync(
            "WebAuthn.addVirtualAuthenticator",
            new()
            {
                ["options"] = new Dictionary<string, object>(StringComparer.Ordinal)
                {
                    ["protocol"] = "ctap2",
                    ["transport"] = "internal",
                    ["hasResidentKey"] = true,
                    ["hasUserVerification"] = true,
                    ["isUserVerified"] = true,
                    ["automaticPresenceSimulation"] = true,
                },
            }
        );
    }

    public Task GoAsync(string path) => Page.GotoAsync(Control + path);

    /// <summary>Fills fields in, by their labels, and presses a button.</summary>
    public async Task SendAsync(string button, params (string Label, string Value)[] typed)
    {
        foreach ((string label, string value) in typed)
        {
            await Page.GetByLabel(label, new() { Exact = true }).FillAsync(value);
        }
        await PressAsync(button);
    }

    public async Task PressAsync(string button)
    {
        IResponse answer = await Page.RunAndWaitForResponseAsync(
            () => ThenWaitAsync(() => Page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).Last.ClickAsync()),
            response => response.Request.IsNavigationRequest && response.Status is not (302 or 303)
        );
        Assert.Equal(200, answer.Status); // Office replaces anything else
    }

    /// <summary>Does something that leads to another page, and waits for it.</summary>
    public async Task ThenWaitAsync(Func<Task> act)
    {
        TaskCompletionSource moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
        void Moved(object? sender, IFrame frame) => moved.TrySetResult();
        Page.FrameNavigated += Moved;
        await act();
        await moved.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Page.FrameNavigated -= Moved;
        await Page.WaitForLoadStateAsync(LoadState.Load);
    }

    public async Task SignInAsync(string email, string password)
    {
        await GoAsync("/account/sign-in");
        await SendAsync("Sign in", ("E-mail address", email), ("Password", password));
    }

    public async Task<string> HeadingAsync() => await Page.TextContentAsync("h1") ?? string.Empty;

    public async Task SeesAsync(string text) => await Assertions.Expect(Page.Locator("main")).ToContainTextAsync(text);

    /// <summary>Waits for the newest link of a kind that was mailed to an address.</summary>
    public async Task<string> MailedAsync(string email, string path)
    {
        Regex link = new($"{Regex.Escape(Control + path)}#[A-Za-z0-9_-]{{43}}", RegexOptions.None, TimeSpan.FromSeconds(1));
        for (int tried = 0; tried < 200; tried++)
        {
            foreach (string file in Directory.EnumerateFiles(stage.Cells.MailFolder("eu"), "*.eml").OrderDescending(StringComparer.Ordinal))
            {
                string mail = (await File.ReadAllTextAsync(file)).Replace("=\r\n", string.Empty, StringComparison.Ordinal);
                if (mail.Contains($"To: {email}", StringComparison.OrdinalIgnoreCase) && link.Match(mail) is { Success: true } found)
                {
                    return found.Value;
                }
            }
            await Task.Delay(50, TestContext.Current.CancellationToken); // the queue runs on its own
        }
        throw new Xunit.Sdk.XunitException($"No mail with a link to {path}.");
    }

    /// <summary>Has axe look for what keeps people out. Injected by the developer tools, past the pages' policy.</summary>
    public async Task<string> BarriersAsync()
    {
        string axe = await File.ReadAllTextAsync(Path.Combine(RepositoryFolder.Root, "tests/Browser/npm/node_modules/axe-core/axe.min.js"));
        const string Run =
            ";axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })"
            + ".then(found => found.violations.map(rule => rule.id + ' ' + rule.nodes.map(node => node.target).join(' ')).join('; '))";
        JsonElement? result = await devTools.SendAsync(
            "Runtime.evaluate",
            new()
            {
                ["expression"] = axe + Run,
                ["awaitPromise"] = true,
                ["returnByValue"] = true,
            }
        );
        return result!.Value.GetProperty("result").GetProperty("value").GetString()!;
    }

    public async ValueTask DisposeAsync() => await window.DisposeAsync();
}
