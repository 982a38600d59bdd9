namespace Lethe.Gateway.Documents.Reading;

/// <summary>What the first bytes of a file say it is.</summary>
internal enum FileSignature
{
    /// <summary>Nothing that is known; text has no signature.</summary>
    None,

    /// <summary>A ZIP archive, such as <c>.docx</c>.</summary>
    Zip,

    /// <summary>A PDF.</summary>
    Pdf,

    /// <summary>An OLE compound file: <c>.doc</c>, or an encrypted <c>.docx</c>.</summary>
    Compound,

    /// <summary>Rich Text Format, PostScript, a picture, an archive or a program.</summary>
    Other,
}

/// <summary>Recognises signatures.</summary>
internal static class FileSignatures
{
    /// <summary>Recognises a file.</summary>
    /// <param name="file">The file.</param>
    /// <returns>What it is.</returns>
    public static FileSignature Of(ReadOnlySpan<byte> file)
    {
        if (file.StartsWith("PK\x03\x04"u8) || file.StartsWith("PK\x05\x06"u8))
        {
            return FileSignature.Zip;
        }
        if (file.StartsWith((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]))
        {
            return FileSignature.Compound;
        }
        // Readers accept a PDF whose header is within the first 1,024 bytes (ISO 32000-2, Annex I).
        if (file.StartsWith("%PDF-"u8))
        {
            return FileSignature.Pdf;
        }
        bool other =
            file.StartsWith(@"{\rtf"u8)
            || file.StartsWith("%!PS"u8)
            || file.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G'])
            || file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF])
            || file.StartsWith("GIF8"u8)
            || file.StartsWith("II*\0"u8)
            || file.StartsWith("MM\0*"u8)
            || file.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B])
            || file.StartsWith("Rar!"u8)
            || file.StartsWith((ReadOnlySpan<byte>)[(byte)'7', (byte)'z', 0xBC, 0xAF])
            || file.StartsWith((ReadOnlySpan<byte>)[0x7F, (byte)'E', (byte)'L', (byte)'F']);
        return other ? FileSignature.Other : FileSignature.None;
    }
}
