using System.ComponentModel.DataAnnotations;
using System.Net;
using Lethe.Control.Hosting;
using Microsoft.Extensions.Options;
using MimeKit;

namespace Lethe.Control.Mail;

/// <summary>How mail leaves the house.</summary>
internal sealed class MailOptions
{
    /// <summary>Gets or sets the way: <c>smtp</c>, or <c>folder</c> for <c>.eml</c> files, which only a local deployment may use.</summary>
    [Required, RegularExpression("smtp|folder")]
    public string Provider { get; set; } = "smtp";

    /// <summary>Gets or sets the sender's address.</summary>
    [Required, MaxLength(254)]
    public string From { get; set; } = string.Empty;

    /// <summary>Gets or sets the folder; made when it is missing, for its owner only.</summary>
    public string? Folder { get; set; }

    /// <summary>Gets or sets the server.</summary>
    [ValidateObjectMembers]
    public SmtpOptions Smtp { get; set; } = new();

    /// <summary>Gets or sets how many mails may wait: 1 to 100,000; default 1,000. One more is refused and counted.</summary>
    [Range(1, 100_000)]
    public int Capacity { get; set; } = 1_000;

    /// <summary>Gets or sets how often a mail is tried: 1 to 20; default 8.</summary>
    [Range(1, 20)]
    public int Attempts { get; set; } = 8;

    /// <summary>Gets or sets the pause after the first failure; it doubles each time. 10 ms to 5 minutes; default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00")]
    public TimeSpan FirstPause { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets or sets the longest pause: 10 ms to 1 hour; default 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan LongestPause { get; set; } = TimeSpan.FromMinutes(5);
}

/// <summary>The SMTP server.</summary>
internal sealed class SmtpOptions
{
    /// <summary>Gets or sets its name, which its certificate must carry.</summary>
    public string? Host { get; set; }

    /// <summary>Gets or sets its port; default 587.</summary>
    [Range(1, 65535)]
    public int Port { get; set; } = 587;

    /// <summary>Gets or sets the protection: <c>starttls</c> (default), <c>tls</c>, or <c>none</c> in a local deployment.</summary>
    [Required, RegularExpression("starttls|tls|none")]
    public string Security { get; set; } = "starttls";

    /// <summary>Gets or sets the authority of its certificate, PEM; null for the system's.</summary>
    public string? TrustedCa { get; set; }

    /// <summary>Gets or sets the user; null to send without authentication.</summary>
    public string? UserName { get; set; }

    /// <summary>Gets or sets the file with the password: one line.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>Gets or sets how long one step of the conversation may take: 1 s to 5 minutes; default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);
}

/// <inheritdoc/>
[OptionsValidator]
internal sealed partial class MailOptionsValidator : IValidateOptions<MailOptions>;

/// <summary>Refuses settings under which a mail could be read on its way, or never leaves.</summary>
/// <param name="control">Tells what this deployment is.</param>
/// <param name="listen">Where the host listens: a local deployment is reached from its own machine only.</param>
internal sealed class MailRules(IOptions<ControlOptions> control, IOptions<Hosting.ListenOptions> listen) : IValidateOptions<MailOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, MailOptions options)
    {
        bool local =
            control.Value.Deployment == "local"
            && IPAddress.TryParse(listen.Value.Address, out IPAddress? address)
            && IPAddress.IsLoopback(address);
        List<string> faults = [];
        if (!MailboxAddress.TryParse(options.From, out MailboxAddress? from) || from.Domain.Length == 0)
        {
            faults.Add("Mail:From is no address.");
        }
        if (options.Provider == "folder")
        {
            Check(local, "Mail:Provider=folder keeps links on disk; it is for Deployment=local on loopback only.");
            Check(!string.IsNullOrEmpty(options.Folder), "Mail:Folder is missing.");
        }
        else
        {
            Check(!string.IsNullOrEmpty(options.Smtp.Host), "Mail:Smtp:Host is missing.");
            Check(local || options.Smtp.Security != "none", "Mail:Smtp:Security must be starttls or tls.");
            Check(
                options.Smtp.UserName is null == options.Smtp.PasswordFile is null,
                "Mail:Smtp has UserName and PasswordFile, or neither."
            );
            Check(
                options.Smtp.UserName is null || options.Smtp.Security != "none",
                "Mail:Smtp sends no password over a connection that is not protected."
            );
        }
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);

        void Check(bool fine, string fault)
        {
            if (!fine)
            {
                faults.Add(fault);
            }
        }
    }
}
