using Microsoft.Extensions.Options;
using MimeKit;

namespace Lethe.Control.Mail;

/// <summary>Puts each message into a file that only its owner can read. For people who try Lethe on their own machine.</summary>
/// <param name="options">The folder.</param>
/// <param name="clock">The clock.</param>
internal sealed class FolderTransport(IOptions<MailOptions> options, TimeProvider clock) : IMailTransport
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <inheritdoc/>
    public async Task<MailOutcome> SendAsync(MimeMessage message, CancellationToken cancellationToken)
    {
        string folder = options.Value.Folder ?? throw new InvalidOperationException("Mail:Folder is missing.");
        Directory.CreateDirectory(folder, Owner | UnixFileMode.UserExecute);
        string name = $"{clock.GetUtcNow():yyyyMMdd'T'HHmmssfff}-{Guid.NewGuid():N}";
        string partial = Path.Combine(folder, name + ".part");
        FileStreamOptions create = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Options = FileOptions.Asynchronous,
            UnixCreateMode = Owner,
        };
        await using (FileStream file = new(partial, create))
        {
            await message.WriteToAsync(FormatOptions.Default, file, cancellationToken);
        }
        File.Move(partial, Path.Combine(folder, name + ".eml")); // whoever watches the folder sees whole messages only
        return MailOutcome.Delivered;
    }
}
