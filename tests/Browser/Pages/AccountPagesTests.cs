using System.Net.Http.Json;
using System.Text.Json;
using Lethe.BrowserTests.Stage;
using Microsoft.Playwright;
using Xunit;

namespace Lethe.BrowserTests.Pages;

/// <summary>The pages of /account, as people use them in Chromium.</summary>
public sealed class AccountPagesTests(BrowserStage stage) : IAsyncLifetime
{
    private readonly Firm firm = new(stage);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => firm.DisposeAsync();

    [Fact]
    public async Task Invitation_ByPassword_ThenSignIn_ThenSignOut()
    {
        (string email, string link) = await firm.InviteAsync();
        await using Person anna = await Person.ArriveAsync(stage);
        await anna.Page.GotoAsync(link);
        Assert.Equal($"{anna.Control}/account/invitation", anna.Page.Url); // the code is out of the address
        await anna.SendAsync("Set the password", ("New password", "password1234"));
        await anna.SeesAsync("too easy to guess"); // and the link is still good:
        await anna.SendAsync("Set the password", ("New password", Firm.Password));
        Assert.Equal("Welcome to Lethe", await anna.HeadingAsync());

        await anna.GoAsync("/account");
        await anna.SeesAsync(email);
        await anna.PressAsync("Sign out");
        Assert.Equal("You are signed out", await anna.HeadingAsync());
        await anna.SignInAsync(email, "wrong wrong wrong");
        await anna.SeesAsync("That was not right.");
        await anna.SendAsync("Sign in", ("Password", Firm.Password));
        Assert.Equal("My account", await anna.HeadingAsync());
        Assert.Empty(anna.Complaints);
        Assert.Equal([new Uri(anna.Control).Authority], anna.Hosts); // nobody else was called
    }

    [Fact]
    public async Task Passkey_IsCreatedOnInvitation_SignsIn_IsRenamed_AndTheLastOneStays()
    {
        (_, string link) = await firm.InviteAsync();
        await using Person reto = await Person.ArriveAsync(stage);
        await reto.UseAuthenticatorAsync();
        await reto.Page.GotoAsync(link);
        await reto.SendAsync("Create a passkey", ("Name of the passkey", "Laptop"));
        Assert.Equal("Welcome to Lethe", await reto.HeadingAsync());
        await reto.GoAsync("/account/passkey");
        await reto.SeesAsync("Laptop");
        await reto.PressAsync("Sign out");

        await reto.GoAsync("/account/sign-in?returnUrl=%2Faccount%2Fpasskey");
        await reto.PressAsync("Sign in with a passkey");
        Assert.Equal("Passkeys", await reto.HeadingAsync());
        await reto.GoAsync("/account/confirm?returnUrl=%2Faccount%2Fpasskey");
        await reto.PressAsync("Confirm with a passkey");
        Assert.Equal("Passkeys", await reto.HeadingAsync());
        await reto.Page.GetByText("Rename").ClickAsync();
        await reto.Page.Locator("details input:not([type=hidden])").FillAsync("Office computer");
        await reto.PressAsync("Save");
        await reto.SeesAsync("Office computer");
        await reto.PressAsync("Remove passkey: Office computer");
        await reto.SeesAsync("only way to sign in"); // no password yet
        await reto.GoAsync("/account/password");
        await reto.SendAsync("Set the password", ("New password", Firm.Password));
        await reto.GoAsync("/account/passkey");
        await reto.PressAsync("Remove passkey: Office computer");
        await reto.SeesAsync("The passkey is removed.");
        Assert.Empty(reto.Complaints);
    }

    [Fact]
    public async Task Reset_ByMail_SetsANewPassword_AndEndsTheSession()
    {
        (Person anna, string email) = await firm.JoinAsync();
        await using Person here = anna;
        await using Person elsewhere = await Person.ArriveAsync(stage);
        await elsewhere.GoAsync("/account/forgotten");
        await elsewhere.SendAsync("Request the link", ("E-mail address", $"nobody-{Guid.NewGuid():N}@kanzlei-muster.example"));
        string unknown = await elsewhere.Page.InnerTextAsync("main");
        await elsewhere.GoAsync("/account/forgotten");
        await elsewhere.SendAsync("Request the link", ("E-mail address", email));
        Assert.Equal(unknown, await elsewhere.Page.InnerTextAsync("main"));

        await elsewhere.Page.GotoAsync(await elsewhere.MailedAsync(email, "/account/reset"));
        await elsewhere.SendAsync("Set the password", ("New password", "another sentence to remember"));
        Assert.Equal("Your new access is set up", await elsewhere.HeadingAsync());
        await here.GoAsync("/account");
        Assert.Equal("Sign in", await here.HeadingAsync()); // ended
        await here.SignInAsync(email, "another sentence to remember");
        Assert.Equal("My account", await here.HeadingAsync());
    }

