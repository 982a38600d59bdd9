using Lethe.Contracts.Tenants;
using Lethe.Control.Identity.Accounts;

namespace Lethe.Control.Console.Shell;

/// <summary>
/// What of a page's query stays when the same page is asked for in another language: one parameter of a few pages, and only
/// when it reads as what the page expects. Everything else came from whoever made the link, and is written nowhere.
/// </summary>
internal static class KeptQuery
{
    private const int LongestCode = 32;

    /// <summary>Reads it.</summary>
    /// <param name="request">The request.</param>
    /// <returns>Empty, or a query with one parameter that begins with <c>?</c>.</returns>
    public static string Of(HttpRequest request)
    {
        (string? name, string? value) = request.Path.Value switch
        {
            AccountPaths.SignIn or AccountPaths.Confirm => (AccountPaths.ReturnUrl, ReturnPath.Read(request.Query[AccountPaths.ReturnUrl])),
            "/console/members" => ("after", Member(request.Query["after"])),
            "/connect/verify" => ("user_code", UserCode(request.Query["user_code"])),
            _ => (null, null),
        };
        return name is null || value is null ? string.Empty : QueryString.Create(name, value).Value!;
    }

    private static string? Member(string? text) => AccountId.TryParse(text, out AccountId member) ? member.Value : null;

    /// <summary>Reads the code of a device.</summary>
    /// <param name="text">As it came.</param>
    /// <returns>At most 32 digits and hyphens; null when it is anything else.</returns>
    public static string? UserCode(string? text) =>
        text is { Length: > 0 and <= LongestCode } && text.All(letter => char.IsAsciiDigit(letter) || letter == '-') ? text : null;
}
