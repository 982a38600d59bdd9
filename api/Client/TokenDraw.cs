using System.Collections.Immutable;
using System.Net.Http.Headers;
using Lethe.PrivacyPass;

namespace Lethe.Client;

/// <summary>What a draw brought.</summary>
/// <param name="Tokens">The tokens.</param>
/// <param name="PolicyClass">Their class.</param>
/// <param name="EpochEndsAt">When the epoch of their key ends.</param>
/// <param name="EpochLength">How long an epoch is.</param>
internal sealed record DrawnTokens(
    ImmutableArray<PooledToken> Tokens,
    string PolicyClass,
    DateTimeOffset EpochEndsAt,
    TimeSpan EpochLength
);

/// <summary>Draws tokens: the keys from both planes, then the blind signatures from the issuer.</summary>
internal sealed class TokenDraw(LetheClientOptions options, HttpClient identity, HttpClient mirror)
{
    // The next epoch's, the current and three earlier ones.
    private const int MaxKeysOfClass = 5;
    private const int RedeemableEpochs = 4;

    public async Task<DrawnTokens> DrawAsync(Cell cell, int count, string? policyClass, CancellationToken cancellationToken)
    {
        byte[] published = await identity.GetByteArrayAsync(new Uri(cell.ControlUrl, BlindRsaToken.DirectoryPath), cancellationToken);
        ContentKeys keys = await ReadMirrorAsync(cell, cancellationToken);
        if (!IssuerDirectory.TryParse(published, out IssuerDirectory? directory))
        {
            throw ProblemException.Of("answer_invalid", "The issuer's keys are malformed.");
        }
        if (!Agree(published, directory, keys))
        {
            throw ProblemException.Of(
                "issuer_keys_differ",
                "The Gateway's mirror does not know the keys that the issuer publishes. No token was drawn."
            );
        }
        string? wanted = options.PolicyClass ?? policyClass ?? directory.Keys.FirstOrDefault(IsInForce)?.PolicyClass;
        try
        {
            return await DrawAsync(cell, directory, keys, count, Current(directory, wanted), cancellationToken);
        }
        catch (ProblemException problem) when (problem.Code == "token_batch_refused" && problem.PolicyClass is { } told && told != wanted)
        {
            // The class of the tenant is another: with too few accounts, one of its own falls back to the shared one.
            return await DrawAsync(cell, directory, keys, count, Current(directory, told), cancellationToken);
        }
    }

    /// <summary>Reads what the content plane knows.</summary>
    public async Task<ContentKeys> ReadMirrorAsync(Cell cell, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = LetheClient.NewRequest(HttpMethod.Get, new Uri(cell.GatewayUrl, "/v1/token-challenge"));
        using HttpResponseMessage answer = await mirror.SendAsync(request, cancellationToken);
        await ProblemException.ThrowIfRefusedAsync(answer, cancellationToken);
        ChallengeTold told = await Answers.ReadAsync<ChallengeTold>(answer, cancellationToken);
        return
            PaddedBase64Url.TryDecode(told.Directory, IssuerDirectory.MaxBytes, out byte[]? mirrored)
            && IssuerDirectory.TryParse(mirrored, out IssuerDirectory? keys)
            && PaddedBase64Url.TryDecode(told.Challenge, TokenChallenge.MaxBytes, out byte[]? encoded)
            && TokenChallenge.TryParse(encoded, out TokenChallenge? challenge)
            && challenge.RedemptionContext.IsEmpty // one of its own would tie each token to the moment it was drawn
            && told.RedeemableSeconds > 0
            ? new(challenge, mirrored, keys, TimeSpan.FromSeconds(told.RedeemableSeconds))
            : throw ProblemException.Of("answer_invalid", "The Gateway's mirror of the keys, or the challenge, is malformed.");
    }

    // The bytes are equal but for a moment: at a change of epoch, or when an epoch was closed, the mirror is one fetch behind. Then it may
    // lack keys that have not begun, and may still have some that are gone. A key in force that it does not know, or knows otherwise,
    // could be one that was made for one person, and stops the draw.
    private bool Agree(byte[] published, IssuerDirectory directory, ContentKeys keys) =>
        directory.Keys.GroupBy(key => key.PolicyClass, StringComparer.Ordinal).All(IsOrdinary)
        && (
            published.AsSpan().SequenceEqual(keys.Bytes)
            || (
                directory.IssuerRequestUri == keys.Directory.IssuerRequestUri
                && directory.Keys.All(key =>
                    keys.Directory.Find(key.Key.Id.Span) is { } seen
                        ? seen.PolicyClass == key.PolicyClass && seen.NotBefore == key.NotBefore
                        : !IsInForce(key)
                )
            )
        );

