using System.Buffers.Text;
using System.Security.Cryptography;
using Lethe.Contracts;
using Lethe.Contracts.Sessions;
using Lethe.Gateway.Hosting;
using Lethe.Gateway.Models;
using Lethe.Gateway.Sealing;
using Lethe.PrivacyPass;
using Microsoft.Extensions.Options;

namespace Lethe.Gateway.Sessions;

/// <summary>Opens, shows, cancels and forgets sessions, and tells a client what it needs before.</summary>
internal static class SessionEndpoints
{
    private static readonly TimeSpan ChallengeMaxAge = TimeSpan.FromHours(1);
    private static readonly TimeSpan MirrorPatience = TimeSpan.FromSeconds(2);

    /// <summary>Maps the routes.</summary>
    /// <param name="endpoints">The host.</param>
    public static void MapSessions(this IEndpointRouteBuilder endpoints)
    {
        endpoints
            .MapGet("/.well-known/lethe", DescribeCellAsync)
            .AllowAnonymous()
            .WithTags("Cell")
            .WithSummary("Region, Control's URL and build of this cell.");
        endpoints
            .MapGet("/v1/token-challenge", ChallengeAsync)
            .AllowAnonymous()
            .WithTags("Sessions")
            .WithSummary("The one challenge for session tokens, and a mirror of the issuer's keys.");
        endpoints
            .MapPost("/v1/sessions", OpenAsync)
            .AllowAnonymous() // its credential is the token
            .WithTags("Sessions")
            .WithSummary("Opens a session for one token. Takes no body.")
            .Produces(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status421MisdirectedRequest);
        RouteGroupBuilder session = endpoints.MapGroup("/v1").WithTags("Sessions").RequireSession();
        session
            .MapGet("/session", (Delegate)DescribeAsync) // a Delegate, so that OpenAPI sees it
            .WithSummary("The state of my session, without content.")
            .ProducesProblem(StatusCodes.Status410Gone);
        session
            .MapDelete("/session", (Delegate)ForgetAsync)
            .WithSummary("Forgets my session now.")
            .ProducesProblem(StatusCodes.Status410Gone);
        session.MapPost("/session/cancel", (Delegate)CancelAsync).WithSummary("Stops the running turn and calls, wherever they run.");
        session.MapGet("/capabilities", CapabilitiesAsync).WithSummary("Actions, languages, limits and models of my policy class.");
    }

    private static Task DescribeCellAsync(HttpContext context, IOptions<CellsOptions> cells) =>
        JsonAnswer.WriteAsync(
            context,
            StatusCodes.Status200OK,
            json =>
            {
                json.WriteString("region"u8, cells.Value.Region!.Value.ToName());
                json.WriteString("controlUrl"u8, cells.Value.ControlUrl!.GetLeftPart(UriPartial.Authority));
                json.WriteString("build"u8, typeof(SessionEndpoints).Assembly.GetName().Version?.ToString());
            }
        );

    private static async Task ChallengeAsync(HttpContext context, IssuerKeys keys, SessionChallenge challenge)
    {
        await keys.RefreshAsync(MirrorPatience, context.RequestAborted);
        if (keys.OwnDirectory is not { } directory)
        {
            await Problems.IssuerKeysUnavailable.ExecuteAsync(context);
            return;
        }
        await JsonAnswer.WriteAsync(
            context,
            StatusCodes.Status200OK,
            json =>
            {
                json.WriteString("challenge"u8, Base64Url.EncodeToString(challenge.Value.Bytes.Span));
                json.WriteString("directory"u8, Base64Url.EncodeToString(directory.Span)); // the very bytes, for comparison
                json.WriteNumber("redeemableSeconds"u8, (long)keys.RedeemableFor.TotalSeconds);
            }
        );
    }

