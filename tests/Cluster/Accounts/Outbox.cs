using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Lethe.ClusterTests.Cells;
using Lethe.Control.Mail;
using MimeKit;
using Xunit;

namespace Lethe.ClusterTests.Accounts;

/// <summary>Keeps the mails instead of sending them.</summary>
internal sealed partial class Outbox : IMailTransport
{
    private readonly ConcurrentQueue<ReceivedMail> sent = new();

    public IReadOnlyList<ReceivedMail> Sent => [.. sent];

    /// <summary>What the server answers.</summary>
    public MailOutcome Answer { get; set; }

    public Task<MailOutcome> SendAsync(MimeMessage message, CancellationToken cancellationToken)
    {
        if (Answer != MailOutcome.Delivered)
        {
            return Task.FromResult(Answer);
        }
        sent.Enqueue(ReceivedMail.Of(message));
        return Task.FromResult(MailOutcome.Delivered);
    }

    public ReceivedMail[] To(string email) => [.. sent.Where(mail => mail.To == email)];

    /// <summary>Waits for the newest code that was mailed to an address.</summary>
    public async Task<string> CodeAsync(string email, string path)
    {
        for (int tried = 0; tried < 100; tried++)
        {
            if (To(email).Select(mail => Code(path).Match(mail.Text)).LastOrDefault(match => match.Success) is { } found)
            {
                return found.Groups["code"].Value;
            }
            await Task.Delay(50, TestContext.Current.CancellationToken); // the queue runs on its own
        }
        throw new Xunit.Sdk.XunitException($"No mail with a link to {path}.");
    }

    /// <summary>Waits until an address has got so many mails.</summary>
    public async Task<ReceivedMail[]> CountAsync(string email, int count)
    {
        for (int tried = 0; tried < 100 && To(email).Length < count; tried++)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
        Assert.Equal(count, To(email).Length);
        return To(email);
    }

    private static Regex Code(string path) =>
        new($"{path}#(?<code>[A-Za-z0-9_-]{{43}})", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
}