    [Fact]
    public async Task DeviceCode_AfterTheWarning_SignsTheDeviceIn_AndItsSessionCanBeEnded()
    {
        (Person anna, _) = await firm.JoinAsync();
        await using Person person = anna;
        using HttpClient device = stage.Cells.NewHttp();
        JsonElement asked = await DeviceAsync(device, person.Control);
        await person.GoAsync("/connect/verify");
        await person.SendAsync("Continue", ("Code", "0000-0000-0000"));
        await person.SeesAsync("This code does not exist");
        await person.SendAsync("Continue", ("Code", asked.GetProperty("user_code").GetString()!));
        await person.SeesAsync("word-plugin");
        await person.SeesAsync("Beware of fraud");
        await person.PressAsync("Yes, sign my Word in");
        Assert.Equal("Word is signed in", await person.HeadingAsync());
        Assert.True((await TokenAsync(device, person.Control, asked)).TryGetProperty("access_token", out _));

        await person.GoAsync("/account/sessions");
        await person.PressAsync("End session: word-plugin");
        await person.SeesAsync("No program is signed in.");
        JsonElement again = await DeviceAsync(device, person.Control);
        await person.Page.GotoAsync(again.GetProperty("verification_uri_complete").GetString()!);
        await person.PressAsync("Refuse");
        Assert.Equal("The sign-in was refused", await person.HeadingAsync());
        Assert.Equal("access_denied", (await TokenAsync(device, person.Control, again)).GetProperty("error").GetString());
    }

    [Fact]
    public async Task MyAccount_ChangesTheAddress_ExportsAndDeletesItself()
    {
        (Person anna, string email) = await firm.JoinAsync();
        await using Person person = anna;
        string wanted = "new-" + email;
        await person.GoAsync("/account");
        await person.ThenWaitAsync(() => person.Page.GetByText("Change the e-mail address").ClickAsync());
        await person.SendAsync("Change the e-mail address", ("New e-mail address", wanted));
        await person.SeesAsync("A message to the new address is on its way.");
        await person.Page.GotoAsync(await person.MailedAsync(wanted, "/account/email"));
        await person.PressAsync("Confirm the address");
        Assert.Equal("Your new e-mail address is in effect", await person.HeadingAsync());

        await person.GoAsync("/account/data");
        IDownload export = await person.Page.RunAndWaitForDownloadAsync(() =>
            person.Page.GetByRole(AriaRole.Button, new() { Name = "Download" }).ClickAsync()
        );
        using (Stream file = await export.CreateReadStreamAsync())
        {
            JsonElement exported = (await JsonSerializer.DeserializeAsync<JsonElement>(file)).GetProperty("member");
            Assert.Equal(wanted, exported.GetProperty("email").GetString());
        }
        await person.Page.GetByLabel("Yes, delete my account.").CheckAsync();
        await person.PressAsync("Delete my account");
        Assert.Equal("Your account is deleted", await person.HeadingAsync());
        await person.SignInAsync(wanted, Firm.Password);
        await person.SeesAsync("That was not right.");
    }

    private static async Task<JsonElement> DeviceAsync(HttpClient http, string control) =>
        await PostAsync(http, $"{control}/connect/device", ("client_id", "word-plugin"), ("scope", "offline_access tokens.issue"));

    private static async Task<JsonElement> TokenAsync(HttpClient http, string control, JsonElement asked) =>
        await PostAsync(
            http,
            $"{control}/connect/token",
            ("client_id", "word-plugin"),
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            ("device_code", asked.GetProperty("device_code").GetString()!)
        );

    private static async Task<JsonElement> PostAsync(HttpClient http, string url, params (string Name, string Value)[] fields)
    {
        using FormUrlEncodedContent form = new(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        using HttpResponseMessage answer = await http.PostAsync(new Uri(url), form, TestContext.Current.CancellationToken);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
    }
}
