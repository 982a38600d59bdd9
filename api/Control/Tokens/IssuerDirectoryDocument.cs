using Lethe.Contracts.Tokens;
using Lethe.Control.Hosting;
using Lethe.PrivacyPass;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Tokens;

/// <summary>The published keys, the same bytes for everybody.</summary>
/// <param name="grains">The records silos.</param>
/// <param name="options">This Control's address.</param>
/// <param name="clock">The clock.</param>
internal sealed class IssuerDirectoryDocument(IGrainFactory grains, IOptions<ControlOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(5);
    private Document? last;

    /// <summary>Gives the document.</summary>
    /// <param name="cancellationToken">Observed.</param>
    /// <returns>The JSON, and for how long it may be kept: 1 minute, or until the epoch ends.</returns>
    public async Task<(byte[] Json, TimeSpan MaxAge)> GetAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset now = clock.GetUtcNow();
        if (Volatile.Read(ref last) is not { } document || now >= document.KeptUntil)
        {
            IssuerKeyList list = await grains.GetGrain<IIssuerDirectoryGrain>(IIssuerDirectoryGrain.Key).ListAsync(cancellationToken);
            DateTimeOffset keptUntil = now + Kept;
            document = new(Write(list), list.EpochEndsAt < keptUntil ? list.EpochEndsAt : keptUntil, list.EpochEndsAt);
            Volatile.Write(ref last, document);
        }
        TimeSpan left = document.EpochEndsAt - now;
        return (
            document.Json,
            left < TimeSpan.Zero ? TimeSpan.Zero
            : left < Longest ? left
            : Longest
        );
    }

    private byte[] Write(IssuerKeyList list)
    {
        List<IssuerDirectoryKey> keys = [];
        try
        {
            foreach (IssuerKey key in list.Keys)
            {
                if (!TokenKey.TryParse(key.Spki.Span, out TokenKey? parsed))
                {
                    throw new InvalidOperationException("A stored issuing key is damaged.");
                }
                keys.Add(new(parsed, DateTimeOffset.FromUnixTimeSeconds(key.NotBefore), key.PolicyClass.Name));
            }
            return new IssuerDirectory($"{options.Value.PublicUrl.TrimEnd('/')}/token-request", keys).ToJson();
        }
        finally
        {
            keys.ForEach(entry => entry.Key.Dispose());
        }
    }

    private sealed record Document(byte[] Json, DateTimeOffset KeptUntil, DateTimeOffset EpochEndsAt);
}
