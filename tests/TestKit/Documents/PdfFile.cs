using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Lethe.TestKit.Documents;

/// <summary>Writes PDF objects as they are told, so that broken and hostile files can be made as well as good ones.</summary>
public sealed class PdfFile
{
    private readonly List<byte[]> objects = [];

    /// <summary>Gets or sets what is added to the trailer's dictionary.</summary>
    public string Trailer { get; set; } = string.Empty;

    /// <summary>Adds an object.</summary>
    /// <param name="text">Its text, in Latin-1.</param>
    /// <returns>Its number.</returns>
    public int Add(string text)
    {
        objects.Add(Encoding.Latin1.GetBytes(text));
        return objects.Count;
    }

    /// <summary>Adds a stream.</summary>
    /// <param name="content">Its content, before any filter.</param>
    /// <param name="dictionary">What is added to its dictionary.</param>
    /// <param name="isPacked">Whether it is packed by Flate.</param>
    /// <returns>Its number.</returns>
    public int AddStream(ReadOnlySpan<byte> content, string dictionary = "", bool isPacked = true)
    {
        using MemoryStream stream = new();
        if (isPacked)
        {
            using ZLibStream packed = new(stream, CompressionLevel.SmallestSize, leaveOpen: true);
            packed.Write(content);
        }
        else
        {
            stream.Write(content);
        }
        string head = $"<< /Length {stream.Length} {(isPacked ? "/Filter /FlateDecode" : string.Empty)} {dictionary} >>\nstream\n";
        objects.Add([.. Encoding.Latin1.GetBytes(head), .. stream.ToArray(), .. "\nendstream"u8]);
        return objects.Count;
    }

    /// <summary>Changes an object that was added before its content was known.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="text">Its text.</param>
    public void Set(int number, string text) => objects[number - 1] = Encoding.Latin1.GetBytes(text);

    /// <summary>Writes the file.</summary>
    /// <param name="catalog">The catalog's number.</param>
    /// <returns>The file.</returns>
    public byte[] ToArray(int catalog)
    {
        using MemoryStream stream = new();
        stream.Write("%PDF-1.7\n%\u00E4\u00F6\n"u8);
        List<long> offsets = [];
        for (int number = 1; number <= objects.Count; number++)
        {
            offsets.Add(stream.Position);
            stream.Write(Encoding.Latin1.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{number} 0 obj\n")));
            stream.Write(objects[number - 1]);
            stream.Write("\nendobj\n"u8);
        }
        long start = stream.Position;
        StringBuilder table = new($"xref\n0 {objects.Count + 1}\n0000000000 65535 f \n");
        offsets.ForEach(offset => table.Append(CultureInfo.InvariantCulture, $"{offset:D10} 00000 n \n"));
        table.Append(
            CultureInfo.InvariantCulture,
            $"trailer\n<< /Size {objects.Count + 1} /Root {catalog} 0 R {Trailer} >>\nstartxref\n{start}\n%%EOF\n"
        );
        stream.Write(Encoding.Latin1.GetBytes(table.ToString()));
        return stream.ToArray();
    }

    /// <summary>Makes a file of pages with Helvetica as F1 and Helvetica-Bold as F2.</summary>
    /// <param name="contents">The pages' content streams.</param>
    /// <param name="resources">What is added to the pages' resources.</param>
    /// <param name="file">A file with objects that the resources name.</param>
    /// <returns>The file.</returns>
    public static byte[] OfPages(IEnumerable<string> contents, string resources = "", PdfFile? file = null)
    {
        ArgumentNullException.ThrowIfNull(contents);
        file ??= new PdfFile();
        int pages = file.Add(string.Empty);
        int regular = file.Add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>");
        int bold = file.Add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>");
        List<int> kids = [];
        foreach (string content in contents)
        {
            int stream = file.AddStream(Windows1252(content));
            string fonts = $"/Font << /F1 {regular} 0 R /F2 {bold} 0 R >>";
            kids.Add(
                file.Add(
                    $"<< /Type /Page /Parent {pages} 0 R /MediaBox [0 0 595 842] /Resources << {(resources.Contains("/Font", StringComparison.Ordinal) ? string.Empty : fonts)} {resources} >> /Contents {stream} 0 R >>"
                )
            );
        }
        file.Set(pages, $"<< /Type /Pages /Count {kids.Count} /Kids [{string.Join(' ', kids.Select(kid => $"{kid} 0 R"))}] >>");
        return file.ToArray(file.Add($"<< /Type /Catalog /Pages {pages} 0 R >>"));
    }

    /// <summary>Encodes text as Windows-1252.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The bytes.</returns>
    public static byte[] Windows1252(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return
        [
            .. text.Select(character =>
                character switch
                {
                    '€' => (byte)0x80,
                    '„' => (byte)0x84,
                    '…' => (byte)0x85,
                    '‘' => (byte)0x91,
                    '’' => (byte)0x92,
                    '“' => (byte)0x93,
                    '”' => (byte)0x94,
                    '•' => (byte)0x95,
                    '–' => (byte)0x96,
                    '—' => (byte)0x97,
                    < '\u0100' => (byte)character,
                    _ => (byte)'?',
                }
            ),
        ];
    }
}
