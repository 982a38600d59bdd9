using Lethe.Contracts.Sessions;
using Lethe.Gateway.Sealing;
using Microsoft.AspNetCore.Http.Features;

namespace Lethe.Gateway.Sessions;

/// <summary>The session that a request belongs to, from its verified credential alone.</summary>
/// <param name="claims">What the credential says.</param>
/// <param name="grain">The session's grain.</param>
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

    /// <summary>Tells in constant time whether a content key is this session's.</summary>
    /// <param name="key">The key that came with a request.</param>
    /// <returns>Whether it is.</returns>
    public bool Owns(ContentKey key) => key.Matches(Id, claims.KeyCommitment);
}

/// <summary>Marks routes that need a session credential.</summary>
internal sealed class SessionRequired;

/// <summary>Reads the credential of routes that need one, before anything of the body is read.</summary>
internal static class SessionRouting
{
    /// <summary>Marks routes as needing a session credential.</summary>
    /// <typeparam name="TBuilder">A route or a group.</typeparam>
    /// <param name="builder">The route or group.</param>
    /// <returns>The same.</returns>
    public static TBuilder RequireSession<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new SessionRequired());

    /// <summary>Gets the request's session. Only on routes that require one.</summary>
    /// <param name="context">The request.</param>
    /// <returns>The session.</returns>
    public static SessionContext GetSession(this HttpContext context) => context.Features.GetRequiredFeature<SessionContext>();

    /// <summary>Adds the middleware, after routing.</summary>
    /// <param name="app">The host.</param>
    public static void UseSessions(this WebApplication app) =>
        app.Use(
            async (context, next) =>
            {
                if (context.GetEndpoint()?.Metadata.GetMetadata<SessionRequired>() is null)
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
                SessionCredentials credentials = context.RequestServices.GetRequiredService<SessionCredentials>();
                Outcome<SessionClaims> outcome = await credentials.VerifyAsync(header[Scheme.Length..].Trim());
                if (!outcome.Try(out SessionClaims? claims, out Problem? refusal))
                {
                    await refusal.ExecuteAsync(context);
                    return;
                }
                IGrainFactory grains = context.RequestServices.GetRequiredService<IGrainFactory>();
                context.Features.Set(new SessionContext(claims, grains.GetGrain<ISessionGrain>(claims.Id.ToString())));
                await next(context);
            }
        );
}
