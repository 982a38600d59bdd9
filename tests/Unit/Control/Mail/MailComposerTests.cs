using Lethe.Control.Hosting;
using Lethe.Control.Mail;
using Lethe.Control.Wording;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using MimeKit;
using Xunit;

namespace Lethe.UnitTests.Control.Mail;

public sealed class MailComposerTests
{
    private const string Address = "dr.anna.muster@kanzlei-muster.example";
    private static readonly MailComposer Composer = new(
        Options.Create(new MailOptions { From = "lethe@kanzlei.example" }),
        Options.Create(new ControlOptions { PublicUrl = "https://control.example" }),
        new FakeTimeProvider()
    );

    public static TheoryData<string, int> EveryMail =>
        [.. LanguageCodes.All.SelectMany(_ => Enum.GetValues<MailKind>(), (code, kind) => new TheoryDataRow<string, int>(code, (int)kind))];

    [Theory]
    [MemberData(nameof(EveryMail))]
    public void Mail_InEveryLanguage_SaysTheSameInTextAndHtml_AndNothingFromElsewhere(string language, int kind)
    {
        OutgoingMail mail = new((MailKind)kind, Address, language, "c<o>d-e", TimeSpan.FromMinutes(20));

        using MimeMessage message = Composer.Compose(mail);

        string link = Assert.Single(message.TextBody!.Split('\n'), line => line.StartsWith("https://", StringComparison.Ordinal)).Trim();
        Assert.StartsWith("https://control.example/account", link, StringComparison.Ordinal);
        Assert.EndsWith("#c%3Co%3Ed-e", link, StringComparison.Ordinal);
        Assert.Contains("href=\"" + link, message.HtmlBody, StringComparison.Ordinal);
        Assert.Contains($"<html lang=\"{language}\">", message.HtmlBody, StringComparison.Ordinal);
        Assert.Contains("20", message.TextBody, StringComparison.Ordinal);
        Assert.Contains("c<o>d-e", message.TextBody, StringComparison.Ordinal);
        Assert.Contains("c&lt;o&gt;d-e", message.HtmlBody, StringComparison.Ordinal);
        Assert.DoesNotContain("c<o>", message.HtmlBody, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", message.HtmlBody, StringComparison.Ordinal);
        Assert.DoesNotContain("Muster", message.Subject + message.TextBody + message.HtmlBody, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain('{', message.TextBody);
    }

    [Fact]
    public void Notice_WithoutCode_LeadsToTheAccount()
    {
        using MimeMessage message = Composer.Compose(new(MailKind.PasskeyAdded, Address, "it"));

        Assert.Contains("\nhttps://control.example/account\n", message.TextBody!.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Equal("auto-generated", message.Headers["Auto-Submitted"]);
        Assert.Equal("it", message.Headers[HeaderId.ContentLanguage]);
        Assert.EndsWith("@kanzlei.example", message.MessageId, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("anna@example.com\r\nBcc: eve@example.com")]
    [InlineData("anna@example.com, eve@example.com")]
    [InlineData("")]
    public void Address_ThatIsMoreThanOne_IsNoAddress(string address) =>
        Assert.Throws<ParseException>(() => Composer.Compose(new(MailKind.PasswordChanged, address, "en")));
}
