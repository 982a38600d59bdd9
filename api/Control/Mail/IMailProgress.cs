namespace Lethe.Control.Mail;

/// <summary>Learns what becomes of mails, so that one that a restart loses is sent again.</summary>
internal interface IMailProgress
{
    /// <summary>A mail was handed over, or refused for good.</summary>
    /// <param name="mail">The mail.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>When that is stored.</returns>
    Task SettledAsync(OutgoingMail mail, CancellationToken cancellationToken);

    /// <summary>A mail is tried again later.</summary>
    /// <param name="mail">The mail.</param>
    /// <param name="nextAt">When.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>When that is stored.</returns>
    Task PostponedAsync(OutgoingMail mail, DateTimeOffset nextAt, CancellationToken cancellationToken);
}
