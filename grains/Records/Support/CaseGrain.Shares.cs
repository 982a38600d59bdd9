using System.Collections.Immutable;
using System.Security.Cryptography;
using Lethe.Contracts.Support;
using Lethe.Records.Storage;

namespace Lethe.Records.Support;

// The shares of a case: it names each of them before it exists, so that none outlives the case.
internal sealed partial class CaseGrain
{
    // Clocks differ: a wish that exceeds the limit by less than this is cut to the limit.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

    /// <inheritdoc/>
    public async Task<SupportResult> ConsentAsync(SupportOwner owner, DocumentConsent consent, CancellationToken cancellationToken)
    {
        if (Entry is not { } entry || entry.Owner != owner || !await access.HasKeyAsync(KeyHandle, cancellationToken))
        {
            return new SupportUnknown();
        }
        if (!consent.ShareDocument || !IsComplete(consent))
        {
            return new SupportRefused(SupportRefusal.NotConsented);
        }
        DateTimeOffset now = clock.GetUtcNow();
        DateTimeOffset limit = now + options.Value.MaxShareLifetime;
        DateTimeOffset wanted = consent.ExpiresAt ?? now + options.Value.ShareLifetime;
        if (wanted <= now || wanted > limit + ClockTolerance)
        {
            return new SupportRefused(SupportRefusal.ExpiryOutOfRange);
        }
        if (stored.State.Shares.Length >= options.Value.MaxSharesPerCase)
        {
            await PruneSharesAsync();
            if (stored.State.Shares.Length >= options.Value.MaxSharesPerCase)
            {
                return new SupportRefused(SupportRefusal.TooManyShares);
            }
        }

        SupportId share = SupportId.Create();
        DateTimeOffset expiresAt = Instants.Earlier(Instants.Earlier(wanted, limit), stored.State.ExpiresAt);
        cancellationToken.ThrowIfCancellationRequested(); // the last point at which nothing has happened
        await stored.CommitAsync(stored.State with { Shares = stored.State.Shares.Add(share.ToString()) });
        return await GrainFactory
            .GetGrain<IShareGrain>(share.ToGrainKey())
            .OfferAsync(new OfferShare(entry.Id, owner, consent, expiresAt), CancellationToken.None);
    }

    private static bool IsComplete(DocumentConsent consent) =>
        consent.TextVersion != default
        && consent.TextSha256.Length == SHA256.HashSizeInBytes
        && Enum.IsDefined(consent.TextLanguage)
        && Enum.IsDefined(consent.Purpose);

    // Shares never call their case (two grains that wait for each other would both time out), so the case asks.
    private async Task PruneSharesAsync()
    {
        SupportOwner owner = stored.State.ToOwner();
        ImmutableArray<string> open = stored.State.Shares;
        SupportResult[] answers = await Task.WhenAll(
            open.Select(share => GrainFactory.GetGrain<IShareGrain>($"s/{share}").DescribeAsync(owner, CancellationToken.None))
        );
        ImmutableArray<string> left = [.. open.Where((_, index) => answers[index] is ShareDescribed)];
        if (left.Length != open.Length)
        {
            await stored.CommitAsync(stored.State with { Shares = left });
        }
    }
}
