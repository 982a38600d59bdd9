using System.Net;
using System.Text;
using Lethe.Control.Hosting;
using Lethe.Control.Wording;
using Microsoft.Extensions.Options;
using MimeKit;
using MimeKit.Utils;

namespace Lethe.Control.Mail;

/// <summary>
/// Writes a mail: plain text, and the same as simple HTML without pictures, styles from elsewhere, or anything that reports
/// back. The code stands in the fragment of its link, which no server and no log gets to see.
/// </summary>
/// <param name="options">The sender.</param>
/// <param name="control">Where the links lead.</param>
/// <param name="clock">The clock.</param>
internal sealed class MailComposer(IOptions<MailOptions> options, IOptions<ControlOptions> control, TimeProvider clock)
{
    private readonly MailboxAddress from = new("Lethe", options.Value.From);
    private readonly Uri home = new(control.Value.PublicUrl);

    /// <summary>Writes a mail.</summary>
    /// <param name="mail">Which one, to whom.</param>
    /// <returns>The message.</returns>
    /// <exception cref="ParseException">The address is none.</exception>
    public MimeMessage Compose(OutgoingMail mail)
    {
        MailText text = new(Texts.Of(mail.Language), mail, LinkOf(mail));
        MimeMessage message = new()
        {
            Subject = text.Subject,
            Date = clock.GetUtcNow(),
            MessageId = MimeUtils.GenerateMessageId(from.Domain),
        };
        message.From.Add(from);
        message.To.Add(MailboxAddress.Parse(ParserOptions.Default, mail.Address));
        message.Headers.Add("Auto-Submitted", "auto-generated"); // RFC 3834
        message.Headers.Add("X-Auto-Response-Suppress", "All");
        message.Headers.Add(HeaderId.ContentLanguage, text.Language);
        message.Body = new BodyBuilder { TextBody = text.Plain(), HtmlBody = text.Html() }.ToMessageBody();
        return message;
    }

    private Uri LinkOf(OutgoingMail mail)
    {
        string page = mail.Kind switch
        {
            MailKind.Invitation => "/account/invitation",
            MailKind.PasswordReset => "/account/reset",
            MailKind.EmailChange => "/account/email",
            _ => "/account",
        };
        return mail.Code is null ? new(home, page) : new(home, $"{page}#{Uri.EscapeDataString(mail.Code)}");
    }
}

/// <summary>The text of one mail.</summary>
/// <param name="texts">The language.</param>
/// <param name="mail">The mail.</param>
/// <param name="link">Where it leads.</param>
internal sealed class MailText(Texts texts, OutgoingMail mail, Uri link)
{
    private readonly string part = $"mail.{char.ToLowerInvariant(mail.Kind.ToString()[0])}{mail.Kind.ToString()[1..]}";

    /// <summary>Gets the language.</summary>
    public string Language => texts.Code;

    /// <summary>Gets the subject.</summary>
    public string Subject => texts[$"{part}.subject"];

    private string Action => texts[$"{part}.action"];

    private IEnumerable<string> Before => [texts["mail.greeting"], texts[$"{part}.lead"]];

    private IEnumerable<string> After =>
        mail.ValidFor is { } validFor
            ? [Validity(validFor), texts[$"{part}.note"], texts["mail.never"]]
            : [texts[$"{part}.note"], texts["mail.never"]];

    /// <summary>Writes it as plain text.</summary>
    /// <returns>The text.</returns>
    public string Plain()
    {
        StringBuilder text = new();
        foreach (string paragraph in Before)
        {
            text.Append(paragraph).Append("\n\n");
        }
        text.Append(Action).Append(":\n").Append(link.AbsoluteUri).Append("\n\n");
        if (mail.Code is not null)
        {
            text.Append(texts["mail.code"]).Append('\n').Append(mail.Code).Append("\n\n");
        }
        foreach (string paragraph in After)
        {
            text.Append(paragraph).Append("\n\n");
        }
        return text.Append("-- \n").Append(texts["mail.footer"]).Append('\n').ToString();
    }

    /// <summary>Writes it as HTML.</summary>
    /// <returns>A whole document.</returns>
    public string Html()
    {
        StringBuilder html = new();
        html.Append("<!DOCTYPE html><html lang=\"").Append(texts.Code).Append("\"><head><meta charset=\"utf-8\"><title>");
        html.Append(Encode(Subject)).Append("</title></head><body style=\"margin:0;padding:24px\">");
        html.Append("<div style=\"max-width:560px;margin:0 auto;font:16px/1.5 system-ui,sans-serif\">");
        html.Append("<p style=\"margin:0 0 24px;font-weight:600\">Lethe</p>");
        foreach (string paragraph in Before)
        {
            Paragraph(html, Encode(paragraph));
        }
        string target = Encode(link.AbsoluteUri);
        Paragraph(
            html,
            $"<a href=\"{target}\" style=\"display:inline-block;padding:12px 20px;border-radius:6px;background:#1d4e5f;"
                + $"color:#ffffff;text-decoration:none\">{Encode(Action)}</a>"
        );
        Paragraph(html, $"{Encode(texts["mail.copy"])}<br><span style=\"word-break:break-all\">{target}</span>");
        if (mail.Code is not null)
        {
            Paragraph(html, $"{Encode(texts["mail.code"])}<br><code style=\"word-break:break-all\">{Encode(mail.Code)}</code>");
        }
        foreach (string paragraph in After)
        {
            Paragraph(html, Encode(paragraph));
        }
        html.Append("<p style=\"margin:24px 0 0;font-size:14px\">").Append(Encode(texts["mail.footer"])).Append("</p>");
        return html.Append("</div></body></html>").ToString();
    }

    private static void Paragraph(StringBuilder html, string content) =>
        html.Append("<p style=\"margin:0 0 16px\">").Append(content).Append("</p>");

    private static string Encode(string text) => WebUtility.HtmlEncode(text);

    private string Validity(TimeSpan validFor) =>
        validFor switch
        {
            { TotalDays: >= 2 } => texts.With("mail.valid.days", ("count", $"{(int)validFor.TotalDays}")),
            { TotalHours: >= 2 } => texts.With("mail.valid.hours", ("count", $"{(int)validFor.TotalHours}")),
            _ => texts.With("mail.valid.minutes", ("count", $"{Math.Max(1, (int)validFor.TotalMinutes)}")),
        };
}
