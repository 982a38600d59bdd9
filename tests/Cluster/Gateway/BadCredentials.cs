using System.Security.Cryptography;
using Lethe.Contracts.Sessions;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Lethe.ClusterTests.Gateway;

/// <summary>Session credentials with something wrong, and one of a session that never was.</summary>
internal static class BadCredentials
{
    /// <summary>Makes one.</summary>
    /// <param name="gateway">Whose keys are used.</param>
    /// <param name="kind">What is wrong with it.</param>
    /// <returns>What stands behind <c>Bearer</c>; null for no header.</returns>
    public static string? Make(RunningGateway gateway, string kind)
    {
        using var fresh = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var known = ECDsa.Create();
        known.ImportFromPem(gateway.SessionKeyPem);
        using var foreign = ECDsa.Create();
        foreign.ImportFromPem(gateway.ForeignSessionKeyPem);
        return kind switch
        {
            "none" => null,
            "nonsense" => "MARKER-q7Zk2",
            "huge" => new string('a', 20_000),
            "forged" => Sign(fresh),
            "algorithm-none" => "eyJhbGciOiJub25lIiwidHlwIjoic2Vzc2lvbitqd3QifQ." + Sign(known).Split('.')[1] + ".",
            "wrong-type" => Sign(known, type: "at+jwt"),
            "wrong-audience" => Sign(known, audience: "control"),
            "without-sid" => Sign(known, sid: null),
            "expired" => Sign(known, expires: DateTime.UtcNow.AddMinutes(-1)),
            "foreign" => Sign(foreign, issuer: "urn:lethe:content:ch"),
            _ => Sign(known),
        };
    }

    private static string Sign(
        ECDsa key,
        string type = "session+jwt",
        string audience = "gateway",
        string issuer = "urn:lethe:content:eu",
        DateTime? expires = null,
        string? sid = ""
    )
    {
        Dictionary<string, object> claims = new(StringComparer.Ordinal) { ["class"] = "eu-standard", ["kc"] = new string('A', 43) };
        if (sid is not null)
        {
            claims["sid"] = SessionId.Create().ToString();
        }
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
            new SecurityTokenDescriptor
            {
                Issuer = issuer,
                Audience = audience,
                TokenType = type,
                Expires = expires ?? DateTime.UtcNow.AddMinutes(5),
                Claims = claims,
                SigningCredentials = new SigningCredentials(
                    new ECDsaSecurityKey(key) { CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false } },
                    SecurityAlgorithms.EcdsaSha256
                ),
            }
        );
    }
}
