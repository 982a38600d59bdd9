using System.Threading.Channels;
using Lethe.Control.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Identity.Accounts.Mail;

/// <summary>Writes the mails about accounts and queues them.</summary>
/// <param name="control">Where the pages are.</param>
/// <param name="queue">The queue.</param>
internal sealed class AccountMail(IOptions<ControlOptions> control, MailQueue queue) : IAccountMail
{
    /// <inheritdoc/>
    public void Invitation(Recipient to, string code) =>
        Send(
            to,
            "Your invitation to Lethe",
            $"You are invited to use Lethe. Choose how you sign in, within seven days:\n\n{Link(AccountPaths.Invitation, code)}"
        );

    /// <inheritdoc/>
    public void AlreadyHasAccount(Recipient to) =>
        Send(
            to,
            "Your account at Lethe",
            "Somebody wanted to invite this address to Lethe. It has an account already; nothing was changed."
        );

    /// <inheritdoc/>
    public void Reset(Recipient to, string code) =>
        Send(
            to,
            "Set a new password",
            $"Somebody asked for a new password for this address. If it was you, within 20 minutes:\n\n{Link(AccountPaths.Reset, code)}\n\nIf not, do nothing."
        );

    /// <inheritdoc/>
    public void ConfirmEmail(Recipient to, string code) =>
        Send(to, "Confirm your address", $"Confirm that this is your address, within 20 minutes:\n\n{Link(AccountPaths.Email, code)}");

    /// <inheritdoc/>
    public void EmailChanged(Recipient to) =>
        Send(
            to,
            "Your address was changed",
            "The e-mail address of your account at Lethe was changed. If it was not you, tell your administrator."
        );

    /// <inheritdoc/>
    public void PasswordChanged(Recipient to) =>
        Send(
            to,
            "Your sign-in was changed",
            "The password or passkey of your account at Lethe was set. If it was not you, tell your administrator."
        );

    private string Link(string path, string code) =>
        $"{new Uri(new Uri(control.Value.PublicUrl), path)}#{code}\n\nIf the page asks for a code: {code}";

    private void Send(Recipient to, string subject, string text) => queue.Add(new(to.Address, subject, text + "\n"));
}

/// <summary>Mails on their way. Bounded: what is too much is dropped. A mail that is not taken is tried three times.</summary>
/// <param name="sender">Takes them.</param>
/// <param name="clock">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class MailQueue(IMailSender sender, TimeProvider clock, ILogger<MailQueue> logger) : BackgroundService
{
    private const int Most = 1000;
    private const int Tries = 3;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly Channel<MailMessage> waiting = Channel.CreateBounded<MailMessage>(
        new BoundedChannelOptions(Most) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true }
    );

    /// <summary>Adds a mail.</summary>
    /// <param name="message">The mail.</param>
    public void Add(MailMessage message) => waiting.Writer.TryWrite(message);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (MailMessage message in waiting.Reader.ReadAllAsync(stoppingToken))
        {
            for (int tried = 1; !await TrySendAsync(message, stoppingToken) && tried < Tries; tried++)
            {
                await Task.Delay(Pause, clock, stoppingToken);
            }
        }
    }

    private async Task<bool> TrySendAsync(MailMessage message, CancellationToken stoppingToken)
    {
        try
        {
            await sender.SendAsync(message, stoppingToken);
            return true;
        }
        catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
        {
            LogFailed(fault.GetType().Name);
            return false;
        }
    }

    [LoggerMessage(EventIds.MailNotSent, LogLevel.Warning, "A mail was not taken: {ExceptionType}")]
    private partial void LogFailed(string exceptionType);
}

/// <summary>Adds the mails to the host.</summary>
internal static class MailExtensions
{
    /// <summary>Adds the mails about accounts.</summary>
    /// <param name="services">The host's services.</param>
    public static void AddAccountMail(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<MailOptions, MailOptionsValidator>().BindConfiguration("Mail");
        services.TryAddSingleton<IMailSender, MailFolder>();
        services.AddSingleton<MailQueue>().AddHostedService(provider => provider.GetRequiredService<MailQueue>());
        services.AddSingleton<IAccountMail, AccountMail>();
    }
}
