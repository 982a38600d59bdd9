using System.Security.Cryptography;
using Lethe.Control.Identity;
using Lethe.TestKit;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Xunit;

namespace Lethe.UnitTests.Control;

public sealed class AccessTokenTests : IDisposable
{
    private const string IssuerA = "https://login.a.example";
    private const string IssuerB = "https://login.b.example";
    private readonly TempFolder folder = new();
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 6, 1, 8, 0, 0, TimeSpan.Zero));
    private readonly ECDsa keyA = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa keyB = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly IdentityOptions options;
    private readonly IssuerRegistry issuers;

    public AccessTokenTests()
    {
        options = new()
        {
            Issuers =
            {
                new IssuerOptions
                {
                    Issuer = IssuerA,
                    Tenant = "kanzlei-a",
                    KeysFile = KeysFile("a", keyA),
                },
                new IssuerOptions
                {
                    Issuer = IssuerB,
                    Tenant = "kanzlei-b",
                    KeysFile = KeysFile("b", keyB),
                },
            },
        };
        issuers = new(Options.Create(options));
    }

    public static TheoryData<string, bool> Table =>
        new()
        {
            { "right", true },
            { "typ JWT", false },
            { "typ id_token", false },
            { "no typ", false },
            { "aud gateway", false },
            { "no aud", false },
            { "expired", false },
            { "not yet", false },
            { "issued later", false },
            { "no exp", false },
            { "no iat", false },
            { "lives 11 minutes", false },
            { "lives 10 minutes", true },
            { "issuer unknown", false },
            { "issuer B, key A", false },
            { "issuer A, key B", false },
            { "kid of B", false },
            { "alg none", false },
            { "alg HS256 with the public key", false },
            { "alg ES384", false },
        };

    [Theory]
    [MemberData(nameof(Table))]
    public async Task AccessToken_OfEachKind_IsAcceptedOnlyWhenRight(string kind, bool accepted)
    {
        TokenValidationResult result = await ValidateAsync(Make(kind));
        Assert.Equal(accepted, result.IsValid);
    }

    [Fact]
    public async Task AccessToken_OfIssuerA_IsNeverTenantBs()
    {
        TokenValidationResult result = await ValidateAsync(Make("right"));
        Assert.Equal("kanzlei-a", issuers.Find(result.SecurityToken.Issuer)?.Tenant?.Value);
    }

    [Fact]
    public async Task AccessToken_SignedByAKeyThatCameLater_IsAccepted()
    {
        Assert.True((await ValidateAsync(Make("right"))).IsValid);
        using var later = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string token = Sign(Right(), new ECDsaSecurityKey(later) { KeyId = "later" });
        Assert.False((await ValidateAsync(token)).IsValid);
        string file = options.Issuers[0].KeysFile;
        File.WriteAllText(file, Jwks("later", later));
        File.SetLastWriteTimeUtc(file, new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.True((await ValidateAsync(token)).IsValid);
    }

    [Fact]
    public void Issuer_OfTwoTenantsOrOfNone_IsRefused()
    {
        IssuerRules rules = new();
        IssuerOptions Of(string? tenant, bool staff) =>
            new()
            {
                Issuer = IssuerA,
                Tenant = tenant,
                Operator = staff,
                KeysFile = "x",
            };
        Assert.True(rules.Validate(name: null, new() { Issuers = { Of("kanzlei-a", staff: false) } }).Succeeded);
        Assert.True(rules.Validate(name: null, new() { Issuers = { Of(tenant: null, staff: true) } }).Succeeded);
        Assert.False(
            rules.Validate(name: null, new() { Issuers = { Of("kanzlei-a", staff: false), Of("kanzlei-b", staff: false) } }).Succeeded
        );
        Assert.False(rules.Validate(name: null, new() { Issuers = { Of("kanzlei-a", staff: true) } }).Succeeded);
        Assert.False(rules.Validate(name: null, new() { Issuers = { Of(tenant: null, staff: false) } }).Succeeded);
        Assert.False(rules.Validate(name: null, new() { Issuers = { Of("No Tenant", staff: false) } }).Succeeded);
    }

    public void Dispose()
    {
        keyA.Dispose();
        keyB.Dispose();
        folder.Dispose();
    }

    private static string Jwks(string kid, ECDsa key)
    {
        ECParameters p = key.ExportParameters(includePrivateParameters: false);
        return $$"""{"keys":[{"kty":"EC","crv":"P-256","kid":"{{kid}}","x":"{{Base64UrlEncoder.Encode(p.Q.X)}}","y":"{{Base64UrlEncoder.Encode(p.Q.Y)}}"}]}""";
    }

    private static string Sign(SecurityTokenDescriptor descriptor, SecurityKey? key, string algorithm = SecurityAlgorithms.EcdsaSha256)
    {
        descriptor.SigningCredentials = key is null ? null : new SigningCredentials(key, algorithm);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(descriptor);
    }

    private string KeysFile(string name, ECDsa key)
    {
        string file = folder.File($"{name}.jwks.json");
        File.WriteAllText(file, Jwks(name, key));
        return file;
    }

    private Task<TokenValidationResult> ValidateAsync(string token) =>
        new JsonWebTokenHandler { MapInboundClaims = false }.ValidateTokenAsync(
            token,
            new AccessTokens(issuers, Options.Create(options), clock).Parameters()
        );

    private SecurityTokenDescriptor Right()
    {
        DateTime now = clock.GetUtcNow().UtcDateTime;
        return new()
        {
            Issuer = IssuerA,
            Audience = "control",
            TokenType = "at+jwt",
            IssuedAt = now,
            Expires = now.AddMinutes(5),
            Claims = new Dictionary<string, object>(StringComparer.Ordinal) { ["sub"] = "anna" },
        };
    }

    private string Make(string kind)
    {
        DateTime now = clock.GetUtcNow().UtcDateTime;
        SecurityTokenDescriptor made = Right();
        SecurityKey a = new ECDsaSecurityKey(keyA) { KeyId = "a" };
        SecurityKey b = new ECDsaSecurityKey(keyB) { KeyId = "b" };
        switch (kind)
        {
            case "typ JWT":
                made.TokenType = "JWT";
                return Sign(made, a);
            case "typ id_token":
                made.TokenType = "id_token";
                return Sign(made, a);
            case "no typ":
                made.TokenType = string.Empty;
                return Sign(made, a);
            case "aud gateway":
                made.Audience = "gateway";
                return Sign(made, a);
            case "no aud":
                made.Audience = null;
                return Sign(made, a);
            case "expired":
                made.IssuedAt = now.AddMinutes(-6);
                made.Expires = now.AddMinutes(-1);
                return Sign(made, a);
            case "not yet":
                made.NotBefore = now.AddMinutes(2);
                return Sign(made, a);
            case "issued later":
                made.IssuedAt = now.AddMinutes(2);
                return Sign(made, a);
            case "no exp":
                made.Expires = null;
                return Sign(made, a);
            case "no iat":
                made.IssuedAt = null;
                return Sign(made, a);
            case "lives 11 minutes":
                made.Expires = now.AddMinutes(11);
                return Sign(made, a);
            case "lives 10 minutes":
                made.Expires = now.AddMinutes(10);
                return Sign(made, a);
            case "issuer unknown":
                made.Issuer = "https://login.c.example";
                return Sign(made, a);
            case "issuer B, key A":
                made.Issuer = IssuerB;
                return Sign(made, a);
            case "issuer A, key B":
                return Sign(made, new ECDsaSecurityKey(keyB) { KeyId = "a" });
            case "kid of B":
                return Sign(made, b);
            case "alg none":
                return Sign(made, key: null);
            case "alg HS256 with the public key":
                return Sign(
                    made,
                    new SymmetricSecurityKey(keyA.ExportSubjectPublicKeyInfo()) { KeyId = "a" },
                    SecurityAlgorithms.HmacSha256
                );
            case "alg ES384":
                using (var other = ECDsa.Create(ECCurve.NamedCurves.nistP384))
                {
                    return Sign(made, new ECDsaSecurityKey(other) { KeyId = "a" }, SecurityAlgorithms.EcdsaSha384);
                }
            default:
                return Sign(made, a);
        }
    }
}
