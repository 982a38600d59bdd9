namespace Lethe.Contracts.Sessions;

/// <summary>What a sealed item is. Part of its associated data.</summary>
[GenerateSerializer, Alias("item-kind")]
public enum ItemKind
{
    /// <summary>A document of the session.</summary>
    Document = 1,

    /// <summary>A finished turn: the instruction and the answer.</summary>
    Turn = 2,

    /// <summary>The list of all items and their versions.</summary>
    Manifest = 3,
}

/// <summary>One sealed item with its place. The place is repeated in the ciphertext's associated data.</summary>
/// <param name="Kind">Document or turn.</param>
/// <param name="Id">A document's random id, or a turn's number.</param>
/// <param name="Version">The manifest revision that first knew this version: the base revision plus one.</param>
/// <param name="Content">The ciphertext. Its bytes belong to the session once they are put, and are zeroed by it.</param>
[GenerateSerializer, Immutable, Alias("sealed-item")]
public sealed record SealedItem(
    [property: Id(0)] ItemKind Kind,
    [property: Id(1)] UInt128 Id,
    [property: Id(2)] long Version,
    [property: Id(3)] Sealed Content
);

/// <summary>Puts an item and its manifest: a document, or a turn at the end of its lease.</summary>
/// <param name="Item">The item; it replaces its earlier version, which is zeroed.</param>
/// <param name="Manifest">The sealed manifest of the next revision; its bytes belong to the session once they are put.</param>
/// <param name="BaseRevision">The revision that the manifest was made from; 0 when there was none.</param>
[GenerateSerializer, Immutable, Alias("put-item")]
public sealed record PutItem([property: Id(0)] SealedItem Item, [property: Id(1)] Sealed Manifest, [property: Id(2)] long BaseRevision);

/// <summary>Removes an item and puts the manifest without it.</summary>
/// <param name="Kind">Document or turn.</param>
/// <param name="Id">Its id.</param>
/// <param name="Manifest">The sealed manifest of the next revision.</param>
/// <param name="BaseRevision">The revision that the manifest was made from.</param>
[GenerateSerializer, Immutable, Alias("remove-item")]
public sealed record RemoveItem(
    [property: Id(0)] ItemKind Kind,
    [property: Id(1)] UInt128 Id,
    [property: Id(2)] Sealed Manifest,
    [property: Id(3)] long BaseRevision
);

/// <summary>Why items were left as they are.</summary>
[GenerateSerializer, Alias("items-refusal")]
public enum ItemsRefusal
{
    /// <summary>Another call changed the manifest meanwhile: read it again and repeat.</summary>
    ManifestMoved = 1,

    /// <summary>The session holds as many sealed bytes as it may.</summary>
    SessionFull = 2,

    /// <summary>The session holds as many items as it may.</summary>
    TooManyItems = 3,

    /// <summary>The item is larger than one item may be.</summary>
    ItemTooLarge = 4,

    /// <summary>There is no such item.</summary>
    Missing = 5,
}
