using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Lethe.ClusterTests.Cells;

/// <summary>An issuer of access tokens, with its own key.</summary>
public sealed class TestIssuer : IDisposable
{
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public TestIssuer(TestPki pki, string name)
    {
        Name = name;
        ECParameters p = key.ExportParameters(includePrivateParameters: false);
        KeysFile = pki.Write(
            $"{Guid.NewGuid():N}.jwks.json",
            $$"""{"keys":[{"kty":"EC","crv":"P-256","kid":"k1","x":"{{Base64UrlEncoder.Encode(p.Q.X)}}","y":"{{Base64UrlEncoder.Encode(p.Q.Y)}}"}]}"""
        );
    }

    public string Name { get; }

    public string KeysFile { get; }

    public string Token(string subject, DateTimeOffset now, string audience = "control") =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
            new SecurityTokenDescriptor
            {
                Issuer = Name,
                Audience = audience,
                TokenType = "at+jwt",
                IssuedAt = now.UtcDateTime,
                Expires = now.UtcDateTime.AddMinutes(5),
                Claims = new Dictionary<string, object>(StringComparer.Ordinal) { ["sub"] = subject },
                SigningCredentials = new(new ECDsaSecurityKey(key) { KeyId = "k1" }, SecurityAlgorithms.EcdsaSha256),
            }
        );

    public void Dispose() => key.Dispose();
}
