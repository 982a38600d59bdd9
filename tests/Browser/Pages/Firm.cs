using Lethe.BrowserTests.Stage;

namespace Lethe.BrowserTests.Pages;

/// <summary>The seeded firm, whose owner is signed in and invites people in the console.</summary>
public sealed class Firm(BrowserStage stage) : IAsyncDisposable
{
    public const string Password = "a sentence that is easy to remember";
    private Person? owner;

    /// <summary>Gets the owner, signed in.</summary>
    public async Task<Person> OwnerAsync()
    {
        if (owner is null)
        {
            owner = await Person.ArriveAsync(stage);
            await owner.SignInAsync(stage.Cells.OwnerOf("eu"), stage.Cells.PasswordOf("eu"));
        }
        return owner;
    }

    /// <summary>Has somebody invited.</summary>
    /// <returns>The address, and the link that came by mail.</returns>
    public async Task<(string Email, string Link)> InviteAsync()
    {
        string email = $"person-{Guid.NewGuid():N}@kanzlei-muster.example";
        Person admin = await OwnerAsync();
        await admin.GoAsync("/console/members");
        await admin.SendAsync("Send the invitation", ("E-mail address", email));
        await admin.SeesAsync("The invitation is on its way.");
        return (email, await admin.MailedAsync(email, "/account/invitation"));
    }

    /// <summary>Has somebody invited, who accepts with a password and is signed in.</summary>
    public async Task<(Person Person, string Email)> JoinAsync(string language = "en")
    {
        (string email, string link) = await InviteAsync();
        Person person = await Person.ArriveAsync(stage, language);
        await person.Page.GotoAsync(link);
        await person.Page.Locator("#password").FillAsync(Password);
        await person.ThenWaitAsync(() => person.Page.Locator("main form:not([data-question]) button").ClickAsync());
        return (person, email);
    }

    public async ValueTask DisposeAsync()
    {
        if (owner is not null)
        {
            await owner.DisposeAsync();
        }
    }
}
