using Lethe.Contracts.Support;

namespace Lethe.Control.Support;

/// <summary>The media types of shared documents.</summary>
internal static class ShareFormats
{
    private static readonly (ShareFormat Format, string MediaType)[] Known =
    [
        (ShareFormat.Text, "text/plain"),
        (ShareFormat.Markdown, "text/markdown"),
        (ShareFormat.Docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (ShareFormat.Pdf, "application/pdf"),
    ];

    /// <summary>Finds the format of a media type.</summary>
    /// <param name="mediaType">The media type without parameters.</param>
    /// <returns>The format; null when it is none that we take.</returns>
    public static ShareFormat? Find(string mediaType)
    {
        foreach ((ShareFormat format, string known) in Known)
        {
            if (string.Equals(known, mediaType, StringComparison.OrdinalIgnoreCase))
            {
                return format;
            }
        }
        return null;
    }

    /// <summary>Gets the media type of a format.</summary>
    /// <param name="format">The format.</param>
    /// <returns>Its media type.</returns>
    public static string ToMediaType(this ShareFormat format) => Known.First(known => known.Format == format).MediaType;
}
