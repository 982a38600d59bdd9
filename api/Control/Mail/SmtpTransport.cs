using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;

namespace Lethe.Control.Mail;

/// <summary>Hands messages to an SMTP server, over a connection that is protected or not made.</summary>
/// <param name="options">The server.</param>
internal sealed class SmtpTransport(IOptions<MailOptions> options) : IMailTransport
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private readonly SmtpOptions smtp = options.Value.Smtp;
    private readonly MailboxAddress from = MailboxAddress.Parse(options.Value.From);

    /// <inheritdoc/>
    public async Task<MailOutcome> SendAsync(MimeMessage message, CancellationToken cancellationToken)
    {
        using SmtpClient client = new();
        client.Timeout = (int)smtp.Timeout.TotalMilliseconds;
        client.LocalDomain = from.Domain; // not the name of this machine
        client.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        client.CheckCertificateRevocation = false; // would tell the authority's servers when we send mail
        if (smtp.TrustedCa is not null)
        {
            client.ServerCertificateValidationCallback = (_, certificate, _, errors) => IsTrusted(certificate, errors);
        }
        try
        {
            await client.ConnectAsync(smtp.Host!, smtp.Port, Protection(), cancellationToken);
            if (smtp.UserName is not null)
            {
                await client.AuthenticateAsync(smtp.UserName, await PasswordAsync(cancellationToken), cancellationToken);
            }
            await client.SendAsync(message, cancellationToken);
        }
        catch (SmtpCommandException fault)
        {
            return (int)fault.StatusCode >= 500 && fault.ErrorCode != SmtpErrorCode.UnexpectedStatusCode
                ? MailOutcome.Refused
                : MailOutcome.Deferred;
        }
        catch (Exception fault) when (IsTransient(fault) && !cancellationToken.IsCancellationRequested)
        {
            return MailOutcome.Deferred;
        }
        await QuitAsync(client, cancellationToken);
        return MailOutcome.Delivered;
    }

    private static bool IsTransient(Exception fault) =>
        fault
            is IOException
                or SocketException
                or ProtocolException
                or ServiceNotConnectedException
                or SslHandshakeException
                or System.Security.Authentication.AuthenticationException
                or MailKit.Security.AuthenticationException
                or NotSupportedException // the server offers no STARTTLS
                or TimeoutException
                or OperationCanceledException;

    private static async Task QuitAsync(SmtpClient client, CancellationToken cancellationToken)
    {
        try
        {
            await client.DisconnectAsync(quit: true, cancellationToken);
        }
        catch (Exception fault) when (IsTransient(fault))
        {
            return; // the server has the message already
        }
    }

    private SecureSocketOptions Protection() =>
        smtp.Security switch
        {
            "tls" => SecureSocketOptions.SslOnConnect,
            "starttls" => SecureSocketOptions.StartTls,
            _ => SecureSocketOptions.None,
        };

    private async Task<string> PasswordAsync(CancellationToken cancellationToken) =>
        (await File.ReadAllTextAsync(smtp.PasswordFile!, cancellationToken)).TrimEnd('\r', '\n');

    private bool IsTrusted(X509Certificate? certificate, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 server || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
        {
            return false; // no certificate, or of another name
        }
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(smtp.TrustedCa!);
        chain.ChainPolicy.ApplicationPolicy.Add(new(ServerAuthentication));
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(server);
    }
}
