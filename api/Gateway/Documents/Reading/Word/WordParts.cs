using System.Text;
using System.Xml;

namespace Lethe.Gateway.Documents.Reading.Word;

/// <summary>
/// The few parts that hold text or tell its numbering. Everything else (properties, comments, people, custom XML, macros, pictures) is not
/// even unpacked, and its relationships are not passed on.
/// </summary>
internal sealed class WordParts : IDisposable
{
    private const string Types = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";
    private const string StrictTypes = "http://purl.oclc.org/ooxml/officeDocument/relationships/";
    private const string Relationships = "application/vnd.openxmlformats-package.relationships+xml";
    private const string PackageRelationships = "http://schemas.openxmlformats.org/package/2006/relationships";
    private const string WordMain = "application/vnd.openxmlformats-officedocument.wordprocessingml.";
    private const int MostSmallPartBytes = 16 * 1024 * 1024;
    private static readonly string[] Wanted = ["styles", "numbering", "footnotes", "endnotes"];

    private readonly WordArchive archive;
    private readonly ReadingBudget budget;

    /// <summary>Initializes a new instance of the <see cref="WordParts"/> class.</summary>
    /// <param name="file">The file.</param>
    /// <param name="budget">Bounds.</param>
    public WordParts(ReadOnlyMemory<byte> file, ReadingBudget budget)
    {
        this.budget = budget;
        archive = new WordArchive(file, budget);
        try
        {
            Find();
            _ = Package.GetParts(); // the package looks for its parts nowhere but in the list that this makes
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }

    /// <summary>Gets the package for the SDK: the main part, styles, numbering and notes.</summary>
    public InMemoryPackage Package { get; } = new();

    /// <summary>Gets the main part.</summary>
    public ArraySegment<byte> Main { get; private set; }

    /// <summary>Gets the footnotes and the endnotes; empty where there are none.</summary>
    public (ArraySegment<byte> Footnotes, ArraySegment<byte> Endnotes) Notes { get; private set; }

    /// <summary>Gets the headers and footers.</summary>
    public IReadOnlyList<ArraySegment<byte>> HeadersAndFooters { get; private set; } = [];

    /// <inheritdoc/>
    public void Dispose()
    {
        ((IDisposable)Package).Dispose();
        archive.Dispose();
    }

    private void Find()
    {
        if (!archive.Has("[Content_Types].xml") || !archive.Has("_rels/.rels"))
        {
            throw new DocumentRefusedException(DocumentRefusal.NotWhatItSays);
        }
        string main =
            RelationshipsOf("_rels/.rels", string.Empty)
                .Where(relationship => relationship.Type == "officeDocument")
                .Select(x => x.Target)
                .FirstOrDefault()
            ?? throw new DocumentRefusedException(DocumentRefusal.NotWhatItSays);
        string contentType = ContentTypeOf(main);
        if (!contentType.StartsWith(WordMain, StringComparison.OrdinalIgnoreCase)) // a workbook, slides, or one with macros
        {
            throw new DocumentRefusedException(DocumentRefusal.NotWhatItSays);
        }
        Main = archive.Unpack(main);
        Package.Add(main, WordMain + "document.main+xml", Main);
        AddRelationships("_rels/.rels", [("officeDocument", "/" + main)]);
        FindRelated(main);
    }

    private void FindRelated(string main)
    {
        int slash = main.LastIndexOf('/') + 1;
        string relationships = $"{main[..slash]}_rels/{main[slash..]}.rels";
        if (!archive.Has(relationships))
        {
            return;
        }
        List<(string Type, string Target)> kept = [];
        List<ArraySegment<byte>> headers = [];
        foreach ((string type, string target) in RelationshipsOf(relationships, main[..slash]))
        {
            if (!archive.Has(target))
            {
                continue;
            }
            if (type is "header" or "footer")
            {
                headers.Add(archive.Unpack(target, MostSmallPartBytes));
            }
            else if (Wanted.Contains(type) && kept.TrueForAll(other => other.Type != type))
            {
                bool isNotes = type is "footnotes" or "endnotes";
                ArraySegment<byte> part = archive.Unpack(target, isNotes ? int.MaxValue : MostSmallPartBytes);
                SafeXml.Check(part, budget);
                Package.Add(target, $"{WordMain}{type}+xml", part);
                kept.Add((type, "/" + target));
                Notes = type == "footnotes" ? Notes with { Footnotes = part } : Notes;
                Notes = type == "endnotes" ? Notes with { Endnotes = part } : Notes;
            }
        }
        HeadersAndFooters = headers;
        AddRelationships(relationships, kept);
    }

    // Internal relationships of the known types, with the names of their targets.
    private List<(string Type, string Target)> RelationshipsOf(string part, string folder)
    {
        List<(string, string)> found = [];
        using XmlReader reader = SafeXml.Open(archive.Unpack(part, MostSmallPartBytes));
        while (SafeXml.Next(reader, budget))
        {
            if (
                reader is not { NodeType: XmlNodeType.Element, LocalName: "Relationship" }
                || reader.GetAttribute("TargetMode") == "External"
            )
            {
                continue;
            }
            string type = reader.GetAttribute("Type") ?? string.Empty;
            string? name = type.StartsWith(Types, StringComparison.Ordinal) ? type[Types.Length..] : null;
            name ??= type.StartsWith(StrictTypes, StringComparison.Ordinal) ? type[StrictTypes.Length..] : null;
            if (name is "officeDocument" or "styles" or "numbering" or "footnotes" or "endnotes" or "header" or "footer")
            {
                found.Add((name, Resolve(folder, reader.GetAttribute("Target") ?? string.Empty)));
            }
        }
        return found;
    }

    private string ContentTypeOf(string part)
    {
        string extension = part[(part.LastIndexOf('.') + 1)..];
        string? byExtension = null;
        using XmlReader reader = SafeXml.Open(archive.Unpack("[Content_Types].xml", MostSmallPartBytes));
        while (SafeXml.Next(reader, budget))
        {
            if (reader.NodeType != XmlNodeType.Element)
            {
                continue;
            }
            if (
                reader.LocalName == "Override"
                && string.Equals(reader.GetAttribute("PartName"), "/" + part, StringComparison.OrdinalIgnoreCase)
            )
            {
                return reader.GetAttribute("ContentType") ?? string.Empty;
            }
            if (
                reader.LocalName == "Default"
                && string.Equals(reader.GetAttribute("Extension"), extension, StringComparison.OrdinalIgnoreCase)
            )
            {
                byExtension = reader.GetAttribute("ContentType");
            }
        }
        return byExtension ?? string.Empty;
    }

    private void AddRelationships(string part, List<(string Type, string Target)> relationships)
    {
        using MemoryStream stream = new();
        using (XmlWriter writer = XmlWriter.Create(stream, new XmlWriterSettings { Encoding = new UTF8Encoding(false) }))
        {
            writer.WriteStartElement("Relationships", PackageRelationships);
            for (int index = 0; index < relationships.Count; index++)
            {
                writer.WriteStartElement("Relationship", PackageRelationships);
                writer.WriteAttributeString("Id", $"r{index}");
                writer.WriteAttributeString("Type", Types + relationships[index].Type);
                writer.WriteAttributeString("Target", relationships[index].Target);
                writer.WriteEndElement();
            }
            writer.WriteEndElement();
        }
        Package.Add(part, Relationships, stream.ToArray());
    }

    private static string Resolve(string folder, string target)
    {
        string path = Uri.UnescapeDataString(target.Replace('\\', '/'));
        List<string> segments = [];
        foreach (string segment in (path.StartsWith('/') ? path : folder + path).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (segment == ".." && segments.Count > 0)
            {
                segments.RemoveAt(segments.Count - 1);
            }
            else if (segment is not ("." or ".."))
            {
                segments.Add(segment);
            }
        }
        return string.Join('/', segments);
    }
}
