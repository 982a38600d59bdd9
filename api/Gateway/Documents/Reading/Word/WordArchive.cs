using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Lethe.Gateway.Documents.Reading.Word;

/// <summary>The ZIP archive of a Word document. Unpacks single entries into memory, within bounds, and zeroes them at the end.</summary>
internal sealed class WordArchive : IDisposable
{
    private const int MostEntries = 10_000;
    private const long MostDeclaredBytes = 4L * 1024 * 1024 * 1024; // pictures are not unpacked, but a whole archive beyond this is no letter
    private const int HighestRatio = 250; // WordprocessingML packs 10 to 60 times
    private const int FreeOfRatio = 1024 * 1024;

    private readonly ZipArchive archive;
    private readonly Dictionary<string, ZipArchiveEntry> entries = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<byte[]> unpacked = [];
    private readonly ReadingBudget budget;

    /// <summary>Initializes a new instance of the <see cref="WordArchive"/> class.</summary>
    /// <param name="file">The file.</param>
    /// <param name="budget">Counts what is unpacked.</param>
    /// <exception cref="InvalidDataException">The file is no archive.</exception>
    /// <exception cref="DocumentRefusedException">The archive is encrypted or made to exhaust its reader.</exception>
    public WordArchive(ReadOnlyMemory<byte> file, ReadingBudget budget)
    {
        this.budget = budget;
        if (!MemoryMarshal.TryGetArray(file, out ArraySegment<byte> bytes))
        {
            bytes = file.ToArray();
            unpacked.Add(bytes.Array!);
        }
        archive = new ZipArchive(new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false), ZipArchiveMode.Read);
        long declared = 0;
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            declared += entry.Length;
            if (entries.Count >= MostEntries || declared is < 0 or > MostDeclaredBytes)
            {
                throw new DocumentRefusedException(DocumentRefusal.TooComplex);
            }
            if (entry.IsEncrypted)
            {
                throw new DocumentRefusedException(DocumentRefusal.Encrypted);
            }
            if (!entries.TryAdd(entry.FullName.TrimStart('/'), entry)) // two parts of one name: readers would differ
            {
                throw new DocumentRefusedException(DocumentRefusal.Damaged);
            }
        }
    }

    /// <summary>Says whether there is an entry.</summary>
    /// <param name="name">Its name without a leading slash.</param>
    /// <returns>Whether there is.</returns>
    public bool Has(string name) => entries.ContainsKey(name);

    /// <summary>Unpacks an entry.</summary>
    /// <param name="name">Its name without a leading slash.</param>
    /// <param name="limit">The most bytes that it may have.</param>
    /// <returns>Its bytes, zeroed when this archive is disposed of.</returns>
    /// <exception cref="DocumentRefusedException">It is not there, is damaged or unpacks to too much.</exception>
    public ArraySegment<byte> Unpack(string name, int limit = int.MaxValue)
    {
        if (!entries.TryGetValue(name, out ZipArchiveEntry? entry))
        {
            throw new DocumentRefusedException(DocumentRefusal.Damaged);
        }
        if (entry.Length > Math.Min(limit, budget.Unpackable))
        {
            budget.Refuse(DocumentRefusal.TooComplex);
        }
        byte[] buffer = new byte[entry.Length];
        unpacked.Add(buffer);
        int length = 0;
        using Stream stream = entry.Open();
        while (length < buffer.Length)
        {
            int read = stream.Read(buffer, length, Math.Min(64 * 1024, buffer.Length - length));
            if (read == 0)
            {
                break;
            }
            length += read;
            budget.Unpack(read);
            if (length > FreeOfRatio && length > HighestRatio * Math.Max(1, entry.CompressedLength))
            {
                budget.Refuse(DocumentRefusal.TooComplex);
            }
        }
        // Longer than it says, shorter, or changed on the way: the framework checks none of them.
        if (length != buffer.Length || stream.ReadByte() >= 0 || Crc32.Of(buffer) != entry.Crc32)
        {
            throw new DocumentRefusedException(DocumentRefusal.Damaged);
        }
        return buffer;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        archive.Dispose();
        foreach (byte[] buffer in unpacked)
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }
}
