using System.ComponentModel.DataAnnotations;
using System.Text;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Identity.Accounts.Mail;

/// <summary>How mails leave: section <c>Mail</c>.</summary>
internal sealed class MailOptions
{
    /// <summary>Gets or sets the folder for <c>.eml</c> files.</summary>
    [Required]
    public string Folder { get; set; } = string.Empty;

    /// <summary>Gets or sets the sender's address.</summary>
    [Required, EmailAddress]
    public string From { get; set; } = "no-reply@lethe.example";
}

/// <inheritdoc/>
[OptionsValidator]
internal sealed partial class MailOptionsValidator : IValidateOptions<MailOptions>;

/// <summary>Writes mails as <c>.eml</c> files, readable by their owner only: the local default.</summary>
/// <param name="options">Where.</param>
/// <param name="clock">The clock.</param>
internal sealed class MailFolder(IOptions<MailOptions> options, TimeProvider clock) : IMailSender
{
    /// <inheritdoc/>
    public async Task SendAsync(MailMessage message, CancellationToken cancellationToken)
    {
        DateTimeOffset now = clock.GetUtcNow();
        string path = Path.Combine(options.Value.Folder, $"{now:yyyyMMdd-HHmmss-fffffff}-{Guid.NewGuid():N}.eml");
        string text = $"""
            From: {options.Value.From}
            To: {message.To}
            Subject: {message.Subject}
            Date: {now:R}
            MIME-Version: 1.0
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: 8bit

            {message.Text}
            """;
        FileStreamOptions create = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        string unfinished = path + ".part";
        await using (StreamWriter writer = new(unfinished, new UTF8Encoding(false), create))
        {
            await writer.WriteAsync(text.ReplaceLineEndings("\r\n").AsMemory(), cancellationToken);
        }
        File.Move(unfinished, path);
    }
}
