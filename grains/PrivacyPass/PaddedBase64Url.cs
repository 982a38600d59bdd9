using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace Lethe.PrivacyPass;

/// <summary>Base64url as RFC 9577 writes it, with padding; read with or without.</summary>
public static class PaddedBase64Url
{
    private static readonly SearchValues<char> Alphabet = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    );

    /// <summary>Writes bytes with padding.</summary>
    /// <param name="bytes">Any bytes.</param>
    /// <returns>The text; its length is a multiple of four.</returns>
    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        string text = Base64Url.EncodeToString(bytes);
        return text.PadRight((text.Length + 3) & ~3, '=');
    }

    /// <summary>Reads a text that is either padded in full or not at all. Blanks, other alphabets and stray bits are refused.</summary>
    /// <param name="text">The text.</param>
    /// <param name="maxBytes">The most bytes that it may stand for.</param>
    /// <param name="bytes">The bytes, when true.</param>
    /// <returns>Whether the text was base64url within the bound.</returns>
    public static bool TryDecode(ReadOnlySpan<char> text, int maxBytes, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        ReadOnlySpan<char> bare = text.TrimEnd('=');
        int padding = text.Length - bare.Length;
        if (
            bare.Length % 4 == 1
            || (padding != 0 && ((text.Length & 3) != 0 || padding > 2))
            || (long)bare.Length * 3 / 4 > maxBytes
            || bare.ContainsAnyExcept(Alphabet)
        )
        {
            return false;
        }
        var decoded = new byte[bare.Length * 3 / 4];
        if (
            Base64Url.DecodeFromChars(bare, decoded, out int _, out int written) != OperationStatus.Done
            || written != decoded.Length
            || !bare.SequenceEqual(Base64Url.EncodeToString(decoded))
        )
        {
            return false;
        }
        bytes = decoded;
        return true;
    }
}
