using System.Text.Json;
using System.Text.Json.Nodes;
using Lethe.ClusterTests.Cells;
using Lethe.Control.Mail;
using Microsoft.Extensions.Options;
using MimeKit;
using Xunit;

namespace Lethe.ClusterTests.Mail;

/// <summary>Mail through a real SMTP server.</summary>
public sealed class SmtpTests : IDisposable
{
    private const string Address = "dr.anna.muster@kanzlei-muster.example";
    private static readonly OutgoingMail Reset = new(MailKind.PasswordReset, Address, "de", "kQ3-Zw_9", TimeSpan.FromMinutes(20));
    private readonly TestPki pki = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => pki.Dispose();

    [Theory]
    [InlineData("starttls")]
    [InlineData("tls")]
    public async Task Mail_OverTls_Arrives(string security)
    {
        await using SmtpServer server = await SmtpServer.StartAsync(Server(security, user: "lethe", password: "geheim-7"), Token);
        Dictionary<string, string?> settings = Settings(security, server.Port);
        settings["Mail:Smtp:UserName"] = "lethe";
        settings["Mail:Smtp:PasswordFile"] = pki.Write("smtp.password", "geheim-7\n");
        await using MailHost host = await MailHost.StartAsync(settings, Token);

        Assert.True(host.Queue.TryPost(Reset));
        JsonElement received = await server.NextAsync("message", Token);

        Assert.True(received.GetProperty("secure").GetBoolean());
        Assert.Equal("lethe", received.GetProperty("user").GetString());
        Assert.Equal("kanzlei.example", received.GetProperty("greeting").GetString());
        MimeMessage message = SmtpServer.MessageOf(received);
        Assert.Equal("Neues Passwort für Lethe", message.Subject);
        Assert.Equal(Address, message.To.Mailboxes.Single().Address);
        Assert.Contains("https://control.example/account/reset#kQ3-Zw_9", message.TextBody, StringComparison.Ordinal);
        await host.EmptyAsync(Token);
        Assert.Contains("A mail of kind PasswordReset was sent at attempt 1", host.Lines());
    }

    [Fact]
    public async Task Server_ThatIsDown_GetsTheMailLater()
    {
        SmtpServer first = await SmtpServer.StartAsync(Server("tls"), Token);
        int port = first.Port;
        await first.DisposeAsync();
        await using MailHost host = await MailHost.StartAsync(Settings("tls", port), Token);

        Assert.True(host.Queue.TryPost(Reset));
        while (!host.Lines().Any(line => line.Contains("could not be sent at attempt 2", StringComparison.Ordinal)))
        {
            await Task.Delay(20, Token);
        }
        JsonObject settings = Server("tls");
        settings["port"] = port;
        await using SmtpServer second = await SmtpServer.StartAsync(settings, Token);

        Assert.Equal(Address, (await second.NextAsync("message", Token)).GetProperty("to")[0].GetString());
        await host.EmptyAsync(Token);
        AssertNoAddress(host);
    }

    [Fact]
    public async Task Recipient_ThatIsRefused_IsGivenUpAtOnce_AndStopsNoOther()
    {
        await using SmtpServer server = await SmtpServer.StartAsync(Server("starttls"), Token);
        await using MailHost host = await MailHost.StartAsync(Settings("starttls", server.Port), Token);

        Assert.True(host.Queue.TryPost(Reset with { Address = "refused@kanzlei.example" }));
        Assert.True(host.Queue.TryPost(Reset));
        await server.NextAsync("message", Token);
        await host.EmptyAsync(Token);

        Assert.Single(host.Lines(), "The mail server refused a mail of kind PasswordReset");
        Assert.DoesNotContain(host.Lines(), line => line.Contains("could not be sent", StringComparison.Ordinal));
        AssertNoAddress(host);
    }

    [Fact]
    public async Task Recipient_ThatIsPutOff_GetsTheMailAtTheNextAttempt()
    {
        await using SmtpServer server = await SmtpServer.StartAsync(Server("starttls"), Token);
        await using MailHost host = await MailHost.StartAsync(Settings("starttls", server.Port), Token);

        Assert.True(host.Queue.TryPost(Reset with { Address = "later@kanzlei.example" }));

        Assert.Equal("later@kanzlei.example", (await server.NextAsync("message", Token)).GetProperty("to")[0].GetString());
        await host.EmptyAsync(Token);
        Assert.Contains("A mail of kind PasswordReset was sent at attempt 2", host.Lines());
    }

    [Theory]
    [InlineData("no STARTTLS")]
    [InlineData("other authority")]
    [InlineData("other name")]
    [InlineData("wrong password")]
    public async Task Server_ThatCannotBeTrusted_GetsNothing(string case_)
    {
        JsonObject server = Server(case_ == "no STARTTLS" ? "none" : "starttls", user: "lethe", password: "geheim-7");
        if (case_ == "other name")
        {
            (string certificate, string key) = pki.Issue("other", "other.example", client: false, loopback: false);
            (server["certificate"], server["key"]) = (certificate, key);
        }
        await using SmtpServer running = await SmtpServer.StartAsync(server, Token);
        using TestPki other = new();
        Dictionary<string, string?> settings = Settings("starttls", running.Port);
        settings["Mail:Attempts"] = "2";
        settings["Mail:Smtp:UserName"] = "lethe";
        settings["Mail:Smtp:PasswordFile"] = pki.Write("smtp.password", case_ == "wrong password" ? "falsch" : "geheim-7");
        settings["Mail:Smtp:TrustedCa"] = case_ == "other authority" ? other.AuthorityFile : pki.AuthorityFile;
        await using MailHost host = await MailHost.StartAsync(settings, Token);

        Assert.True(host.Queue.TryPost(Reset));
        await host.EmptyAsync(Token);

        Assert.Contains("A mail of kind PasswordReset was given up after 2 attempts", host.Lines());
        AssertNoAddress(host);
    }

    [Theory]
    [InlineData("Mail:Smtp:Security", "none")]
    [InlineData("Mail:Provider", "folder")]
    [InlineData("Mail:From", "nobody")]
    [InlineData("Mail:Smtp:UserName", "lethe")]
    [InlineData("Mail:Smtp:Host", null)]
    public async Task Setting_UnderWhichMailCouldBeRead_StopsTheStart(string name, string? value)
    {
        Dictionary<string, string?> settings = Settings("starttls", 25);
        settings["Mail:Folder"] = "mail";
        settings[name] = value;

        await Assert.ThrowsAsync<OptionsValidationException>(() => MailHost.StartAsync(settings, Token));
    }

    private static void AssertNoAddress(MailHost host)
    {
        Assert.NotEmpty(host.Lines());
        Assert.DoesNotContain(host.Lines(), line => line.Contains('@', StringComparison.Ordinal));
    }

    private static JsonObject Server(string security, string certificate, string key, string? user, string? password) =>
        new()
        {
            ["security"] = security,
            ["certificate"] = certificate,
            ["key"] = key,
            ["user"] = user,
            ["password"] = password,
        };

    private JsonObject Server(string security, string? user = null, string? password = null)
    {
        (string certificate, string key) = pki.Issue("smtp", "localhost", client: false);
        return Server(security, certificate, key, user, password);
    }

    private Dictionary<string, string?> Settings(string security, int port) =>
        new(StringComparer.Ordinal)
        {
            ["Mail:Provider"] = "smtp",
            ["Mail:Smtp:Host"] = "localhost",
            ["Mail:Smtp:Port"] = $"{port}",
            ["Mail:Smtp:Security"] = security,
            ["Mail:Smtp:TrustedCa"] = pki.AuthorityFile,
        };
}
