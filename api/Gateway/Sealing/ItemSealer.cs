using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Lethe.Contracts;
using Lethe.Contracts.Sessions;

namespace Lethe.Gateway.Sealing;

/// <summary>Where a sealed item belongs. Every part of it is authenticated with every chunk.</summary>
/// <param name="Kind">What the item is.</param>
/// <param name="Id">Its id: random for a document, the number of a turn, 0 for the manifest.</param>
/// <param name="Version">The manifest revision that first knew this version.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ItemPlace(ItemKind Kind, UInt128 Id, long Version);

/// <summary>
/// Seals and opens the items of one session: AES-256-GCM in chunks of at most 256 KiB, each <c>nonce (12) | ciphertext | tag (16)</c> under a
/// random nonce. Associated data: session id (16), kind (1), item id (16), version (8), chunk index (4), chunk count (4), big-endian. So a
/// silo can withhold an item, but neither swap, cut, reorder nor replay one unseen. Not for use by two threads at a time.
/// </summary>
/// <param name="session">The session.</param>
/// <param name="key">Its content key; may be disposed of afterwards.</param>
internal sealed class ItemSealer(SessionId session, ContentKey key) : IDisposable
{
    /// <summary>Plaintext bytes of a full chunk.</summary>
    public const int ChunkSize = 256 * 1024;

    /// <summary>Bytes of a tag.</summary>
    public const int TagSize = 16;

    private const int NonceSize = 12;
    private const int Overhead = NonceSize + TagSize;
    private const int AssociatedSize = 16 + 1 + 16 + 8 + 4 + 4;
    private readonly AesGcm cipher = key.CreateCipher();

    /// <summary>Tells how long an item is when it is sealed.</summary>
    /// <param name="plainLength">Bytes of plaintext, 0 or more.</param>
    /// <returns>Bytes of ciphertext.</returns>
    public static long SealedLength(int plainLength) => plainLength + ((long)ChunksOf(plainLength) * Overhead);

    /// <summary>Seals an item.</summary>
    /// <param name="place">Where it belongs.</param>
    /// <param name="plain">The plaintext, unchanged.</param>
    /// <returns>The ciphertext.</returns>
    public Sealed Seal(ItemPlace place, ReadOnlySpan<byte> plain)
    {
        int chunks = ChunksOf(plain.Length);
        byte[] output = new byte[checked((int)SealedLength(plain.Length))];
        Span<byte> associated = stackalloc byte[AssociatedSize];
        WritePlace(associated, place, chunks);
        Span<byte> rest = output;
        for (int index = 0; index < chunks; index++)
        {
            ReadOnlySpan<byte> chunk = plain[(index * ChunkSize)..Math.Min(plain.Length, (index + 1) * ChunkSize)];
            Span<byte> nonce = rest[..NonceSize];
            RandomNumberGenerator.Fill(nonce);
            WriteIndex(associated, index);
            cipher.Encrypt(nonce, chunk, rest.Slice(NonceSize, chunk.Length), rest.Slice(NonceSize + chunk.Length, TagSize), associated);
            rest = rest[(chunk.Length + Overhead)..];
        }
        return new Sealed(output);
    }

    /// <summary>Opens an item. The whole item is authentic, or nothing of it is given out.</summary>
    /// <param name="place">Where it should belong.</param>
    /// <param name="ciphertext">What a silo handed back.</param>
    /// <returns>The plaintext, to be disposed of; null when it is not what was sealed for this place.</returns>
    public PlainBuffer? Open(ItemPlace place, ReadOnlySpan<byte> ciphertext)
    {
        const int FullChunk = ChunkSize + Overhead;
        int chunks = Math.Max(1, (int)(((long)ciphertext.Length + FullChunk - 1) / FullChunk));
        int plainLength = ciphertext.Length - (chunks * Overhead);
        if (plainLength < 0 || ChunksOf(plainLength) != chunks)
        {
            return null;
        }
        Span<byte> associated = stackalloc byte[AssociatedSize];
        WritePlace(associated, place, chunks);
        PlainBuffer plain = PlainBuffer.Allocate(plainLength);
        try
        {
            Span<byte> output = plain.GetSpan();
            for (int index = 0; index < chunks; index++)
            {
                int length = Math.Min(output.Length, ChunkSize);
                WriteIndex(associated, index);
                cipher.Decrypt(
                    ciphertext[..NonceSize],
                    ciphertext.Slice(NonceSize, length),
                    ciphertext.Slice(NonceSize + length, TagSize),
                    output[..length],
                    associated
                );
                output = output[length..];
                ciphertext = ciphertext[(length + Overhead)..];
            }
            return plain;
        }
        catch (AuthenticationTagMismatchException)
        {
            ((IDisposable)plain).Dispose();
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => cipher.Dispose();

    private static int ChunksOf(int plainLength) => Math.Max(1, (int)(((long)plainLength + ChunkSize - 1) / ChunkSize));

    private static void WriteIndex(Span<byte> associated, int index) =>
        BinaryPrimitives.WriteInt32BigEndian(associated.Slice(AssociatedSize - 8, 4), index);

    private void WritePlace(Span<byte> associated, ItemPlace place, int chunks)
    {
        BinaryPrimitives.WriteUInt128BigEndian(associated, session.Value);
        associated[16] = (byte)place.Kind;
        BinaryPrimitives.WriteUInt128BigEndian(associated[17..], place.Id);
        BinaryPrimitives.WriteInt64BigEndian(associated[33..], place.Version);
        BinaryPrimitives.WriteInt32BigEndian(associated[45..], chunks);
    }
}
