using System.Buffers.Text;
using System.Text;

namespace Lethe.SystemTests.Separation;

/// <summary>Something of one plane that the other must not hold, in every form in which it could be written.</summary>
/// <param name="What">What it is, for messages.</param>
/// <param name="Value">Its text.</param>
/// <param name="Bytes">Its bytes, when the text is a form of bytes that cannot be seen from it.</param>
internal sealed record Identifier(string What, string Value, byte[]? Bytes = null)
{
    private const int ShortestEncoded = 8; // characters: shorter ones are found anywhere
    private const int ShortestBytes = 8;

    /// <summary>Gets forms whose case says nothing, as Latin-1: one character is one byte of what is searched.</summary>
    public IEnumerable<string> AnyCase =>
        [
            Latin1(Encoding.UTF8.GetBytes(Value)),
            Latin1(Encoding.Unicode.GetBytes(Value)),
            .. Payloads.Select(Convert.ToHexStringLower).Where(IsLong),
        ];

    /// <summary>Gets forms that are right in one case only: Base64 at each of the three alignments, and bytes as they are.</summary>
    public IEnumerable<string> Exact =>
        [
            .. Payloads
                .SelectMany(Base64)
                .Where(IsLong)
                .SelectMany(text => new[] { text, text.Replace('+', '-').Replace('/', '_') })
                .Distinct(),
            .. Raw.Where(bytes => bytes.Length >= ShortestBytes).Select(Latin1),
        ];

    private IEnumerable<byte[]> Payloads => [Encoding.UTF8.GetBytes(Value), .. Raw];

    private IEnumerable<byte[]> Raw
    {
        get
        {
            if (Bytes is not null)
            {
                yield return Bytes;
            }
            if (Guid.TryParse(Value, out Guid guid))
            {
                yield return guid.ToByteArray();
                yield return guid.ToByteArray(bigEndian: true);
                yield return Encoding.ASCII.GetBytes(guid.ToString("N"));
                yield return Encoding.ASCII.GetBytes(guid.ToString("D"));
            }
            else if (Value.Length is >= 32 and <= 128 && Value.Length % 2 == 0 && Value.All(char.IsAsciiHexDigit))
            {
                yield return Convert.FromHexString(Value);
            }
            else if (Value.Length is >= 22 and <= 1024 && Base64Url.IsValid(Value))
            {
                yield return Base64Url.DecodeFromChars(Value);
            }
        }
    }

    /// <inheritdoc/>
    public override string ToString() => What;

    private static bool IsLong(string text) => text.Length >= ShortestEncoded;

    private static string Latin1(byte[] bytes) => Encoding.Latin1.GetString(bytes);

    // What stands around the bytes is unknown: only characters that they alone decide.
    private static IEnumerable<string> Base64(byte[] bytes)
    {
        for (int before = 0; before < 3; before++)
        {
            string encoded = Convert.ToBase64String([.. new byte[before], .. bytes]);
            int from = ((before * 8) + 5) / 6;
            int to = (before + bytes.Length) * 8 / 6;
            if (to > from)
            {
                yield return encoded[from..to];
            }
        }
    }
}
