using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Lethe.Control.Identity.Accounts.Mail;

namespace Lethe.ClusterTests.Cells;

/// <summary>The mails that a Control sends, as they arrive.</summary>
internal sealed partial class Outbox : IMailSender
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly ConcurrentDictionary<string, ConcurrentQueue<MailMessage>> boxes = new(StringComparer.OrdinalIgnoreCase);

    public Task SendAsync(MailMessage message, CancellationToken cancellationToken)
    {
        BoxOf(message.To).Enqueue(message);
        return Task.CompletedTask;
    }

    /// <summary>Takes the next mail to an address, when it is there.</summary>
    public async Task<MailMessage> NextAsync(string address)
    {
        using CancellationTokenSource limit = new(Patience);
        MailMessage? message;
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

    private ConcurrentQueue<MailMessage> BoxOf(string address) => boxes.GetOrAdd(address, static _ => new());
}