    // One key per epoch, and few.
    private static bool IsOrdinary(IEnumerable<IssuerDirectoryKey> keysOfClass)
    {
        DateTimeOffset[] begins = [.. keysOfClass.Select(key => key.NotBefore)];
        return begins.Length <= MaxKeysOfClass && begins.Distinct().Count() == begins.Length;
    }

    private bool IsInForce(IssuerDirectoryKey key) => key.NotBefore <= options.Clock.GetUtcNow();

    private IssuerDirectoryKey Current(IssuerDirectory directory, string? policyClass) =>
        (policyClass is null ? null : directory.Current(policyClass, options.Clock.GetUtcNow()))
        ?? throw ProblemException.Of("no_issuing_key", "The issuer publishes no key that is in force.");

    private async Task<DrawnTokens> DrawAsync(
        Cell cell,
        IssuerDirectory directory,
        ContentKeys keys,
        int count,
        IssuerDirectoryKey current,
        CancellationToken cancellationToken
    )
    {
        List<PendingToken> pending = [.. Enumerable.Range(0, count).Select(_ => BlindingClient.Prepare(keys.Challenge, current.Key))];
        IReadOnlyList<byte[]?> signatures = await RequestAsync(cell, directory, pending, cancellationToken);
        DateTimeOffset expiresAt = current.NotBefore + keys.RedeemableFor;
        TimeSpan epochLength = keys.RedeemableFor / RedeemableEpochs;
        DateTimeOffset epochEndsAt = current.NotBefore + epochLength;
        ImmutableArray<PooledToken>.Builder drawn = ImmutableArray.CreateBuilder<PooledToken>();
        for (int i = 0; i < count; i++)
        {
            if (signatures[i] is { } signature)
            {
                drawn.Add(
                    pending[i].TryFinish(signature, out Token? token)
                        ? new(token, epochEndsAt, expiresAt)
                        : throw ProblemException.Of("issuer_keys_differ", "The issuer signed with another key than it publishes.")
                );
            }
        }
        return new(drawn.ToImmutable(), current.PolicyClass, epochEndsAt, epochLength);
    }

    private async Task<IReadOnlyList<byte[]?>> RequestAsync(
        Cell cell,
        IssuerDirectory directory,
        List<PendingToken> pending,
        CancellationToken cancellationToken
    )
    {
        Uri issuer = new(new Uri(cell.ControlUrl, BlindRsaToken.DirectoryPath), directory.IssuerRequestUri);
        if (issuer.Authority != cell.ControlUrl.Authority || issuer.Scheme != Uri.UriSchemeHttps)
        {
            throw ProblemException.Of("answer_invalid", "The issuer sends token requests to another host.");
        }
        using HttpRequestMessage request = LetheClient.NewRequest(HttpMethod.Post, issuer);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await options.AccessToken(cancellationToken));
        request.Content = new ByteArrayContent(TokenBatch.EncodeRequest([.. pending.Select(token => token.Request)]));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(BlindRsaToken.BatchRequestMediaType);
        using HttpResponseMessage answer = await identity.SendAsync(request, cancellationToken);
        await ProblemException.ThrowIfRefusedAsync(answer, cancellationToken);
        byte[] body = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        return TokenBatch.TryParseResponse(body, pending.Count, out IReadOnlyList<byte[]?>? signatures)
            ? signatures
            : throw ProblemException.Of("answer_invalid", "The issuer's answer is malformed.");
    }

    private sealed record ChallengeTold(string Challenge, string Directory, long RedeemableSeconds);
}

/// <summary>What the content plane knows of the issuer.</summary>
/// <param name="Challenge">The one challenge.</param>
/// <param name="Bytes">The directory as it was fetched.</param>
/// <param name="Directory">The same, read.</param>
/// <param name="RedeemableFor">How long after its key began a token is redeemable: four epochs.</param>
internal sealed record ContentKeys(TokenChallenge Challenge, byte[] Bytes, IssuerDirectory Directory, TimeSpan RedeemableFor);
