using Lethe.BrowserTests.Stage;
using Microsoft.Playwright;
using Xunit;

namespace Lethe.BrowserTests.Pages;

/// <summary>That everybody can use the pages: narrow, dark, in four languages, by keyboard, without script, inside a dialog.</summary>
public sealed class EverybodyTests(BrowserStage stage) : IAsyncLifetime
{
    private static readonly string[] Open =
    [
        "/account/sign-in",
        "/account/forgotten",
        "/account/reset",
        "/account/invitation",
        "/account/email",
        "/account/signed-out",
        "/account/reset-done",
        "/account/deleted",
    ];

    private static readonly string[] SignedIn =
    [
        "/account",
        "/account/confirm",
        "/account/change-email",
        "/account/passkey",
        "/account/password",
        "/account/sessions",
        "/account/data",
        "/account/device-done",
        "/account/device-refused",
        "/connect/verify",
        "/console",
        "/console/members",
    ];

    private readonly Firm firm = new(stage);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => firm.DisposeAsync();

    [Theory]
    [InlineData("de")]
    [InlineData("en")]
    [InlineData("fr")]
    [InlineData("it")]
    public async Task Pages_InEveryLanguage_HaveNoBarriersAndFit(string language)
    {
        await using Person guest = await Person.ArriveAsync(stage, language);
        await LookAsync(guest, language, Open);
        await using Person owner = await Person.ArriveAsync(stage, language);
        await owner.GoAsync($"/account/sign-in?language={language}"); // the account's own language is English
        await owner.Page.Locator("#email").FillAsync(stage.Cells.OwnerOf("eu"));
        await owner.Page.Locator("#password").FillAsync(stage.Cells.PasswordOf("eu"));
        await owner.Page.Locator("#password").PressAsync("Enter");
        await owner.Page.WaitForURLAsync("**/account");
        await LookAsync(owner, language, SignedIn);
    }

    [Fact]
    public async Task SignIn_ByKeyboardAlone_Works()
    {
        await using Person person = await Person.ArriveAsync(stage);
        await person.GoAsync("/account/sign-in");
        await TabToAsync(person, "email");
        await person.Page.Keyboard.TypeAsync(stage.Cells.OwnerOf("eu"));
        await TabToAsync(person, "password");
        Assert.NotEqual("none", await person.Page.EvaluateAsync<string>("getComputedStyle(document.activeElement).outlineStyle"));
        await person.Page.Keyboard.TypeAsync(stage.Cells.PasswordOf("eu"));
        await person.Page.Keyboard.PressAsync("Enter");
        await person.Page.WaitForURLAsync("**/account");
        await person.Page.Keyboard.PressAsync("Tab");
        Assert.Equal("Skip to content", await person.Page.EvaluateAsync<string>("document.activeElement.textContent"));
        await person.Page.Keyboard.PressAsync("Enter");
        Assert.Equal("main", await person.Page.EvaluateAsync<string>("document.activeElement.id"));
    }

    [Fact]
    public async Task Invitation_WithoutScript_IsAcceptedByTheCodeInTheMail()
    {
        (string email, string link) = await firm.InviteAsync();
        await using Person anna = await Person.ArriveAsync(stage, script: false);
        await anna.GoAsync("/account/invitation");
        Assert.Equal(0, await anna.Page.GetByRole(AriaRole.Button, new() { Name = "Create a passkey" }).CountAsync());
        await anna.SendAsync("Set the password", ("Code from the e-mail", link.Split('#')[1]), ("New password", Firm.Password));
        Assert.Equal("Welcome to Lethe", await anna.HeadingAsync());
        await anna.GoAsync("/account/passkey");
        await anna.SeesAsync("Passkeys need JavaScript");
        await anna.GoAsync("/account/confirm?returnUrl=%2Faccount%2Fpassword");
        await anna.SendAsync("Confirm", ("Password", "wrong wrong wrong"));
        await anna.SeesAsync("That was not right.");
        await anna.SendAsync("Confirm", ("Password", Firm.Password));
        Assert.Equal("Password", await anna.HeadingAsync());
        await anna.PressAsync("Sign out");
        await anna.SignInAsync(email, Firm.Password);
        Assert.Equal("My account", await anna.HeadingAsync());
    }

    [Fact]
    public async Task Language_ThatWasChosen_StaysChosen()
    {
        await using Person person = await Person.ArriveAsync(stage, "de-CH");
        await person.GoAsync("/account/sign-in");
        Assert.Equal("Anmelden", await person.HeadingAsync());
        await person.Page.GetByRole(AriaRole.Link, new() { Name = "Français" }).ClickAsync();
        Assert.Equal("Se connecter", await person.HeadingAsync());
        await person.GoAsync("/account/forgotten");
        Assert.Equal("fr", await person.Page.GetAttributeAsync("html", "lang"));
    }

    [Fact]
    public async Task Dialog_ThroughSignInAndBack_StillReachesWhoOpenedIt()
    {
        await using Person person = await Person.ArriveAsync(stage);
        await person.Page.GotoAsync(stage.Site.Origin);
        IPage dialog = await person.Page.RunAndWaitForPopupAsync(() => person.Page.EvaluateAsync("() => { window.open(location.href); }"));
        await dialog.GotoAsync(person.Control + "/account/sign-in");
        await dialog.GotoAsync(stage.Site.Origin);

        Assert.True(await dialog.EvaluateAsync<bool>("window.opener !== null && !window.opener.closed"));
    }

    // Pictures for whoever wants to look at the pages: LETHE_SCREENSHOTS names a folder for them.
    private static async Task ShowAsync(Person person, string language, string path, int width)
    {
        if (Environment.GetEnvironmentVariable("LETHE_SCREENSHOTS") is { Length: > 0 } folder)
        {
            string name = $"{path.Trim('/').Replace('/', '-')}-{language}-{width}.png";
            await person.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, name), FullPage = true });
        }
    }

    private static async Task LookAsync(Person person, string language, string[] paths)
    {
        foreach (string path in paths)
        {
            await person.Page.SetViewportSizeAsync(320, 640);
            IResponse? answer = await person.Page.GotoAsync(person.Control + path);
            Assert.Equal(200, answer!.Status);
            Assert.Equal(language, await person.Page.GetAttributeAsync("html", "lang"));
            Assert.True(
                await person.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"),
                $"{path} does not fit 320 px in {language}"
            );
            await ShowAsync(person, language, path, 320);
            foreach (ColorScheme scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
            {
                await person.Page.EmulateMediaAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
                Assert.Equal((path, scheme, string.Empty), (path, scheme, await person.BarriersAsync()));
            }
        }
        Assert.Empty(person.Complaints);
    }

    private static async Task TabToAsync(Person person, string id)
    {
        for (int presses = 0; presses < 20; presses++)
        {
            await person.Page.Keyboard.PressAsync("Tab");
            if (await person.Page.EvaluateAsync<string>("document.activeElement.id") == id)
            {
                return;
            }
        }
        Assert.Fail($"The keyboard does not reach {id}.");
    }
}
