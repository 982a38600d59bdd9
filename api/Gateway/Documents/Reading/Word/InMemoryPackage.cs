using System.IO.Packaging;

namespace Lethe.Gateway.Documents.Reading.Word;

/// <summary>
/// A package of parts that are unpacked already. The SDK opens documents only through it: given a stream, DocumentFormat.OpenXml 3 copies the
/// whole document into a temporary file, even to read it.
/// </summary>
internal sealed class InMemoryPackage() : Package(FileAccess.Read)
{
    private readonly Dictionary<string, Part> parts = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Adds a part.</summary>
    /// <param name="name">Its name without a leading slash.</param>
    /// <param name="contentType">Its content type.</param>
    /// <param name="bytes">Its bytes.</param>
    public void Add(string name, string contentType, ArraySegment<byte> bytes)
    {
        Uri uri = PackUriHelper.CreatePartUri(new Uri("/" + name, UriKind.Relative));
        parts[uri.ToString()] = new Part(this, uri, contentType, bytes);
    }

    /// <inheritdoc/>
    protected override PackagePart? GetPartCore(Uri partUri) => parts.GetValueOrDefault(partUri.ToString());

    /// <inheritdoc/>
    protected override PackagePart[] GetPartsCore() => [.. parts.Values];

    /// <inheritdoc/>
    protected override PackagePart CreatePartCore(Uri partUri, string contentType, CompressionOption compressionOption) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void DeletePartCore(Uri partUri) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void FlushCore() { }

    private sealed class Part(Package package, Uri uri, string contentType, ArraySegment<byte> bytes)
        : PackagePart(package, uri, contentType)
    {
        protected override Stream GetStreamCore(FileMode mode, FileAccess access) =>
            new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false);
    }
}
