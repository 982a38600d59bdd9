using Microsoft.Extensions.Options;
using MimeKit;

namespace Lethe.Control.Mail;

/// <summary>Sends what waits, one after the other. What fails is tried again, ever more slowly, while its link is still of use.</summary>
/// <param name="queue">What waits.</param>
/// <param name="composer">Writes the messages.</param>
/// <param name="transport">The way out.</param>
/// <param name="progress">Who learns what becomes of mails.</param>
/// <param name="options">Attempts and pauses.</param>
/// <param name="clock">The clock.</param>
/// <param name="logger">Learns kinds and counts, never an address.</param>
internal sealed partial class MailService(
    MailQueue queue,
    MailComposer composer,
    IMailTransport transport,
    IEnumerable<IMailProgress> progress,
    IOptions<MailOptions> options,
    TimeProvider clock,
    ILogger<MailService> logger
) : BackgroundService
{
    private static readonly TimeSpan AfterGivingUp = TimeSpan.FromHours(1);
    private readonly PriorityQueue<QueuedMail, DateTimeOffset> later = new();

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            while (queue.Arrived.TryRead(out QueuedMail? arrived))
            {
                await TryAsync(arrived, stoppingToken);
            }
            while (later.TryPeek(out QueuedMail? due, out DateTimeOffset at) && at <= clock.GetUtcNow())
            {
                later.Dequeue();
                await TryAsync(due, stoppingToken);
            }
            await WaitAsync(stoppingToken);
        }
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (queue.Waiting > 0)
        {
            LogLost(queue.Waiting);
        }
    }

    private async Task WaitAsync(CancellationToken stoppingToken)
    {
        using CancellationTokenSource arrivalOrDue = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        Task arrival = queue.Arrived.WaitToReadAsync(arrivalOrDue.Token).AsTask();
        if (later.TryPeek(out _, out DateTimeOffset at))
        {
            TimeSpan pause = at - clock.GetUtcNow();
            Task due = pause > TimeSpan.Zero ? Task.Delay(pause, clock, arrivalOrDue.Token) : Task.CompletedTask;
            await Task.WhenAny(arrival, due);
            await arrivalOrDue.CancelAsync();
            await Task.WhenAll(arrival, due).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        else
        {
            await arrival.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task TryAsync(QueuedMail queued, CancellationToken stoppingToken)
    {
        MailKind kind = queued.Mail.Kind;
        if (queued.Mail.ValidFor is { } validFor && clock.GetUtcNow() - queued.At >= validFor)
        {
            LogGivenUp(kind, queued.Attempts);
            queue.Done();
            return;
        }
        int attempts = queued.Attempts + 1;
        switch (await SendAsync(queued.Mail, stoppingToken))
        {
            case MailOutcome.Delivered:
                await TellAsync(queued.Mail, null, stoppingToken);
                LogSent(kind, attempts);
                queue.Done();
                break;
            case MailOutcome.Refused:
                await TellAsync(queued.Mail, null, stoppingToken);
                LogRefused(kind);
                queue.Done();
                break;
            case MailOutcome.Deferred when attempts < options.Value.Attempts:
                DateTimeOffset nextAt = clock.GetUtcNow() + Pause(attempts);
                await TellAsync(queued.Mail, nextAt, stoppingToken);
                LogDeferred(kind, attempts);
                later.Enqueue(queued with { Attempts = attempts }, nextAt);
                break;
            default:
                await TellAsync(queued.Mail, clock.GetUtcNow() + AfterGivingUp, stoppingToken); // while its link is of use
                LogGivenUp(kind, attempts);
                queue.Done();
                break;
        }
    }

    private async Task TellAsync(OutgoingMail mail, DateTimeOffset? nextAt, CancellationToken stoppingToken)
    {
        try
        {
            foreach (IMailProgress listener in progress)
            {
                await (nextAt is { } at ? listener.PostponedAsync(mail, at, stoppingToken) : listener.SettledAsync(mail, stoppingToken));
            }
        }
        catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
        {
            LogFault(mail.Kind, fault.GetType().Name); // at worst it is sent twice
        }
    }

    private async Task<MailOutcome> SendAsync(OutgoingMail mail, CancellationToken stoppingToken)
    {
        try
        {
            using MimeMessage message = composer.Compose(mail);
            return await transport.SendAsync(message, stoppingToken);
        }
        catch (ParseException)
        {
            return MailOutcome.Refused; // no address
        }
        catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
        {
            LogFault(mail.Kind, fault.GetType().Name); // one mail that nobody foresaw does not stop all others
            return MailOutcome.Deferred;
        }
    }

    private TimeSpan Pause(int attempts)
    {
        TimeSpan pause = options.Value.FirstPause * Math.Pow(2, attempts - 1);
        return pause < options.Value.LongestPause ? pause : options.Value.LongestPause;
    }

    [LoggerMessage(EventIds.MailSent, LogLevel.Information, "A mail of kind {Kind} was sent at attempt {Attempts}")]
    private partial void LogSent(MailKind kind, int attempts);

    [LoggerMessage(EventIds.MailDeferred, LogLevel.Warning, "A mail of kind {Kind} could not be sent at attempt {Attempts}")]
    private partial void LogDeferred(MailKind kind, int attempts);

    [LoggerMessage(EventIds.MailRefused, LogLevel.Warning, "The mail server refused a mail of kind {Kind}")]
    private partial void LogRefused(MailKind kind);

    [LoggerMessage(EventIds.MailGivenUp, LogLevel.Error, "A mail of kind {Kind} was given up after {Attempts} attempts")]
    private partial void LogGivenUp(MailKind kind, int attempts);

    [LoggerMessage(EventIds.MailFault, LogLevel.Error, "Sending a mail of kind {Kind} failed with {ExceptionType}")]
    private partial void LogFault(MailKind kind, string exceptionType);

    [LoggerMessage(EventIds.MailLost, LogLevel.Warning, "The host stops with {Count} mails that were not sent")]
    private partial void LogLost(int count);
}
