using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Lethe.Contracts;
using Lethe.Contracts.Sessions;
using Lethe.Gateway.Hosting;
using Lethe.Gateway.Sealing;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Lethe.Gateway.Sessions;

/// <summary>What a verified credential says. It names nobody.</summary>
/// <param name="Id">The session.</param>
/// <param name="PolicyClass">Its policy class.</param>
/// <param name="ExpiresAt">When the credential expires.</param>
/// <param name="KeyCommitment">The commitment to the content key, 32 bytes.</param>
internal sealed record SessionClaims(SessionId Id, string PolicyClass, DateTimeOffset ExpiresAt, byte[] KeyCommitment);

/// <summary>
/// Issues and verifies session credentials: JWT of type <c>session+jwt</c>, ES256, audience <c>gateway</c>, claims <c>sid</c>, <c>class</c>,
/// <c>exp</c>, <c>kc</c>. Verified ones are remembered by their SHA-256, so that a burst of calls pays for one signature check.
/// </summary>
internal sealed class SessionCredentials(SessionKeys keys, IOptions<CellsOptions> cells, IGrainFactory grains, TimeProvider clock)
{
    /// <summary>The longest credential that is looked at.</summary>
    public const int MaxLength = 2048;

    private const string Type = "session+jwt";
    private const string Audience = "gateway";
    private const int Remembered = 10_000;
    private readonly JsonWebTokenHandler handler = new() { SetDefaultTimesOnTokenCreation = false };
    private readonly ConcurrentDictionary<(UInt128, UInt128), SessionContext> verified = [];

    /// <summary>Issues a credential.</summary>
    /// <param name="id">The session.</param>
    /// <param name="policyClass">Its policy class.</param>
    /// <param name="expiresAt">When it ends.</param>
    /// <param name="key">Its content key.</param>
    /// <returns>The JWT.</returns>
    public string Issue(SessionId id, string policyClass, DateTimeOffset expiresAt, ContentKey key) =>
        handler.CreateToken(
            new SecurityTokenDescriptor
            {
                Issuer = IssuerOf(cells.Value.Region!.Value),
                Audience = Audience,
                TokenType = Type,
                Expires = expiresAt.UtcDateTime,
                Claims = new Dictionary<string, object>(StringComparer.Ordinal)
                {
                    ["sid"] = id.ToString(),
                    ["class"] = policyClass,
                    ["kc"] = Base64Url.EncodeToString(key.CommitTo(id)),
                },
                SigningCredentials = new SigningCredentials(keys.Own[0], SecurityAlgorithms.EcdsaSha256),
            }
        );

    /// <summary>Verifies a credential.</summary>
    /// <param name="credential">What stands behind <c>Bearer</c>.</param>
    /// <returns>Its session, or the problem: expired, another cell's, or invalid.</returns>
    public async ValueTask<Outcome<SessionContext>> VerifyAsync(string credential)
    {
        if (credential.Length is 0 or > MaxLength || !Ascii.IsValid(credential))
        {
            return Problems.CredentialInvalid;
        }
        (UInt128, UInt128) digest = Digest(credential);
        if (!verified.TryGetValue(digest, out SessionContext? session))
        {
            Region here = cells.Value.Region!.Value;
            if (await ReadAsync(credential, here, keys.Own) is not { } claims)
            {
                return await RefuseAsync(credential);
            }
            session = new SessionContext(claims, grains.GetGrain<ISessionGrain>(claims.Id.ToString()));
            if (verified.Count >= Remembered)
            {
                verified.Clear();
            }
            verified.TryAdd(digest, session);
        }
        return session.ExpiresAt > clock.GetUtcNow() ? session : Problems.CredentialExpired;
    }

    private static string IssuerOf(Region region) => "urn:lethe:content:" + region.ToName();

    private static (UInt128 First, UInt128 Second) Digest(string credential)
    {
        Span<byte> bytes = stackalloc byte[MaxLength];
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..Encoding.ASCII.GetBytes(credential, bytes)], digest);
        return (
            System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(digest),
            System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(digest[16..])
        );
    }

    private async Task<Problem> RefuseAsync(string credential)
    {
        foreach ((Region region, IReadOnlyList<SecurityKey> foreign) in keys.Foreign)
        {
            if (foreign.Count > 0 && await ReadAsync(credential, region, foreign) is not null)
            {
                return Misdirected(cells.Value, region);
            }
        }
        return Problems.CredentialInvalid;
    }

    /// <summary>Makes the problem that sends a caller to another cell.</summary>
    /// <param name="cells">Which cells there are.</param>
    /// <param name="region">The cell's region.</param>
    /// <returns>The problem.</returns>
    public static Problem Misdirected(CellsOptions cells, Region region) =>
        Problems.Misdirected with
        {
            Region = region.ToName(),
            BaseUrl = cells.Cells.First(cell => cell.Region == region).GatewayUrl!.GetLeftPart(UriPartial.Authority),
        };

    private async Task<SessionClaims?> ReadAsync(string credential, Region region, IReadOnlyList<SecurityKey> trusted)
    {
        TokenValidationResult result = await handler.ValidateTokenAsync(
            credential,
            new TokenValidationParameters
            {
                ValidIssuer = IssuerOf(region),
                ValidAudience = Audience,
                ValidTypes = [Type],
                ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
                IssuerSigningKeys = trusted,
                RequireExpirationTime = true,
                ValidateLifetime = false, // with our clock, by the caller, who tells an expired one from a forged one
            }
        );
        if (!result.IsValid || result.SecurityToken is not JsonWebToken token)
        {
            return null;
        }
        byte[] commitment = new byte[ContentKey.CommitmentSize];
        return
            token.TryGetPayloadValue("sid", out string sid)
            && SessionId.TryParse(sid, out SessionId id)
            && token.TryGetPayloadValue("class", out string policyClass)
            && token.TryGetPayloadValue("kc", out string written)
            && Base64Url.IsValid(written, out int length)
            && length == commitment.Length
            && Base64Url.TryDecodeFromChars(written, commitment, out _)
            ? new SessionClaims(id, policyClass, new DateTimeOffset(token.ValidTo, TimeSpan.Zero), commitment)
            : null;
    }
}
