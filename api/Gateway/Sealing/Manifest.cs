using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Lethe.Contracts.Sessions;

namespace Lethe.Gateway.Sealing;

/// <summary>One item that a manifest knows.</summary>
/// <param name="Kind">Document or turn.</param>
/// <param name="Id">Its id.</param>
/// <param name="Version">The revision that first knew this version.</param>
/// <param name="Bytes">Plaintext bytes.</param>
/// <param name="Characters">Unicode characters of its text.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ManifestEntry(ItemKind Kind, UInt128 Id, long Version, int Bytes, int Characters)
{
    /// <summary>Gets where the item belongs.</summary>
    public ItemPlace Place => new(Kind, Id, Version);
}

/// <summary>
/// The list of a session's items. Sealed like an item, its version is its revision, and each change makes the next one: what a silo
/// hands back is a state that once was, and the revision told to the plugin shows whether it is the last.
/// </summary>
/// <param name="Revision">0 for a session without items, then one more with each change.</param>
/// <param name="Turns">The number of the last remembered turn; 0 when there is none.</param>
/// <param name="Entries">The items: documents in the order of their first upload, turns by number.</param>
internal sealed record Manifest(long Revision, int Turns, IReadOnlyList<ManifestEntry> Entries)
{
    private const byte Form = 1;
    private const int HeaderSize = 1 + 8 + 4 + 4;
    private const int EntrySize = 1 + 16 + 8 + 4 + 4;

    /// <summary>Gets the manifest of a session that holds nothing yet.</summary>
    public static Manifest Empty { get; } = new(0, 0, []);

    /// <summary>Gets where the sealed form belongs.</summary>
    public ItemPlace Place => PlaceOf(Revision);

    /// <summary>Gets how many bytes <see cref="Write"/> writes.</summary>
    public int Length => HeaderSize + (Entries.Count * EntrySize);

    /// <summary>Gets where the sealed form of a revision belongs.</summary>
    /// <param name="revision">The revision.</param>
    /// <returns>The place.</returns>
    public static ItemPlace PlaceOf(long revision) => new(ItemKind.Manifest, UInt128.Zero, revision);

    /// <summary>Reads the plain form.</summary>
    /// <param name="plain">What <see cref="Write"/> wrote.</param>
    /// <returns>The manifest, or null when it is none.</returns>
    public static Manifest? Read(ReadOnlySpan<byte> plain)
    {
        if (plain.Length < HeaderSize || plain[0] != Form)
        {
            return null;
        }
        int count = BinaryPrimitives.ReadInt32BigEndian(plain[13..]);
        if (count < 0 || plain.Length != HeaderSize + ((long)count * EntrySize))
        {
            return null;
        }
        ManifestEntry[] entries = new ManifestEntry[count];
        for (int index = 0; index < count; index++)
        {
            ReadOnlySpan<byte> entry = plain.Slice(HeaderSize + (index * EntrySize), EntrySize);
            entries[index] = new ManifestEntry(
                (ItemKind)entry[0],
                BinaryPrimitives.ReadUInt128BigEndian(entry[1..]),
                BinaryPrimitives.ReadInt64BigEndian(entry[17..]),
                BinaryPrimitives.ReadInt32BigEndian(entry[25..]),
                BinaryPrimitives.ReadInt32BigEndian(entry[29..])
            );
        }
        return new Manifest(BinaryPrimitives.ReadInt64BigEndian(plain[1..]), BinaryPrimitives.ReadInt32BigEndian(plain[9..]), entries);
    }

    /// <summary>Writes the plain form.</summary>
    /// <param name="destination">At least <see cref="Length"/> bytes.</param>
    public void Write(Span<byte> destination)
    {
        destination[0] = Form;
        BinaryPrimitives.WriteInt64BigEndian(destination[1..], Revision);
        BinaryPrimitives.WriteInt32BigEndian(destination[9..], Turns);
        BinaryPrimitives.WriteInt32BigEndian(destination[13..], Entries.Count);
        for (int index = 0; index < Entries.Count; index++)
        {
            Span<byte> entry = destination.Slice(HeaderSize + (index * EntrySize), EntrySize);
            entry[0] = (byte)Entries[index].Kind;
            BinaryPrimitives.WriteUInt128BigEndian(entry[1..], Entries[index].Id);
            BinaryPrimitives.WriteInt64BigEndian(entry[17..], Entries[index].Version);
            BinaryPrimitives.WriteInt32BigEndian(entry[25..], Entries[index].Bytes);
            BinaryPrimitives.WriteInt32BigEndian(entry[29..], Entries[index].Characters);
        }
    }

    /// <summary>Finds an item.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="id">Its id.</param>
    /// <returns>The item, or null when the manifest knows none.</returns>
    public ManifestEntry? Find(ItemKind kind, UInt128 id)
    {
        foreach (ManifestEntry entry in Entries)
        {
            if (entry.Kind == kind && entry.Id == id)
            {
                return entry;
            }
        }
        return null;
    }

    /// <summary>Makes the next revision, with an item added or in the place of its earlier version.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="id">Its id; for a turn the next number.</param>
    /// <param name="bytes">Plaintext bytes.</param>
    /// <param name="characters">Unicode characters.</param>
    /// <returns>The next revision, which is the item's version too.</returns>
    public Manifest With(ItemKind kind, UInt128 id, int bytes, int characters)
    {
        ManifestEntry changed = new(kind, id, Revision + 1, bytes, characters);
        List<ManifestEntry> entries = [.. Entries];
        int index = entries.FindIndex(entry => entry.Kind == kind && entry.Id == id);
        if (index < 0)
        {
            entries.Add(changed);
        }
        else
        {
            entries[index] = changed;
        }
        return new Manifest(Revision + 1, kind == ItemKind.Turn ? Turns + 1 : Turns, entries);
    }

    /// <summary>Makes the next revision, without an item.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="id">Its id.</param>
    /// <returns>The next revision.</returns>
    public Manifest Without(ItemKind kind, UInt128 id) =>
        new(Revision + 1, Turns, [.. Entries.Where(entry => entry.Kind != kind || entry.Id != id)]);
}
