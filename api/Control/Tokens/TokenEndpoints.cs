using System.Diagnostics;
using Lethe.Contracts.Tenants;
using Lethe.Contracts.Tokens;
using Lethe.Control.Hosting;
using Lethe.Control.Identity;
using Lethe.Control.Identity.OpenId;
using Lethe.PrivacyPass;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Tokens;

/// <summary>Issuance of session tokens (RFC 9578, and generic batches of draft-ietf-privacypass-batched-tokens).</summary>
internal static class TokenEndpoints
{
    private const int MostAtOnce = 100;
    private const int LengthBytes = 4; // a QUIC variable-length integer for as much

    /// <summary>Maps the routes.</summary>
    /// <param name="endpoints">The host.</param>
    public static void MapTokens(this IEndpointRouteBuilder endpoints)
    {
        endpoints
            .MapGet(BlindRsaToken.DirectoryPath, DirectoryAsync)
            .AllowAnonymous()
            .WithTags("Tokens")
            .WithName("GetIssuerDirectory")
            .WithSummary("The issuing keys of this cell.");
        endpoints
            .MapPost("/token-request", IssueAsync)
            .WithMetadata(new OpenToVisitors())
            .WithMetadata(new RequiredScope(TokenScopes.Issue))
            .WithTags("Tokens")
            .WithName("RequestTokens")
            .WithSummary("Signs one blinded message, or a batch of up to 100.")
            .Accepts<byte[]>(BlindRsaToken.RequestMediaType, BlindRsaToken.BatchRequestMediaType)
            .Produces(StatusCodes.Status200OK, contentType: BlindRsaToken.ResponseMediaType)
            .Produces(StatusCodes.Status206PartialContent, contentType: BlindRsaToken.BatchResponseMediaType)
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status421MisdirectedRequest)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status429TooManyRequests);
    }

    private static async Task DirectoryAsync(HttpContext context, IssuerDirectoryDocument document)
    {
        (byte[] json, TimeSpan maxAge) = await document.GetAsync(context.RequestAborted);
        context.Response.ContentType = BlindRsaToken.DirectoryMediaType;
        context.Response.ContentLength = json.Length;
        context.Response.Headers.CacheControl = $"public, max-age={(int)maxAge.TotalSeconds}";
        await context.Response.BodyWriter.WriteAsync(json, context.RequestAborted);
    }

    private static async Task IssueAsync(
        HttpContext context,
        IGrainFactory grains,
        ControlMetrics metrics,
        IOptions<ControlOptions> options
    )
    {
        TenantContext tenant = await TenantContext.BindAsync(context);
        bool batch = context.Request.ContentType == BlindRsaToken.BatchRequestMediaType;
        if (!batch && context.Request.ContentType != BlindRsaToken.RequestMediaType)
        {
            await Problems.MediaTypeUnsupported.ExecuteAsync(context);
            return;
        }
        byte[]? body = await ReadAsync(
            context.Request,
            batch ? LengthBytes + (MostAtOnce * BlindRsaToken.RequestBytes) : BlindRsaToken.RequestBytes
        );
        if (Parse(body, batch) is not { } requests)
        {
            await Problems.TokenRequestInvalid.ExecuteAsync(context);
            return;
        }
        TenantResult result = await grains
            .GetGrain<IBlindSigner>(IBlindSigner.Key)
            .SignAsync(
                new(
                    tenant.Tenant,
                    tenant.Account,
                    [.. requests.Select(request => new BlindedMessage(request.TruncatedKeyId, request.BlindedMessage))],
                    tenant.VisitorOf
                ),
                context.RequestAborted
            );
        if (result is TokensSigned signed)
        {
            metrics.TokensIssued(signed.Drawn);
            await AnswerAsync(context.Response, signed, batch, context.RequestAborted);
            return;
        }
        Problem problem = result is TokensRefused refused ? Refusal(refused, batch) : TenantProblems.Of(result, options.Value);
        await problem.ExecuteAsync(context);
    }

    private static IReadOnlyList<TokenRequest>? Parse(byte[]? body, bool batch)
    {
        if (body is null)
        {
            return null;
        }
        if (batch)
        {
            return TokenBatch.TryParseRequest(body, MostAtOnce, out IReadOnlyList<TokenRequest>? requests) ? requests : null;
        }
        return TokenRequest.TryParse(body, out TokenRequest? request) ? [request] : null;
    }

    private static async Task AnswerAsync(HttpResponse response, TokensSigned signed, bool batch, CancellationToken cancellationToken)
    {
        byte[] body = batch
            ? TokenBatch.EncodeResponse([.. signed.Signatures.Select(signature => signature.IsEmpty ? null : signature.ToArray())])
            : signed.Signatures[0].ToArray();
        response.StatusCode = signed.Drawn == signed.Signatures.Count ? StatusCodes.Status200OK : StatusCodes.Status206PartialContent;
        response.ContentType = batch ? BlindRsaToken.BatchResponseMediaType : BlindRsaToken.ResponseMediaType;
        response.ContentLength = body.Length;
        await response.BodyWriter.WriteAsync(body, cancellationToken);
    }

    private static Problem Refusal(TokensRefused refused, bool batch) =>
        refused.Reason switch
        {
            TokensRefusal.AccountQuotaSpent => Problems.QuotaSpent with { RetryAfterSeconds = refused.RetryAfterSeconds },
            TokensRefusal.TenantQuotaSpent => Problems.TenantQuotaSpent with { RetryAfterSeconds = refused.RetryAfterSeconds },
            TokensRefusal.NotAllowed => Problems.RoleRequired,
            TokensRefusal.UnknownKey or TokensRefusal.Malformed => (batch ? Problems.TokenBatchRefused : Problems.TokenRequestInvalid) with
            {
                PolicyClass = refused.PolicyClass?.Name,
            },
            _ => throw new UnreachableException(),
        };

    // Null when the body is longer than it may be; its end is not awaited then.
    private static async Task<byte[]?> ReadAsync(HttpRequest request, int most)
    {
        byte[] buffer = new byte[most + 1];
        int length = await request.Body.ReadAtLeastAsync(
            buffer,
            buffer.Length,
            throwOnEndOfStream: false,
            request.HttpContext.RequestAborted
        );
        return length > most ? null : buffer[..length];
    }
}
