using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Lethe.ClusterTests.Accounts;

/// <summary>A passkey as a synchronised authenticator makes them: ES256, no attestation, a counter that stays at zero.</summary>
internal sealed class SoftwareAuthenticator(Uri site) : IDisposable
{
    private const byte PresentAndVerified = 0x05;
    private const byte WithKey = 0x40;
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly byte[] id = RandomNumberGenerator.GetBytes(32);
    private byte[] user = [];

    /// <summary>Gets its credential id.</summary>
    public string Id => Text(id);

    /// <summary>Answers <c>navigator.credentials.create</c>.</summary>
    public string Register(string options)
    {
        JsonElement asked = JsonSerializer.Deserialize<JsonElement>(options);
        user = Base64Url.DecodeFromChars(asked.GetProperty("user").GetProperty("id").GetString());
        byte[] length = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)id.Length);
        byte[] data = [.. Header(PresentAndVerified | WithKey), .. new byte[16], .. length, .. id, .. PublicKey()];
        byte[] attestation =
        [
            0xA3, // a map of three (RFC 8949)
            .. CborText("fmt"),
            .. CborText("none"),
            .. CborText("attStmt"),
            0xA0,
            .. CborText("authData"),
            .. CborBytes(data),
        ];
        return Credential(
            new(StringComparer.Ordinal)
            {
                ["clientDataJSON"] = Text(ClientData("webauthn.create", asked)),
                ["attestationObject"] = Text(attestation),
            }
        );
    }

    /// <summary>Answers <c>navigator.credentials.get</c>.</summary>
    public string Answer(string options)
    {
        byte[] client = ClientData("webauthn.get", JsonSerializer.Deserialize<JsonElement>(options));
        byte[] data = Header(PresentAndVerified);
        byte[] signature = key.SignData(
            [.. data, .. SHA256.HashData(client)],
            HashAlgorithmName.SHA256,
            DSASignatureFormat.Rfc3279DerSequence
        );
        return Credential(
            new(StringComparer.Ordinal)
            {
                ["clientDataJSON"] = Text(client),
                ["authenticatorData"] = Text(data),
                ["signature"] = Text(signature),
                ["userHandle"] = Text(user),
            }
        );
    }

    public void Dispose() => key.Dispose();

    private static string Text(byte[] bytes) => Base64Url.EncodeToString(bytes);

    private static byte[] CborText(string text) => [(byte)(0x60 | text.Length), .. Encoding.ASCII.GetBytes(text)];

    private static byte[] CborBytes(byte[] bytes) => [0x58, (byte)bytes.Length, .. bytes];

    private byte[] ClientData(string type, JsonElement asked) =>
        JsonSerializer.SerializeToUtf8Bytes(
            new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["type"] = type,
                ["challenge"] = asked.GetProperty("challenge").GetString()!,
                ["origin"] = site.GetLeftPart(UriPartial.Authority),
                ["crossOrigin"] = false,
            }
        );

    private byte[] Header(int flags) => [.. SHA256.HashData(Encoding.ASCII.GetBytes(site.Host)), (byte)flags, 0, 0, 0, 0];

    // COSE_Key: EC2, ES256, P-256 (RFC 9053).
    private byte[] PublicKey()
    {
        ECParameters point = key.ExportParameters(includePrivateParameters: false);
        return [0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, .. CborBytes(point.Q.X!), 0x22, .. CborBytes(point.Q.Y!)];
    }

    private string Credential(Dictionary<string, string> response) =>
        JsonSerializer.Serialize(
            new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["id"] = Id,
                ["rawId"] = Id,
                ["type"] = "public-key",
                ["clientExtensionResults"] = new Dictionary<string, object>(StringComparer.Ordinal),
                ["response"] = response,
            }
        );
}
