using Lethe.Control.Wording;

namespace Lethe.Control.Console.Shell;

/// <summary>Remembers a language that somebody chose. It holds one of four codes.</summary>
internal static class LanguageCookie
{
    /// <summary>The cookie's name.</summary>
    public const string Name = "__Host-lethe-language";

    /// <summary>Sets it for a year.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="language">The language.</param>
    public static void Set(HttpResponse response, string language) =>
        response.Cookies.Append(
            Name,
            language,
            new()
            {
                HttpOnly = true,
                Secure = true,
                SameSite = SameSiteMode.Lax,
                Path = "/",
                MaxAge = TimeSpan.FromDays(365),
                IsEssential = true,
            }
        );

    /// <summary>Reads it.</summary>
    /// <param name="request">The request.</param>
    /// <returns>A language; null when none was chosen.</returns>
    public static string? Read(HttpRequest request) => LanguageCodes.Find(request.Cookies[Name]);
}
