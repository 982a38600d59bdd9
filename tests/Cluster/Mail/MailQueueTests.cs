using Lethe.Control.Mail;
using Lethe.TestKit;
using Microsoft.Extensions.Time.Testing;
using MimeKit;
using Xunit;

namespace Lethe.ClusterTests.Mail;

/// <summary>The queue, and mail to a folder.</summary>
public sealed class MailQueueTests : IDisposable
{
    private static readonly OutgoingMail Invitation = new(
        MailKind.Invitation,
        "dr.anna.muster@kanzlei-muster.example",
        "fr",
        "kQ3-Zw_9",
        TimeSpan.FromDays(7)
    );

    private readonly TempFolder folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Folder_GetsWholeMessages_ForItsOwnerOnly()
    {
        string mails = folder.File("mail");
        await using MailHost host = await MailHost.StartAsync(Local(mails), Token);

        Assert.True(host.Queue.TryPost(Invitation));
        await host.EmptyAsync(Token);

        string file = Assert.Single(Directory.GetFiles(mails));
        Assert.DoesNotContain("muster", file, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(mails));
        MimeMessage message = await MimeMessage.LoadAsync(file, Token);
        Assert.Equal("Votre invitation à Lethe", message.Subject);
        Assert.Contains("https://control.example/account/invitation#kQ3-Zw_9", message.TextBody, StringComparison.Ordinal);
        Assert.DoesNotContain(host.Lines(), line => line.Contains('@', StringComparison.Ordinal));
    }

    [Fact]
    public async Task Queue_ThatIsFull_RefusesAndSaysSo()
    {
        Dictionary<string, string?> settings = Unreachable();
        settings["Mail:Capacity"] = "2";
        settings["Mail:FirstPause"] = settings["Mail:LongestPause"] = "00:05:00";
        await using MailHost host = await MailHost.StartAsync(settings, Token);

        Assert.True(host.Queue.TryPost(Invitation));
        Assert.True(host.Queue.TryPost(Invitation));
        Assert.False(host.Queue.TryPost(Invitation));

        Assert.Contains("The mail queue is full: a mail of kind Invitation was refused", host.Lines());
    }

    [Fact]
    public async Task Mail_WhoseLinkIsTooOld_IsNotSentAnyMore()
    {
        FakeTimeProvider clock = new();
        Dictionary<string, string?> settings = Unreachable();
        settings["Mail:FirstPause"] = settings["Mail:LongestPause"] = "00:05:00";
        await using MailHost host = await MailHost.StartAsync(settings, Token, clock);

        Assert.True(host.Queue.TryPost(Invitation with { ValidFor = TimeSpan.FromMinutes(4) }));
        while (!host.Lines().Contains("A mail of kind Invitation could not be sent at attempt 1"))
        {
            await Task.Delay(20, Token);
        }
        while (host.Queue.Waiting > 0)
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(20, Token);
        }

        Assert.Contains("A mail of kind Invitation was given up after 1 attempts", host.Lines());
    }

    private static Dictionary<string, string?> Unreachable() =>
        new(StringComparer.Ordinal) { ["Mail:Smtp:Host"] = "127.0.0.1", ["Mail:Smtp:Port"] = "1" };

    private static Dictionary<string, string?> Local(string folder) =>
        new(StringComparer.Ordinal)
        {
            ["Deployment"] = "local",
            ["Mail:Provider"] = "folder",
            ["Mail:Folder"] = folder,
        };
}
