using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Lethe.Records.Keys;

/// <summary>
/// The cell's key-encryption key: AES-256-GCM around every key of the key store, with the key's handle as associated data,
/// so that no wrapped key can stand in for another.
/// </summary>
public sealed class Kek : IDisposable
{
    private const byte Form = 1;
    private const int KeySize = 32;
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private const int Overhead = 1 + NonceSize + TagSize;
    private const UnixFileMode Others =
        UnixFileMode.GroupRead
        | UnixFileMode.GroupWrite
        | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead
        | UnixFileMode.OtherWrite
        | UnixFileMode.OtherExecute;

    private readonly AesGcm cipher;

    /// <summary>Takes the key.</summary>
    /// <param name="key">32 bytes; not kept.</param>
    /// <exception cref="CryptographicException">Not 32 bytes.</exception>
    public Kek(ReadOnlySpan<byte> key)
    {
        if (key.Length != KeySize)
        {
            throw new CryptographicException("A KEK has 32 bytes.");
        }

        cipher = new AesGcm(key, TagSize);
    }

    /// <summary>Loads the key of a file: 32 bytes as base64url, readable by its owner only.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The key.</returns>
    /// <exception cref="InvalidDataException">Missing, readable by others, or not a key; the message says which.</exception>
    public static Kek Load(string path)
    {
        if (!File.Exists(path))
        {
            throw new InvalidDataException("The KEK's file does not exist.");
        }

        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != UnixFileMode.None)
        {
            throw new InvalidDataException("The KEK's file can be read or written by others than its owner: chmod 600.");
        }

        byte[] text = File.ReadAllBytes(path);
        byte[] key = new byte[KeySize];
        try
        {
            ReadOnlySpan<byte> trimmed = text.AsSpan().Trim("\r\n "u8);
            bool valid = Base64Url.IsValid(trimmed, out int length) && length == KeySize;
            if (!valid || Base64Url.DecodeFromUtf8(trimmed, key) != KeySize)
            {
                throw new InvalidDataException("The KEK's file does not hold 32 bytes in base64url.");
            }

            return new Kek(key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Wraps a key.</summary>
    /// <param name="handle">The key's name.</param>
    /// <param name="key">The key.</param>
    /// <returns>Form, nonce, ciphertext and tag.</returns>
    public byte[] Wrap(string handle, ReadOnlySpan<byte> key)
    {
        byte[] wrapped = new byte[Overhead + key.Length];
        wrapped[0] = Form;
        Span<byte> nonce = wrapped.AsSpan(1, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        cipher.Encrypt(
            nonce,
            key,
            wrapped.AsSpan(1 + NonceSize, key.Length),
            wrapped.AsSpan(wrapped.Length - TagSize),
            AssociatedData(handle)
        );
        return wrapped;
    }

    /// <summary>Unwraps a key.</summary>
    /// <param name="handle">The key's name.</param>
    /// <param name="wrapped">What <see cref="Wrap"/> made.</param>
    /// <returns>The key, the caller's to zero.</returns>
    /// <exception cref="CryptographicException">Wrapped under another KEK or handle, or damaged.</exception>
    public byte[] Unwrap(string handle, ReadOnlySpan<byte> wrapped)
    {
        if (wrapped.Length <= Overhead || wrapped[0] != Form)
        {
            throw new CryptographicException("Not a wrapped key.");
        }

        byte[] key = new byte[wrapped.Length - Overhead];
        try
        {
            cipher.Decrypt(
                wrapped.Slice(1, NonceSize),
                wrapped.Slice(1 + NonceSize, key.Length),
                wrapped[^TagSize..],
                key,
                AssociatedData(handle)
            );
            return key;
        }
        catch
        {
            CryptographicOperations.ZeroMemory(key);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => cipher.Dispose();

    private static byte[] AssociatedData(string handle) => Encoding.UTF8.GetBytes("lethe key store v1\0" + handle);
}
