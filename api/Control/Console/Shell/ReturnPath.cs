namespace Lethe.Control.Console.Shell;

/// <summary>Where to go on after signing in: a page of ours, whatever was asked for.</summary>
internal static class ReturnPath
{
    private const int Longest = 4096;
    private static readonly string[] Roots = ["/account", "/console", "/connect/authorize", "/connect/verify"];

    /// <summary>Reads a path.</summary>
    /// <param name="text">As it came.</param>
    /// <returns>A path below one of ours, perhaps with a query; null when it is none.</returns>
    public static string? Read(string? text)
    {
        if (text is null or { Length: 0 or > Longest } || text.Any(character => character is < ' ' or '\\' or > '~'))
        {
            return null;
        }
        int end = text.AsSpan().IndexOfAny('?', '#');
        string path = end < 0 ? text : text[..end];
        bool ours = Array.Exists(Roots, root => path == root || path.StartsWith(root + "/", StringComparison.Ordinal));
        return ours && !path.Contains("//", StringComparison.Ordinal) && !path.Contains("..", StringComparison.Ordinal) ? text : null;
    }
}
