using MimeKit;

namespace Lethe.Control.Mail;

/// <summary>What became of an attempt to send.</summary>
internal enum MailOutcome
{
    /// <summary>The next server, or the folder, has it.</summary>
    Delivered,

    /// <summary>Not now; worth another attempt.</summary>
    Deferred,

    /// <summary>The server will never take it.</summary>
    Refused,
}

/// <summary>One way out of the house.</summary>
internal interface IMailTransport
{
    /// <summary>Sends one message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Cancels; the message may have left.</param>
    /// <returns>What became of it.</returns>
    Task<MailOutcome> SendAsync(MimeMessage message, CancellationToken cancellationToken);
}
