using Lethe.Control.Identity.Accounts.Mail;
using Lethe.Control.Mail;
using Microsoft.AspNetCore.Identity;

namespace Lethe.Control.Identity.Accounts;

/// <summary>
/// Sends mails with links again that were lost when a Control ended before it had handed them over. Kept for that is one
/// instant beside the link, nothing else: the address stands with the account, and a new code is made, which ends the lost one
/// and is good for as long as that was. So nothing is sent of what was accepted, withdrawn or has ended meanwhile.
/// </summary>
/// <param name="queue">What waits in this process.</param>
/// <param name="mail">The mails.</param>
/// <param name="scopes">Makes services.</param>
/// <param name="clock">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class UnsentMails(
    MailQueue queue,
    IAccountMail mail,
    IServiceScopeFactory scopes,
    TimeProvider clock,
    ILogger<UnsentMails> logger
) : BackgroundService, IMailProgress
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public Task SettledAsync(OutgoingMail mail, CancellationToken cancellationToken) => NoteAsync(mail, null, cancellationToken);

    /// <inheritdoc/>
    public Task PostponedAsync(OutgoingMail mail, DateTimeOffset nextAt, CancellationToken cancellationToken) =>
        NoteAsync(mail, nextAt + AccountLinks.HandOver, cancellationToken);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(Interval, clock);
        do
        {
            try
            {
                await SendAsync(stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(fault.GetType().Name);
            }
        } while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task SendAsync(CancellationToken stoppingToken)
    {
        if (queue.Waiting > 0)
        {
            return; // what is on its way is settled first
        }
        await using AsyncServiceScope scope = scopes.CreateAsyncScope();
        AccountLinks links = scope.ServiceProvider.GetRequiredService<AccountLinks>();
        UserManager<Account> users = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        IReadOnlyList<AccountLink> unsent = await links.TakeUnsentAsync(stoppingToken);
        foreach (AccountLink link in unsent)
        {
            if (await users.FindByIdAsync(link.AccountId) is { } account && link.Purpose == PurposeOf(account, link.Purpose))
            {
                TimeSpan left = DateTime.SpecifyKind(link.ExpiresAt, DateTimeKind.Utc) - clock.GetUtcNow().UtcDateTime;
                Post(account, link, await links.MakeAsync(account.Id, link.Purpose, left, link.NewEmail, stoppingToken), left);
            }
        }
        if (unsent.Count > 0)
        {
            LogSentAgain(unsent.Count);
        }
    }

    private static LinkPurpose? PurposeOf(Account account, LinkPurpose asked) =>
        account.Status switch
        {
            AccountStatus.Invited => LinkPurpose.Invitation,
            AccountStatus.Active when asked != LinkPurpose.Invitation => asked,
            _ => null,
        };

    private void Post(Account account, AccountLink link, string code, TimeSpan left)
    {
        Recipient to = new(link.NewEmail ?? account.Email!, account.Language);
        switch (link.Purpose)
        {
            case LinkPurpose.Invitation:
                mail.Invitation(to, code, left);
                break;
            case LinkPurpose.Reset:
                mail.Reset(to, code, left);
                break;
            default:
                mail.ConfirmEmail(to, code, left);
                break;
        }
    }

    private async Task NoteAsync(OutgoingMail sent, DateTimeOffset? after, CancellationToken cancellationToken)
    {
        if (sent.Code is { } code)
        {
            await using AsyncServiceScope scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<AccountLinks>().MailAfterAsync(code, after, cancellationToken);
        }
    }

    [LoggerMessage(EventIds.MailsSentAgain, LogLevel.Warning, "{Count} mails that a Control did not hand over are sent again")]
    private partial void LogSentAgain(int count);

    [LoggerMessage(EventIds.MailsNotSentAgain, LogLevel.Warning, "Mails that were not handed over could not be looked up: {ExceptionType}")]
    private partial void LogFailed(string exceptionType);
}
