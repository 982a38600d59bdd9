using System.Net;
using System.Text;
using Microsoft.AspNetCore.Antiforgery;

namespace Lethe.Control.Identity.Accounts;

/// <summary>Plain forms in HTML, without script: enough to sign in by.</summary>
internal static class Forms
{
    /// <summary>Writes text into HTML.</summary>
    /// <param name="text">The text.</param>
    /// <returns>Its HTML.</returns>
    public static string Text(string? text) => WebUtility.HtmlEncode(text) ?? string.Empty;

    /// <summary>Makes a field with its label.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="label">Its label.</param>
    /// <param name="type">Its type.</param>
    /// <param name="autocomplete">What a browser may fill in.</param>
    /// <returns>The HTML.</returns>
    public static string Field(string name, string label, string type, string autocomplete) =>
        $"<p><label for=\"{name}\">{Text(label)}</label> <input id=\"{name}\" name=\"{name}\" type=\"{type}\" autocomplete=\"{autocomplete}\"></p>";

    /// <summary>Makes a page with a form.</summary>
    /// <param name="context">The request.</param>
    /// <param name="antiforgery">Marks the form as ours.</param>
    /// <param name="title">The title.</param>
    /// <param name="action">Where it goes.</param>
    /// <param name="fields">The fields, HTML.</param>
    /// <param name="button">What its button says.</param>
    /// <param name="message">What to say above it; null for nothing.</param>
    /// <param name="get">Whether it only looks something up.</param>
    /// <returns>The page, 200: Office replaces pages of other statuses.</returns>
    public static IResult Page(
        HttpContext context,
        IAntiforgery antiforgery,
        string title,
        string action,
        string fields,
        string button,
        string? message = null,
        bool get = false
    )
    {
        AntiforgeryTokenSet marks = antiforgery.GetAndStoreTokens(context);
        string mark = get ? string.Empty : $"<input type=\"hidden\" name=\"{marks.FormFieldName}\" value=\"{Text(marks.RequestToken)}\">";
        string told = message is null ? string.Empty : $"<p role=\"alert\">{Text(message)}</p>";
        return Html(
            title,
            $"{told}<form method=\"{(get ? "get" : "post")}\" action=\"{Text(action)}\">{mark}{fields}<p><button>{Text(button)}</button></p></form>"
        );
    }

    /// <summary>Makes a page that only tells something.</summary>
    /// <param name="message">What.</param>
    /// <returns>The page, 200.</returns>
    public static IResult Message(string message) => Html("Lethe", $"<p role=\"status\">{Text(message)}</p>");

    private static IResult Html(string title, string body) =>
        Results.Content(
            $"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{Text(title)}</title></head><body><main><h1>{Text(title)}</h1>{body}</main></body></html>",
            "text/html",
            Encoding.UTF8
        );
}
