using Lethe.BrowserTests.Stage;
using Xunit;

namespace Lethe.BrowserTests.Pages;

/// <summary>The console's member list in Chromium.</summary>
public sealed class ConsoleTests(BrowserStage stage) : IAsyncLifetime
{
    private readonly Firm firm = new(stage);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => firm.DisposeAsync();

    [Fact]
    public async Task Member_IsInvited_GetsRoles_IsDeactivatedAndActivatedAgain()
    {
        (Person anna, string email) = await firm.JoinAsync();
        await using Person person = anna;
        await person.GoAsync("/console/members");
        Assert.Equal("You do not have permission for this", await person.HeadingAsync());

        Person owner = await firm.OwnerAsync();
        await owner.GoAsync("/console/members");
        await owner.Page.Locator("li", new() { HasText = email }).Locator("summary").ClickAsync();
        await owner.Page.Locator("li", new() { HasText = email }).GetByLabel("User admin").CheckAsync();
        await owner.Page.Locator("li", new() { HasText = email }).Locator("details button").ClickAsync();
        await owner.SeesAsync("The roles are changed.");
        await person.GoAsync("/console/members");
        Assert.Equal("Members", await person.HeadingAsync());

        await owner.PressAsync($"Deactivate: {email}");
        await owner.SeesAsync("Deactivated");
        await person.GoAsync("/account");
        Assert.Equal("Sign in", await person.HeadingAsync()); // at once
        await person.SignInAsync(email, Firm.Password);
        await person.SeesAsync("That was not right.");
        await owner.PressAsync($"Activate again: {email}");
        await owner.SeesAsync("The member is active again.");
        await person.SignInAsync(email, Firm.Password);
        Assert.Equal("My account", await person.HeadingAsync());
    }

    [Fact]
    public async Task LastOwner_CannotGiveTheRoleAway()
    {
        Person owner = await firm.OwnerAsync();
        string self = stage.Cells.OwnerOf("eu");
        await owner.GoAsync("/console/members");
        await owner.Page.Locator("li", new() { HasText = self }).Locator("summary").ClickAsync();
        await owner.Page.Locator("li", new() { HasText = self }).GetByLabel("Owner").UncheckAsync();
        await owner.Page.Locator("li", new() { HasText = self }).GetByLabel("Member").CheckAsync();
        await owner.Page.Locator("li", new() { HasText = self }).Locator("details button").ClickAsync();
        await owner.SeesAsync("last owner");
    }
}
