using Lethe.Contracts.Tenants;
using Lethe.Control.Identity.Accounts;
using Lethe.Control.Mail;
using Xunit;

namespace Lethe.ClusterTests.Accounts;

/// <summary>Mails that a Control could not hand over before it ended.</summary>
public abstract class UnsentMailRules(AccountsCell cell)
{
    private const string Password = "another long password";

    private static CancellationToken Cancel => AccountsCell.Cancel;

    [Fact]
    public async Task Invitation_OfAControlThatEnded_IsSentByTheNextOne()
    {
        string email = await InviteWhileTheServerIsDownAsync();
        await cell.RestartAsync();
        cell.Mail.Answer = MailOutcome.Delivered;
        string code = await SentAgainAsync(email, AccountPaths.Invitation);
        using Browser browser = cell.NewBrowser();
        Assert.Contains("signed in", await AcceptAsync(browser, code), StringComparison.Ordinal);
        cell.Silo.Clock.Advance(TimeSpan.FromHours(2));
        using Browser later = cell.NewBrowser();
        Assert.True(await later.SignInAsync(email, Password));
        Assert.Single(cell.Mail.To(email)); // once
        Assert.Contains(cell.Logs.GetSnapshot(), line => line.Message == "1 mails that a Control did not hand over are sent again");
        Assert.DoesNotContain(email.Split('@')[0], await cell.DumpAsync(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Reset_AndChangeOfAddress_OfAControlThatEnded_AreSentByTheNextOne()
    {
        Person anna = await cell.NewPersonAsync();
        string wanted = AccountsCell.NewEmail();
        cell.Mail.Answer = MailOutcome.Deferred;
        await cell.InScopeAsync<EmailChangeService, bool>(async emails =>
            await emails.RequestAsync(await cell.AccountOfAsync(anna), wanted, Cancel)
        );
        await cell.InScopeAsync<PasswordResetService, bool>(async resets =>
        {
            await resets.SendAsync(await cell.AccountOfAsync(anna), Cancel);
            return true;
        });
        await TriedAsync("PasswordReset");
        await cell.RestartAsync();
        cell.Mail.Answer = MailOutcome.Delivered;
        string reset = await SentAgainAsync(anna.Email, AccountPaths.Reset);
        string change = await cell.Mail.CodeAsync(wanted, AccountPaths.Email);
        using Browser browser = cell.NewBrowser();
        await browser.SubmitAsync(AccountPaths.Email, ("code", change));
        Assert.Contains(
            "The link is not valid",
            await browser.SubmitAsync(AccountPaths.Reset, ("code", reset), ("password", Password)),
            StringComparison.Ordinal
        );
        Assert.True(await browser.SignInAsync(wanted, anna.Password)); // the change ended the reset, as always
    }

    [Fact]
    public async Task Link_OfAMailThatIsSentAgain_EndsWhenTheFirstWouldHave()
    {
        string email = await InviteWhileTheServerIsDownAsync();
        await cell.RestartAsync();
        cell.Silo.Clock.Advance(TimeSpan.FromDays(6.9));
        cell.Mail.Answer = MailOutcome.Delivered;
        string code = await SentAgainAsync(email, AccountPaths.Invitation);
        cell.Silo.Clock.Advance(TimeSpan.FromHours(4));
        using Browser browser = cell.NewBrowser();
        Assert.Contains("The link is not valid", await AcceptAsync(browser, code), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mail_ThatTheServerRefusesForGood_IsNotSentAgain()
    {
        const string Refused = "The mail server refused a mail of kind Invitation";
        string email = AccountsCell.NewEmail();
        int before = Count(Refused);
        cell.Mail.Answer = MailOutcome.Refused;
        await InviteAsync(email);
        for (int waited = 0; waited < 100 && Count(Refused) == before; waited++)
        {
            await Task.Delay(50, Cancel);
        }
        Assert.True(Count(Refused) > before);
        await cell.RestartAsync();
        cell.Mail.Answer = MailOutcome.Delivered;
        cell.Silo.Clock.Advance(TimeSpan.FromHours(2));
        await cell.NewPersonAsync(); // whose mail comes after all that were due
        Assert.Empty(cell.Mail.To(email));
    }

    private static Task<string> AcceptAsync(Browser browser, string code) =>
        browser.SubmitAsync(AccountPaths.Invitation, ("code", code), ("password", Password));

    private int Count(string text) => cell.Logs.GetSnapshot().Count(line => line.Message.StartsWith(text, StringComparison.Ordinal));

    // Of a tenant that is here: an old invitation of one that is not is erased.
    private async Task<InvitationResult> InviteAsync(string email)
    {
        (TenantId tenant, _) = await cell.Silo.ProvisionAsync();
        return await cell.InScopeAsync<InvitationService, InvitationResult>(invitations =>
            invitations.CreateAsync(tenant, email, "en", Cancel)
        );
    }

    private async Task<string> InviteWhileTheServerIsDownAsync()
    {
        string email = AccountsCell.NewEmail();
        int tried = Count("A mail of kind Invitation could not be sent");
        cell.Mail.Answer = MailOutcome.Deferred;
        await InviteAsync(email);
        await TriedAsync("Invitation", tried);
        return email;
    }

    private async Task TriedAsync(string kind, int before = 0)
    {
        string text = $"A mail of kind {kind} could not be sent";
        for (int waited = 0; waited < 100 && Count(text) == before; waited++)
        {
            await Task.Delay(50, Cancel);
        }
        Assert.True(Count(text) > before);
    }

    // The next Control looks every half minute.
    private async Task<string> SentAgainAsync(string email, string path)
    {
        for (int waited = 0; waited < 100 && cell.Mail.To(email).All(mail => !mail.Text.Contains(path, StringComparison.Ordinal)); waited++)
        {
            cell.Silo.Clock.Advance(TimeSpan.FromSeconds(31));
            await Task.Delay(200, Cancel);
        }
        return await cell.Mail.CodeAsync(email, path);
    }
}

/// <inheritdoc/>
[Collection(SqliteAccountsSuite.Name)]
public sealed class SqliteUnsentMailTests(SqliteAccounts cell) : UnsentMailRules(cell);

/// <inheritdoc/>
[Collection(PostgresAccountsSuite.Name)]
public sealed class PostgresUnsentMailTests(PostgresAccounts cell) : UnsentMailRules(cell);
