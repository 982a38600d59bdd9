using System.Net;
using System.Text.RegularExpressions;

namespace Lethe.Local.SignIn;

/// <summary>The form in the main part of a page, as a browser without script would send it.</summary>
/// <param name="Action">Where it goes.</param>
/// <param name="Fields">Its fields: what is given, empty where somebody types.</param>
/// <param name="Types">The types of the fields.</param>
internal sealed partial record HtmlForm(Uri Action, Dictionary<string, string> Fields, Dictionary<string, string> Types)
{
    /// <summary>Reads a form.</summary>
    /// <param name="page">The page's address.</param>
    /// <param name="html">The page.</param>
    /// <returns>The form; null when there is none.</returns>
    public static HtmlForm? Read(Uri page, string html)
    {
        int main = Math.Max(0, html.IndexOf("<main", StringComparison.Ordinal));
        foreach (Match form in Form().Matches(html, main))
        {
            Dictionary<string, string> outer = Attributes(form.Groups["attributes"].Value);
            bool needsScript = outer.ContainsKey("data-question");
            if (needsScript || !string.Equals(outer.GetValueOrDefault("method"), "post", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }
            Dictionary<string, string> fields = new(StringComparer.Ordinal);
            Dictionary<string, string> types = new(StringComparer.Ordinal);
            foreach (Match input in Input().Matches(form.Groups["body"].Value))
            {
                Dictionary<string, string> attributes = Attributes(input.Groups["attributes"].Value);
                if (attributes.TryGetValue("name", out string? name))
                {
                    fields[name] = attributes.GetValueOrDefault("value", string.Empty);
                    types[name] = attributes.GetValueOrDefault("type", "text");
                }
            }
            return new(new Uri(page, outer.GetValueOrDefault("action", page.PathAndQuery)), fields, types);
        }
        return null;
    }

    /// <summary>Types into the first field of a type.</summary>
    /// <param name="type">The type.</param>
    /// <param name="value">What is typed.</param>
    /// <returns>This.</returns>
    /// <exception cref="InvalidOperationException">The form has no such field.</exception>
    public HtmlForm Type(string type, string value)
    {
        string name = Types.FirstOrDefault(field => field.Value == type).Key ?? throw new InvalidOperationException("No such field.");
        Fields[name] = value;
        return this;
    }

    private static Dictionary<string, string> Attributes(string text)
    {
        Dictionary<string, string> found = new(StringComparer.OrdinalIgnoreCase);
        foreach (Match attribute in Attribute().Matches(text))
        {
            found[attribute.Groups["name"].Value] = WebUtility.HtmlDecode(attribute.Groups["value"].Value);
        }
        return found;
    }

    [GeneratedRegex(
        "<form(?<attributes>[^>]*)>(?<body>.*?)</form>",
        RegexOptions.Singleline | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        2000
    )]
    private static partial Regex Form();

    [GeneratedRegex("<input(?<attributes>[^>]*)>", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Input();

    [GeneratedRegex("(?<name>[a-zA-Z-]+)=\"(?<value>[^\"]*)\"", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Attribute();
}
