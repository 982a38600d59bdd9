using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Lethe.Control.Identity;

/// <summary>A symmetric key in a file: 32 bytes in base64url.</summary>
internal static class KeyFile
{
    private const int KeyBytes = 32;

    /// <summary>Reads a key.</summary>
    /// <param name="path">The file.</param>
    /// <returns>32 bytes.</returns>
    /// <exception cref="CryptographicException">The file holds no such key.</exception>
    public static byte[] Read(string path)
    {
        string text = File.ReadAllText(path, Encoding.ASCII).Trim().TrimEnd('=');
        return Base64Url.IsValid(text) && Base64Url.DecodeFromChars(text) is { Length: KeyBytes } key
            ? key
            : throw new CryptographicException("A key file holds 32 bytes in base64url.");
    }
}
