using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Lethe.Control.Mail;
using MimeKit;

namespace Lethe.ClusterTests.Cells;

/// <summary>The mails that a Control sends, as they arrive.</summary>
internal sealed partial class Outbox : IMailTransport
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly ConcurrentDictionary<string, ConcurrentQueue<ReceivedMail>> boxes = new(StringComparer.OrdinalIgnoreCase);

    public Task<MailOutcome> SendAsync(MimeMessage message, CancellationToken cancellationToken)
    {
        ReceivedMail received = ReceivedMail.Of(message);
        BoxOf(received.To).Enqueue(received);
        return Task.FromResult(MailOutcome.Delivered);
    }

    /// <summary>Takes the next mail to an address, when it is there.</summary>
    public async Task<ReceivedMail> NextAsync(string address)
    {
        using CancellationTokenSource limit = new(Patience);
        ReceivedMail? message;
        while (!BoxOf(address).TryDequeue(out message))
        {
            await Task.Delay(20, limit.Token);
        }
        return message;
    }

    /// <summary>Takes the code in the next mail to an address.</summary>
    public async Task<string> NextCodeAsync(string address) => CodeIn((await NextAsync(address)).Text).Groups["code"].Value;

    public bool IsEmpty(string address) => BoxOf(address).IsEmpty;

    [GeneratedRegex("#(?<code>[A-Za-z0-9_-]{43})", RegexOptions.ExplicitCapture)]
    private static partial Regex Code();

    private static Match CodeIn(string text) =>
        Code().Match(text) is { Success: true } found ? found : throw new InvalidOperationException("No code.");

    private ConcurrentQueue<ReceivedMail> BoxOf(string address) => boxes.GetOrAdd(address, static _ => new());
}

/// <summary>A mail as somebody reads it.</summary>
internal sealed record ReceivedMail(string To, string Subject, string Text)
{
    public static ReceivedMail Of(MimeMessage message) =>
        new(message.To.Mailboxes.Single().Address, message.Subject ?? string.Empty, message.TextBody ?? string.Empty);
}
