using System.Text;
using System.Text.RegularExpressions;

namespace Lethe.Gateway.Documents.Reading.Text;

/// <summary>Recognises the headings of contracts and statutes where nothing but their words marks them.</summary>
internal static partial class Headings
{
    private const int LongestHeading = 120;

    /// <summary>Says whether a line that stands alone is a numbered heading, such as "§ 5 Vergütung", "Article 3" or "Präambel".</summary>
    /// <param name="utf8">The line.</param>
    /// <returns>Whether it is one.</returns>
    public static bool IsNumbered(ReadOnlySpan<byte> utf8)
    {
        utf8 = utf8.Trim(" \t"u8);
        if (utf8.IsEmpty || utf8.Length > LongestHeading || utf8[^1] is (byte)'.' or (byte)';' or (byte)',')
        {
            return false;
        }
        Span<char> line = stackalloc char[LongestHeading];
        return Numbered().IsMatch(line[..Encoding.UTF8.GetChars(utf8, line)]);
    }

    [GeneratedRegex(
        @"^(§§? ?\d+[a-z]?\b|(Artikel|Article|Art\.|Section|Abschnitt|Teil|Part|Anlage|Annex|Schedule|Exhibit|Appendix|Anhang) ?(\d+|[IVXLC]+|[A-Z])\b|"
            + @"(Präambel|Preamble|Vorbemerkung|Recitals)$|(\d{1,2}\.|\d{1,2}(\.\d{1,2}){1,3}\.?) \p{Lu})",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking
    )]
    private static partial Regex Numbered();
}
