using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Lethe.Local.State;

/// <summary>
/// Signs access tokens for the seeded demo people. It exists in this folder only and says so in its name; Control refuses
/// it anywhere but in a local deployment on loopback addresses.
/// </summary>
internal sealed class DevelopmentIssuer(LocalFolder folder, TimeProvider clock)
{
    /// <summary>What every development issuer's name begins with; one issuer belongs to one tenant.</summary>
    public const string NamePrefix = "urn:lethe:development-issuer:";
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    /// <summary>Gets the issuer's name for a tenant, or for the operator's own staff.</summary>
    /// <param name="tenant">A tenant id, or <c>operator</c>.</param>
    /// <returns>The value of <c>iss</c>.</returns>
    public static string NameFor(string tenant) => NamePrefix + tenant;

    /// <summary>Gets the file with the tenant's issuer's public key, as a JWK set (RFC 7517).</summary>
    /// <param name="tenant">A tenant id, or <c>operator</c>.</param>
    /// <returns>The file.</returns>
    public string KeysFileFor(string tenant)
    {
        using ECDsa key = KeyFor(tenant);
        ECParameters parameters = key.ExportParameters(includePrivateParameters: false);
        var set = new
        {
            keys = new[]
            {
                new
                {
                    kty = "EC",
                    crv = "P-256",
                    use = "sig",
                    alg = "ES256",
                    kid = KeyIdFor(tenant),
                    x = Base64Url.EncodeToString(parameters.Q.X),
                    y = Base64Url.EncodeToString(parameters.Q.Y),
                },
            },
        };
        return folder.Write($"development-issuer/{tenant}.json", JsonSerializer.Serialize(set));
    }

    /// <summary>Signs an access token (RFC 9068) for five minutes.</summary>
    /// <param name="tenant">A tenant id, or <c>operator</c>.</param>
    /// <param name="subject">The seeded person's subject.</param>
    /// <returns>The token.</returns>
    public string Sign(string tenant, string subject)
    {
        using ECDsa key = KeyFor(tenant);
        long now = clock.GetUtcNow().ToUnixTimeSeconds();
        string header = Encode(
            new
            {
                alg = "ES256",
                typ = "at+jwt",
                kid = KeyIdFor(tenant),
            }
        );
        string payload = Encode(
            new
            {
                iss = NameFor(tenant),
                aud = "control",
                sub = subject,
                client_id = "lethe-local",
                iat = now,
                exp = now + (long)Lifetime.TotalSeconds,
                jti = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
            }
        );
        byte[] signature = key.SignData(Encoding.ASCII.GetBytes($"{header}.{payload}"), HashAlgorithmName.SHA256);
        return string.Create(CultureInfo.InvariantCulture, $"{header}.{payload}.{Base64Url.EncodeToString(signature)}");
    }

    private static string KeyIdFor(string tenant) => $"development-{tenant}";

    private static string Encode<T>(T value) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value));

    private ECDsa KeyFor(string tenant)
    {
        string file = folder.Once(
            $"development-issuer/{tenant}.pem",
            () =>
            {
                using ECDsa made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
                return made.ExportPkcs8PrivateKeyPem();
            }
        );
        ECDsa key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(file));
        return key;
    }
}
