using System.Threading.Channels;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Mail;

/// <summary>Mails on their way out. In memory: one with a link that a restart loses is sent again, by <see cref="Identity.Accounts.UnsentMails"/>.</summary>
/// <param name="options">How many may wait.</param>
/// <param name="clock">The clock.</param>
/// <param name="logger">Learns kinds and counts, never an address.</param>
internal sealed partial class MailQueue(IOptions<MailOptions> options, TimeProvider clock, ILogger<MailQueue> logger)
{
    private readonly Channel<QueuedMail> arrived = Channel.CreateUnbounded<QueuedMail>(new() { SingleReader = true });
    private int waiting;

    /// <summary>Gets how many mails wait, those between two attempts included.</summary>
    public int Waiting => Volatile.Read(ref waiting);

    /// <summary>Gets what has arrived.</summary>
    internal ChannelReader<QueuedMail> Arrived => arrived.Reader;

    /// <summary>Takes a mail, and returns at once.</summary>
    /// <param name="mail">The mail.</param>
    /// <returns>False when too many wait: it is not sent, and that is counted in the log.</returns>
    public bool TryPost(OutgoingMail mail)
    {
        if (Interlocked.Increment(ref waiting) > options.Value.Capacity)
        {
            Interlocked.Decrement(ref waiting);
            LogFull(mail.Kind);
            return false;
        }
        return arrived.Writer.TryWrite(new(mail, clock.GetUtcNow()));
    }

    /// <summary>Marks one mail as gone, sent or given up.</summary>
    internal void Done() => Interlocked.Decrement(ref waiting);

    [LoggerMessage(EventIds.MailQueueFull, LogLevel.Error, "The mail queue is full: a mail of kind {Kind} was refused")]
    private partial void LogFull(MailKind kind);
}

/// <summary>A mail with its history.</summary>
/// <param name="Mail">The mail.</param>
/// <param name="At">When it was posted.</param>
/// <param name="Attempts">How often it was tried.</param>
internal sealed record QueuedMail(OutgoingMail Mail, DateTimeOffset At, int Attempts = 0)
{
    /// <inheritdoc/>
    public override string ToString() => Mail.ToString();
}
