using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Lethe.Contracts.Support;
using Lethe.Contracts.Tenants;

namespace Lethe.Control.Support;

/// <summary>What a sealed thing is. Part of the associated data: a number is never given a new meaning.</summary>
internal enum SealedKind : byte
{
    /// <summary>A message of the case's owner.</summary>
    OwnerMessage = 1,

    /// <summary>A message of the operator's staff.</summary>
    StaffMessage = 2,

    /// <summary>A shared document; its format is added to this number.</summary>
    Document = 16,
}

/// <summary>Where something sealed belongs; opened as anything else, it does not open.</summary>
/// <param name="Tenant">The owner's tenant.</param>
/// <param name="Container">The case or the share.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Item">The message's id; a document has its share's.</param>
internal sealed record SealedPlace(TenantId Tenant, SupportId Container, SealedKind Kind, SupportId Item)
{
    /// <summary>Makes the place of a message.</summary>
    /// <param name="tenant">The owner's tenant.</param>
    /// <param name="caseId">The case.</param>
    /// <param name="author">Who wrote it.</param>
    /// <param name="message">The message's id.</param>
    /// <returns>The place.</returns>
    public static SealedPlace OfMessage(TenantId tenant, SupportId caseId, MessageAuthor author, SupportId message) =>
        new(tenant, caseId, author == MessageAuthor.Staff ? SealedKind.StaffMessage : SealedKind.OwnerMessage, message);

    /// <summary>Makes the place of a document.</summary>
    /// <param name="tenant">The owner's tenant.</param>
    /// <param name="share">The share.</param>
    /// <param name="format">What kind of file it is.</param>
    /// <returns>The place.</returns>
    public static SealedPlace OfDocument(TenantId tenant, SupportId share, ShareFormat format) =>
        new(tenant, share, (SealedKind)((byte)SealedKind.Document + (byte)format), share);

    /// <inheritdoc/>
    public override string ToString() => nameof(SealedPlace);
}

/// <summary>
/// Seals and opens chunks: AES-256-GCM, a random 96-bit nonce each; nonce, ciphertext, tag. The associated data is a label,
/// the tenant, case or share, kind, item, chunk index and chunk count, so that nothing can be mixed, cut or reordered unseen.
/// </summary>
internal sealed class SupportSealer : IDisposable
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private readonly AesGcm cipher;
    private readonly byte[] associated;

    /// <summary>Initializes a new instance of the <see cref="SupportSealer"/> class.</summary>
    /// <param name="key">The case's or share's key; still the caller's to zero.</param>
    /// <param name="place">Where it belongs.</param>
    /// <param name="chunks">How many chunks there are, 1 or more.</param>
    public SupportSealer(SupportKey key, SealedPlace place, int chunks)
    {
        cipher = new AesGcm(key.Span, TagBytes);
        byte[] tenant = Encoding.ASCII.GetBytes(place.Tenant.Value);
        ReadOnlySpan<byte> label = "lethe support v1"u8;
        associated = new byte[label.Length + 1 + tenant.Length + 16 + 1 + 16 + 4 + 4];
        label.CopyTo(associated);
        Span<byte> rest = associated.AsSpan(label.Length);
        rest[0] = (byte)tenant.Length;
        tenant.CopyTo(rest[1..]);
        rest = rest[(1 + tenant.Length)..];
        BinaryPrimitives.WriteUInt128BigEndian(rest, place.Container.Value);
        rest[16] = (byte)place.Kind;
        BinaryPrimitives.WriteUInt128BigEndian(rest[17..], place.Item.Value);
        BinaryPrimitives.WriteInt32BigEndian(rest[37..], chunks);
    }

    private Span<byte> Index => associated.AsSpan(associated.Length - 8, 4);

    /// <summary>Seals one chunk.</summary>
    /// <param name="index">Its index, from 0.</param>
    /// <param name="plaintext">The plaintext.</param>
    /// <param name="destination">28 bytes more than the plaintext.</param>
    public void Seal(int index, ReadOnlySpan<byte> plaintext, Span<byte> destination)
    {
        BinaryPrimitives.WriteInt32BigEndian(Index, index);
        RandomNumberGenerator.Fill(destination[..NonceBytes]);
        cipher.Encrypt(
            destination[..NonceBytes],
            plaintext,
            destination.Slice(NonceBytes, plaintext.Length),
            destination.Slice(NonceBytes + plaintext.Length, TagBytes),
            associated
        );
    }

    /// <summary>Opens one chunk.</summary>
    /// <param name="index">Its index, from 0.</param>
    /// <param name="sealedChunk">Nonce, ciphertext, tag.</param>
    /// <param name="plaintext">28 bytes less than the chunk.</param>
    /// <exception cref="CryptographicException">It is not what was sealed, or does not belong here.</exception>
    public void Open(int index, ReadOnlySpan<byte> sealedChunk, Span<byte> plaintext)
    {
        if (sealedChunk.Length != plaintext.Length + NonceBytes + TagBytes)
        {
            throw new CryptographicException("A sealed chunk has another length.");
        }
        BinaryPrimitives.WriteInt32BigEndian(Index, index);
        cipher.Decrypt(sealedChunk[..NonceBytes], sealedChunk[NonceBytes..^TagBytes], sealedChunk[^TagBytes..], plaintext, associated);
    }

    /// <inheritdoc/>
    public void Dispose() => cipher.Dispose();
}
