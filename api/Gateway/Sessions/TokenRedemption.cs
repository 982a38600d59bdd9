using System.Diagnostics;
using System.Security.Cryptography;
using Lethe.Contracts;
using Lethe.Contracts.Sessions;
using Lethe.Gateway.Hosting;
using Lethe.Gateway.Models;
using Lethe.Gateway.Sealing;
using Lethe.PrivacyPass;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Lethe.Gateway.Sessions;

/// <summary>The one challenge for session tokens: no redemption context, the same for everybody, so that tokens can be drawn long before.</summary>
/// <param name="cells">Which cells there are.</param>
internal sealed class SessionChallenge(IOptions<CellsOptions> cells)
{
    /// <summary>Gets the challenge.</summary>
    public TokenChallenge Value { get; } = new(cells.Value.ControlUrl!.Authority, cells.Value.PublicUrl!.Authority);
}

/// <summary>A session that was just opened.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Region">Its region.</param>
/// <param name="Class">Its policy class.</param>
/// <param name="Key">Its content key, to be told once and disposed of.</param>
/// <param name="ExpiresAt">When it ends at the latest.</param>
/// <param name="IdleSeconds">After how many idle seconds it ends earlier.</param>
internal sealed record OpenedSession(
    SessionId Id,
    Region Region,
    PolicyClass Class,
    ContentKey Key,
    DateTimeOffset ExpiresAt,
    int IdleSeconds
);

/// <summary>Verifies a token (RFC 9577 §2.2, RFC 9578 §6.4) and has the session silo spend it: first the one, then the other.</summary>
internal sealed class TokenRedemption(
    IOptions<CellsOptions> cells,
    IssuerKeys keys,
    SessionChallenge challenge,
    IModelRoutes routes,
    IGrainFactory grains
)
{
    /// <summary>Opens a session for the token of a request.</summary>
    /// <param name="request">The request; nothing of a body is read.</param>
    /// <param name="cancellationToken">Observed until the token is spent.</param>
    /// <returns>The session, or the problem.</returns>
    public async Task<Outcome<OpenedSession>> OpenAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        string? header = request.Headers.Authorization;
        if (header is null || !PrivateTokenHeader.IsScheme(header))
        {
            return Problems.TokenRequired;
        }
        if (request.ContentLength != 0 && request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true)
        {
            return Problems.BodyNotAllowed;
        }
        if (!PrivateTokenHeader.TryParseAuthorization(header, out Token? token))
        {
            return Problems.TokenInvalid;
        }
        if (await keys.FindAsync(token.KeyId, cancellationToken) is not { } issuer)
        {
            return keys.OwnDirectory is null ? Problems.IssuerKeysUnavailable : Problems.TokenKeyUnknown;
        }
        if (!issuer.Entry.Key.Verify(token))
        {
            return Problems.TokenInvalid;
        }
        Region here = cells.Value.Region!.Value;
        if (issuer.Region != here)
        {
            return SessionCredentials.Misdirected(cells.Value, issuer.Region);
        }
        if (!CryptographicOperations.FixedTimeEquals(token.ChallengeDigest.Span, challenge.Value.Digest.Span))
        {
            return Problems.TokenInvalid;
        }
        if (!keys.IsRedeemable(issuer.Entry))
        {
            return Problems.TokenExpired;
        }
        if (routes.FindClass(issuer.Entry.PolicyClass) is not { } policyClass)
        {
            return Problems.PolicyClassClosed;
        }
        return await OpenAsync(token, issuer.Entry, policyClass, here, cancellationToken);
    }

    private async Task<Outcome<OpenedSession>> OpenAsync(
        Token token,
        IssuerDirectoryKey issuer,
        PolicyClass policyClass,
        Region here,
        CancellationToken cancellationToken
    )
    {
        SessionId id = SessionId.Create();
        OpenSession command = new(
            issuer.NotBefore.ToUnixTimeSeconds(),
            SHA256.HashData(token.Nonce.Span),
            policyClass.Limits.SessionTokens
        );
        return await grains.GetGrain<ISessionGrain>(id.ToString()).OpenAsync(command, cancellationToken) switch
        {
            SessionOpened opened => new OpenedSession(id, here, policyClass, ContentKey.Create(), opened.ExpiresAt, opened.IdleSeconds),
            SessionRefused { Reason: SessionRefusal.TokenSpent } => Problems.TokenSpent,
            SessionRefused { Reason: SessionRefusal.EpochOver } => Problems.TokenExpired,
            SessionRefused => Problems.SessionsUnavailable,
            _ => throw new UnreachableException(),
        };
    }
}