    private static async Task OpenAsync(
        HttpContext context,
        TokenRedemption redemption,
        SessionCredentials credentials,
        IssuerKeys keys,
        SessionChallenge challenge,
        GatewayMetrics metrics
    )
    {
        Outcome<OpenedSession> outcome = await redemption.OpenAsync(context.Request, context.RequestAborted);
        if (!outcome.Try(out OpenedSession? opened, out Problem? refusal))
        {
            metrics.SessionAttempted(refusal.Code);
            string? authenticate =
                refusal.Status == StatusCodes.Status401Unauthorized && keys.Preferred is { } preferred
                    ? PrivateTokenHeader.FormatChallenge(challenge.Value, preferred.Key, ChallengeMaxAge)
                    : null;
            await (refusal with { Authenticate = authenticate }).ExecuteAsync(context);
            return;
        }
        metrics.SessionAttempted("opened");
        using ContentKey key = opened.Key;
        byte[] written = GC.AllocateArray<byte>(ContentKey.WrittenSize, pinned: true);
        key.Write(written);
        try
        {
            await JsonAnswer.WriteAsync(
                context,
                StatusCodes.Status201Created,
                json =>
                {
                    json.WriteString("id"u8, opened.Id.ToString());
                    json.WriteString("credential"u8, credentials.Issue(opened.Id, opened.Class.Name, opened.ExpiresAt, key));
                    json.WriteString("contentKey"u8, written);
                    json.WriteString("region"u8, opened.Region.ToName());
                    json.WriteString("policyClass"u8, opened.Class.Name);
                    json.WriteString("expiresAt"u8, opened.ExpiresAt);
                    json.WriteNumber("idleSeconds"u8, opened.IdleSeconds);
                    json.WriteStartObject("limits"u8);
                    Limits.Write(json, opened.Class.Limits);
                    json.WriteEndObject();
                }
            );
        }
        finally
        {
            CryptographicOperations.ZeroMemory(written);
        }
    }

    private static async Task DescribeAsync(HttpContext context)
    {
        await context.GetSession().Ended.TellAsync();
        if (await context.GetSession().Grain.DescribeAsync(context.RequestAborted) is not SessionDescribed described)
        {
            await Problems.SessionGone.ExecuteAsync(context);
            return;
        }
        await JsonAnswer.WriteAsync(
            context,
            StatusCodes.Status200OK,
            json =>
            {
                json.WriteString("id"u8, context.GetSession().Id.ToString());
                json.WriteString("expiresAt"u8, described.ExpiresAt);
                json.WriteString("idleExpiresAt"u8, described.IdleExpiresAt);
                json.WriteNumber("documents"u8, described.Documents);
                json.WriteNumber("turns"u8, described.Turns);
                json.WriteNumber("sealedBytes"u8, described.SealedBytes);
                json.WriteNumber("revision"u8, described.Revision);
                json.WriteNumber("budgetTokens"u8, described.BudgetTokens);
                json.WriteBoolean("turnRunning"u8, described.TurnRunning);
                json.WriteNumber("callsRunning"u8, described.CallsRunning);
            }
        );
    }

    private static async Task ForgetAsync(HttpContext context)
    {
        await context.GetSession().Ended.TellAsync();
        if (await context.GetSession().Grain.ForgetAsync(CancellationToken.None) is not SessionForgotten forgotten)
        {
            await Problems.SessionGone.ExecuteAsync(context);
            return;
        }
        await JsonAnswer.WriteAsync(
            context,
            StatusCodes.Status200OK,
            json =>
            {
                json.WriteBoolean("forgotten"u8, value: true);
                json.WriteNumber("documents"u8, forgotten.Documents);
                json.WriteNumber("turns"u8, forgotten.Turns);
                json.WriteNumber("sealedBytes"u8, forgotten.SealedBytes);
            }
        );
    }

    private static async Task CancelAsync(HttpContext context)
    {
        await context.GetSession().Ended.TellAsync();
        if (await context.GetSession().Grain.CancelAsync(context.RequestAborted) is not LeasesCancelled cancelled)
        {
            await Problems.SessionGone.ExecuteAsync(context);
            return;
        }
        await JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, json => json.WriteNumber("cancelled"u8, cancelled.Leases));
    }

    private static async Task CapabilitiesAsync(HttpContext context, IModelRoutes routes)
    {
        if (routes.FindClass(context.GetSession().PolicyClass) is not { } policyClass)
        {
            await Problems.PolicyClassClosed.ExecuteAsync(context);
            return;
        }
        await JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, json => Limits.WriteCapabilities(json, policyClass));
    }
}
