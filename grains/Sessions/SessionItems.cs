using Lethe.Contracts;
using Lethe.Contracts.Sessions;

namespace Lethe.Sessions;

/// <summary>
/// The sealed items of one session and the manifest that knows them, changed together or not at all.
/// <para>
/// Who owns the bytes: <see cref="Sealed"/> is immutable to Orleans, so a call within one silo hands over the array itself, and an
/// answer is written to the wire after the grain has gone on to its next call. What is put therefore belongs to the session from
/// then on (no second copy of it is left behind to be zeroed), and what is read is a copy, which a forget cannot zero under the reader.
/// </para>
/// </summary>
internal sealed class SessionItems(SessionOptions limits)
{
    private readonly Dictionary<(ItemKind Kind, UInt128 Id), SealedItem> items = [];
    private Sealed? manifest;

    /// <summary>Gets the manifest's revision; 0 when there is none yet.</summary>
    public long Revision { get; private set; }

    /// <summary>Gets how many sealed bytes are held, the manifest's included.</summary>
    public long SealedBytes { get; private set; }

    /// <summary>Gets how many documents are held.</summary>
    public int Documents { get; private set; }

    /// <summary>Gets how many turns are held.</summary>
    public int Turns { get; private set; }

    /// <summary>Puts an item and its manifest.</summary>
    /// <returns>Why nothing was changed; null when it was.</returns>
    public ItemsRefusal? Put(PutItem command)
    {
        SealedItem item = command.Item;
        if (command.BaseRevision != Revision)
        {
            return ItemsRefusal.ManifestMoved;
        }
        if (item.Version != Revision + 1)
        {
            throw new ArgumentException("An item's version is the revision that it is put with.", nameof(command));
        }
        if (item.Content.Length > limits.MaxItemBytes || command.Manifest.Length > limits.MaxItemBytes)
        {
            return ItemsRefusal.ItemTooLarge;
        }
        _ = items.TryGetValue((item.Kind, item.Id), out SealedItem? replaced);
        if (replaced is null && (item.Kind == ItemKind.Document ? Documents >= limits.MaxDocuments : Turns >= limits.MaxTurns))
        {
            return ItemsRefusal.TooManyItems;
        }
        long change = item.Content.Length - (replaced?.Content.Length ?? 0) + ManifestChange(command.Manifest);
        if (SealedBytes + change > limits.MaxSealedBytes)
        {
            return ItemsRefusal.SessionFull;
        }
        items[(item.Kind, item.Id)] = item;
        if (replaced is null)
        {
            Count(item.Kind, 1);
        }
        else
        {
            Drop(replaced.Content, item.Content);
        }
        Advance(command.Manifest, change);
        return null;
    }

    /// <summary>Removes an item, zeroes it and puts the manifest that no longer knows it.</summary>
    /// <returns>Why nothing was changed; null when it was.</returns>
    public ItemsRefusal? Remove(RemoveItem command)
    {
        if (command.BaseRevision != Revision)
        {
            return ItemsRefusal.ManifestMoved;
        }
        if (!items.TryGetValue((command.Kind, command.Id), out SealedItem? item))
        {
            return ItemsRefusal.Missing;
        }
        if (command.Manifest.Length > limits.MaxItemBytes)
        {
            return ItemsRefusal.ItemTooLarge;
        }
        long change = ManifestChange(command.Manifest) - item.Content.Length;
        if (SealedBytes + change > limits.MaxSealedBytes)
        {
            return ItemsRefusal.SessionFull;
        }
        _ = items.Remove((command.Kind, command.Id));
        Count(command.Kind, -1);
        item.Content.Clear();
        Advance(command.Manifest, change);
        return null;
    }

    /// <summary>Reads an item.</summary>
    /// <returns>Its version and a copy of its bytes, or null.</returns>
    public ItemRead? Read(ItemKind kind, UInt128 id) =>
        items.TryGetValue((kind, id), out SealedItem? item) ? new ItemRead(item.Version, item.Content.Copy()) : null;

    /// <summary>Reads the manifest.</summary>
    /// <returns>A copy of its bytes, or null when there is none yet.</returns>
    public Sealed? ReadManifest() => manifest?.Copy();

    /// <summary>Zeroes and drops everything.</summary>
    public void Clear()
    {
        foreach (SealedItem item in items.Values)
        {
            item.Content.Clear();
        }
        items.Clear();
        manifest?.Clear();
        manifest = null;
        SealedBytes = Documents = Turns = 0;
    }

    private int ManifestChange(Sealed next) => next.Length - (manifest?.Length ?? 0);

    private void Count(ItemKind kind, int change) => _ = kind == ItemKind.Document ? Documents += change : Turns += change;

    private void Advance(Sealed next, long change)
    {
        if (manifest is not null)
        {
            Drop(manifest, next);
        }
        manifest = next;
        SealedBytes += change;
        Revision++;
    }

    // A caller within the same silo may put the object that is already held; its bytes are still needed then.
    private static void Drop(Sealed old, Sealed next)
    {
        if (!ReferenceEquals(old, next))
        {
            old.Clear();
        }
    }
}
