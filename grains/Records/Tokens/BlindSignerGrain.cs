using Lethe.Contracts.Tenants;
using Lethe.Contracts.Tokens;
using Lethe.PrivacyPass;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;

namespace Lethe.Records.Tokens;

/// <inheritdoc cref="IBlindSigner"/>
[StatelessWorker]
[GrainType("blind-signer")]
internal sealed partial class BlindSignerGrain(
    IGrainFactory grains,
    IssuerKeyRing ring,
    IOptions<CellOptions> cell,
    TimeProvider clock,
    ILogger<BlindSignerGrain> logger
) : Grain, IBlindSigner
{
    private const int MostAtOnce = 100;

    /// <inheritdoc/>
    public async Task<TenantResult> SignAsync(SignTokens command, CancellationToken cancellationToken)
    {
        Check(command.Requests.Count);
        ITenantGrain tenant = grains.GetGrain<ITenantGrain>(command.Tenant.GrainKey);
        TenantResult found = command.VisitorOf is { } issuer
            ? await tenant.VisitorAsync(command.Account, issuer, cancellationToken)
            : await tenant.MemberAsync(command.Account, cancellationToken);
        if (found is not (MemberFound or VisitorFound))
        {
            return found;
        }
        IssuerKeyList list = await ring.ListAsync(grains, cancellationToken);
        PolicyClass ofTenant = found is VisitorFound visitor ? visitor.PolicyClass : ((MemberFound)found).PolicyClass;
        IssuerKey? key = Current(list, ofTenant) ?? Current(list, cell.Value.Classes[0]);
        if (
            key is null
            || await ring.LoadAsync(key, list.EpochEndsAt, cancellationToken) is not { } secret
            || secret.QuotaKey(command.Account) is not { } quotaKey
        )
        {
            return new TokensRefused(TokensRefusal.UnknownKey, 0);
        }
        int[] signable = [.. Enumerable.Range(0, command.Requests.Count).Where(index => IsFor(key, command.Requests[index]))];
        if (signable.Length == 0)
        {
            return new TokensRefused(TokensRefusal.UnknownKey, 0, key.PolicyClass);
        }
        TenantResult reserved = await tenant.ReserveTokensAsync(
            new(command.Account, list.Epoch, signable.Length, command.VisitorOf),
            cancellationToken
        );
        if (reserved is not TokensReserved held)
        {
            return reserved;
        }
        (int drawn, bool first) = await grains
            .GetGrain<IQuotaGrain>(quotaKey)
            .DrawAsync(held.Count, held.PerAccount, list.EpochEndsAt, CancellationToken.None);
        if (first && cell.Value.OwnerOf(ofTenant) is not null)
        {
            await tenant.CountDrawerAsync(list.Epoch, CancellationToken.None);
        }
        if (drawn < held.Count)
        {
            await tenant.ReleaseTokensAsync(list.Epoch, held.Count - drawn, CancellationToken.None);
        }
        if (drawn == 0)
        {
            return new TokensRefused(
                TokensRefusal.AccountQuotaSpent,
                Math.Max(1, (int)(list.EpochEndsAt - clock.GetUtcNow()).TotalSeconds)
            );
        }
        return Sign(command, secret, signable.AsSpan(0, drawn));
    }

    private static void Check(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MostAtOnce);
    }

    private static IssuerKey? Current(IssuerKeyList list, PolicyClass policyClass) =>
        list.Keys.FirstOrDefault(key => key.PolicyClass == policyClass && key.Epoch == list.Epoch);

    private static bool IsFor(IssuerKey key, BlindedMessage request) =>
        request.TruncatedKeyId == key.TruncatedKeyId && request.Message.Length == BlindRsaToken.SignatureBytes;

    private TenantResult Sign(SignTokens command, LoadedIssuerKey secret, ReadOnlySpan<int> signable)
    {
        ReadOnlyMemory<byte>[] signatures = new ReadOnlyMemory<byte>[command.Requests.Count];
        int signed = 0;
        foreach (int index in signable)
        {
            if (secret.Sign(command.Requests[index].Message.Span) is { } signature)
            {
                signatures[index] = signature;
                signed++;
            }
        }
        LogSigned(signed);
        return signed == 0 ? new TokensRefused(TokensRefusal.Malformed, 0) : new TokensSigned(signatures, signed);
    }

    [LoggerMessage(EventIds.TokensSigned, LogLevel.Debug, "{Count} tokens signed")]
    private partial void LogSigned(int count);
}
