namespace Lethe.Control.Identity.Accounts.Mail;

/// <summary>One mail, to one address.</summary>
/// <param name="To">The address.</param>
/// <param name="Subject">The subject; holds nothing about a person.</param>
/// <param name="Text">The plain text.</param>
internal sealed record MailMessage(string To, string Subject, string Text)
{
    /// <inheritdoc/>
    public override string ToString() => nameof(MailMessage);
}

/// <summary>Hands mails to whoever delivers them.</summary>
internal interface IMailSender
{
    /// <summary>Sends a mail. An exception means that it was not taken; its text is not logged.</summary>
    /// <param name="message">The mail.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>When it is taken over.</returns>
    Task SendAsync(MailMessage message, CancellationToken cancellationToken);
}
