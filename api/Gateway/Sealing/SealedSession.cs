using System.Diagnostics;
using Lethe.Contracts;
using Lethe.Contracts.Sessions;

namespace Lethe.Gateway.Sealing;

/// <summary>
/// A session's items as the holder of the content key sees them: every change reads the manifest, checks it, seals the next revision and
/// hands both back for the grain to compare and swap.
/// </summary>
/// <param name="id">The session.</param>
/// <param name="grain">Its grain.</param>
/// <param name="key">Its content key; may be disposed of afterwards.</param>
internal sealed class SealedSession(SessionId id, ISessionGrain grain, ContentKey key) : IDisposable
{
    /// <summary>The most sealed bytes of one item: one Orleans message holds it and its manifest, with room.</summary>
    public const int MaxItemBytes = 16 * 1024 * 1024;

    private const int Attempts = 8;
    private readonly ItemSealer sealer = new(id, key);

    /// <summary>Reads and checks the manifest.</summary>
    /// <param name="cancellationToken">Observed.</param>
    /// <returns>The manifest, or the problem.</returns>
    public async Task<Outcome<Manifest>> ReadManifestAsync(CancellationToken cancellationToken) =>
        await grain.ReadManifestAsync(cancellationToken) switch
        {
            ManifestRead read => Open(read.Revision, read.Manifest),
            SessionGone => Problems.SessionGone,
            _ => throw new UnreachableException(),
        };

    /// <summary>Checks a manifest that came with a lease.</summary>
    /// <param name="revision">The revision that the silo says.</param>
    /// <param name="manifest">The sealed manifest; null at revision 0.</param>
    /// <returns>The manifest, or the problem.</returns>
    public Outcome<Manifest> Open(long revision, Sealed? manifest)
    {
        if (manifest is null)
        {
            return revision == 0 ? Manifest.Empty : Problems.SessionNotAuthentic;
        }
        using PlainBuffer? plain = sealer.Open(Manifest.PlaceOf(revision), manifest.Memory.Span);
        return plain is not null && Manifest.Read(plain.GetSpan()) is { } read && read.Revision == revision
            ? read
            : Problems.SessionNotAuthentic;
    }

    /// <summary>Reads and opens an item that the manifest knows.</summary>
    /// <param name="entry">The item.</param>
    /// <param name="cancellationToken">Observed.</param>
    /// <returns>The plaintext, to be disposed of; or the problem.</returns>
    public async Task<Outcome<PlainBuffer>> ReadAsync(ManifestEntry entry, CancellationToken cancellationToken)
    {
        switch (await grain.ReadItemAsync(entry.Kind, entry.Id, cancellationToken))
        {
            case SessionGone:
                return Problems.SessionGone;
            case ItemRead read when read.Version == entry.Version && sealer.Open(entry.Place, read.Content.Memory.Span) is { } plain:
                return plain;
            default:
                return Problems.SessionNotAuthentic;
        }
    }

    /// <summary>Seals a new version of an item with the manifest that knows it.</summary>
    /// <param name="manifest">The manifest that it follows.</param>
    /// <param name="kind">What the item is.</param>
    /// <param name="item">Its id.</param>
    /// <param name="plain">Its plaintext.</param>
    /// <param name="characters">Unicode characters of its text.</param>
    /// <returns>What the grain is to put.</returns>
    public PutItem Seal(Manifest manifest, ItemKind kind, UInt128 item, ReadOnlySpan<byte> plain, int characters)
    {
        Manifest next = manifest.With(kind, item, plain.Length, characters);
        Sealed content = sealer.Seal(new ItemPlace(kind, item, next.Revision), plain);
        return new PutItem(new SealedItem(kind, item, next.Revision, content), Seal(next), manifest.Revision);
    }

    /// <summary>Puts a document.</summary>
    /// <param name="document">Its id.</param>
    /// <param name="plain">Its plaintext.</param>
    /// <param name="characters">Unicode characters of its text.</param>
    /// <param name="cancellationToken">Observed before the change.</param>
    /// <returns>The new revision, or the problem.</returns>
    public Task<Outcome<ItemsChanged>> PutDocumentAsync(
        UInt128 document,
        ReadOnlyMemory<byte> plain,
        int characters,
        CancellationToken cancellationToken
    ) =>
        ChangeAsync(
            manifest => grain.PutItemAsync(Seal(manifest, ItemKind.Document, document, plain.Span, characters), cancellationToken),
            cancellationToken
        );

    /// <summary>Removes a document.</summary>
    /// <param name="document">Its id.</param>
    /// <param name="cancellationToken">Observed before the change.</param>
    /// <returns>The new revision, or the problem.</returns>
    public Task<Outcome<ItemsChanged>> RemoveDocumentAsync(UInt128 document, CancellationToken cancellationToken) =>
        ChangeAsync(
            manifest =>
                manifest.Find(ItemKind.Document, document) is null
                    ? Task.FromResult<SessionResult>(new ItemsRefused(ItemsRefusal.Missing))
                    : grain.RemoveItemAsync(
                        new RemoveItem(ItemKind.Document, document, Seal(manifest.Without(ItemKind.Document, document)), manifest.Revision),
                        cancellationToken
                    ),
            cancellationToken
        );

    /// <summary>Turns a refusal of items into a problem.</summary>
    /// <param name="reason">The reason.</param>
    /// <returns>The problem.</returns>
    public static Problem ToProblem(ItemsRefusal reason) =>
        reason switch
        {
            ItemsRefusal.ManifestMoved => Problems.SessionBusy,
            ItemsRefusal.Missing => Problems.DocumentNotFound,
            ItemsRefusal.ItemTooLarge => Problems.DocumentTooLarge,
            _ => Problems.SessionFull,
        };

    /// <inheritdoc/>
    public void Dispose() => sealer.Dispose();

    private Sealed Seal(Manifest manifest)
    {
        using PlainBuffer plain = PlainBuffer.Allocate(manifest.Length);
        manifest.Write(plain.GetSpan());
        return sealer.Seal(manifest.Place, plain.GetSpan());
    }

    private async Task<Outcome<ItemsChanged>> ChangeAsync(Func<Manifest, Task<SessionResult>> change, CancellationToken cancellationToken)
    {
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            Outcome<Manifest> outcome = await ReadManifestAsync(cancellationToken);
            if (!outcome.Try(out Manifest? manifest, out Problem? refusal))
            {
                return refusal;
            }
            switch (await change(manifest))
            {
                case ItemsChanged changed:
                    return changed;
                case ItemsRefused { Reason: ItemsRefusal.ManifestMoved }:
                    continue; // another call was faster
                case ItemsRefused refused:
                    return ToProblem(refused.Reason);
                case SessionGone:
                    return Problems.SessionGone;
                default:
                    throw new UnreachableException();
            }
        }
        return Problems.SessionBusy;
    }
}
