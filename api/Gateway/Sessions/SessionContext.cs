using Lethe.Contracts.Sessions;
using Lethe.Gateway.Sealing;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Features;

namespace Lethe.Gateway.Sessions;

/// <summary>The session that a request belongs to, from its verified credential alone; the same for every request with that credential.</summary>
/// <param name="claims">What the credential says.</param>
/// <param name="grain">The session's grain: a reference, which says nothing about whether it lives.</param>
internal sealed class SessionContext(SessionClaims claims, ISessionGrain grain)
{
    /// <summary>Gets the session's id.</summary>
    public SessionId Id => claims.Id;

    /// <summary>Gets its policy class.</summary>
    public string PolicyClass => claims.PolicyClass;

    /// <summary>Gets when its credential expires.</summary>
    public DateTimeOffset ExpiresAt => claims.ExpiresAt;

    /// <summary>Gets its grain.</summary>
    public ISessionGrain Grain { get; } = grain;

    /// <summary>Gets its calls that have ended and whose grain has not been told yet.</summary>
    public EndedCalls Ended { get; } = new(grain);

    /// <summary>Tells in constant time whether a content key is this session's.</summary>
    /// <param name="key">The key that came with a request.</param>
    /// <returns>Whether it is.</returns>
    public bool Owns(ContentKey key) => key.Matches(Id, claims.KeyCommitment);
}

/// <summary>
/// Deny by default: every route that is not marked anonymous needs a valid session credential of this cell, and is refused from its headers
/// alone, before anything of the body is read. Whether the session still lives, its grain says.
/// </summary>
internal static class SessionRouting
{
    /// <summary>Says in the interface's description what the default is: a credential of this cell, or a refusal.</summary>
    /// <param name="group">Routes that work on a session.</param>
    /// <returns>The same.</returns>
    public static RouteGroupBuilder RequireSession(this RouteGroupBuilder group) =>
        group.ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status421MisdirectedRequest);

    /// <summary>Gets the request's session. Not on anonymous routes.</summary>
    /// <param name="context">The request.</param>
    /// <returns>The session.</returns>
    public static SessionContext GetSession(this HttpContext context) => context.Features.GetRequiredFeature<SessionContext>();

    /// <summary>Adds the middleware, after routing.</summary>
    /// <param name="app">The host.</param>
    public static void UseSessions(this WebApplication app) =>
        app.Use(
            async (context, next) =>
            {
                // What routing itself answers (404, 405, 415) is no RouteEndpoint and reads nothing.
                if (context.GetEndpoint() is not RouteEndpoint route || route.Metadata.GetMetadata<IAllowAnonymous>() is not null)
                {
                    await next(context);
                    return;
                }
                const string Scheme = "Bearer ";
                string? header = context.Request.Headers.Authorization;
                if (header is null || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
                {
                    await Problems.CredentialRequired.ExecuteAsync(context);
                    return;
                }
                SessionCredentials credentials = app.Services.GetRequiredService<SessionCredentials>();
                Outcome<SessionContext> outcome = await credentials.VerifyAsync(header[Scheme.Length..].Trim());
                if (!outcome.Try(out SessionContext? session, out Problem? refusal))
                {
                    await refusal.ExecuteAsync(context);
                    return;
                }
                context.Features.Set(session);
                await next(context);
            }
        );
}
