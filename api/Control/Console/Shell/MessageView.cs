namespace Lethe.Control.Console.Shell;

/// <summary>A page that says one thing.</summary>
/// <param name="Key">Its texts: <c>message.{key}.title</c>, <c>.text</c>.</param>
/// <param name="Link">Where to go on; null for nowhere.</param>
/// <param name="LinkKey">The text of the link.</param>
public sealed record MessageView(string Key, string? Link, string LinkKey)
{
    /// <summary>Makes a view whose link is called as the message says.</summary>
    /// <param name="key">The message.</param>
    /// <param name="link">Where to go on; null for nowhere.</param>
    /// <returns>The view.</returns>
    public static MessageView Of(string key, string? link) => new(key, link, $"message.{key}.link");
}
