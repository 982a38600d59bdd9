using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Lethe.UnitTests.PrivacyPass;

internal static class Vectors
{
    public static IReadOnlyList<JsonElement> Read(string name)
    {
        using Stream stream =
            typeof(Vectors).Assembly.GetManifestResourceStream($"Lethe.UnitTests.PrivacyPass.vectors.{name}")
            ?? throw new InvalidOperationException($"The vectors {name} are not embedded.");
        using var document = JsonDocument.Parse(stream);
        return [.. document.RootElement.EnumerateArray().Select(item => item.Clone())];
    }

    public static byte[] Bytes(this JsonElement vector, string name) => Convert.FromHexString(Hex(vector, name));

    public static BigInteger Number(this JsonElement vector, string name) =>
        BigInteger.Parse("0" + Hex(vector, name), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    public static RSA PrivateKey(string hexOfPem)
    {
        var rsa = RSA.Create();
        rsa.ImportFromPem(Encoding.ASCII.GetString(Convert.FromHexString(hexOfPem)));
        return rsa;
    }

    private static string Hex(JsonElement vector, string name)
    {
        string text = vector.GetProperty(name).GetString()!;
        return text.StartsWith("0x", StringComparison.Ordinal) ? text[2..] : text;
    }
}
