using System.Collections.Immutable;
using System.Security.Cryptography;
using Lethe.Contracts.Tenants;
using Lethe.Contracts.Tokens;
using Lethe.Records.Storage;
using Microsoft.Extensions.Options;

namespace Lethe.Records.Tokens;

/// <inheritdoc cref="IIssuerDirectoryGrain"/>
[GrainType("issuer-directory")]
internal sealed class IssuerDirectoryGrain(
    [PersistentState("issuer-directory", StorageNames.Records)] IPersistentState<IssuerDirectoryState> stored,
    IGrainFactory grains,
    TimeProvider clock,
    IOptions<CellOptions> cell,
    IOptions<TokenOptions> options
) : Grain, IIssuerDirectoryGrain, IRemindable
{
    private const string EpochEnd = "epoch-end";
    private static readonly TimeSpan MostOften = TimeSpan.FromMinutes(1); // Orleans allows no shorter period
    private static readonly TimeSpan LeastOften = TimeSpan.FromHours(1);
    private IssuerKeyList? live;

    /// <inheritdoc/>
    public async Task<IssuerKeyList> ListAsync(CancellationToken cancellationToken)
    {
        long epoch = options.Value.EpochAt(clock.GetUtcNow());
        if (live?.Epoch != epoch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            live = await TurnAsync(epoch);
        }
        return live;
    }

    /// <inheritdoc/>
    public Task ReceiveReminder(string reminderName, TickStatus status) => ListAsync(CancellationToken.None);

    private async Task<IssuerKeyList> TurnAsync(long epoch)
    {
        List<StoredIssuerKey> keys = [.. stored.State.Keys];
        foreach (PolicyClass policyClass in cell.Value.Classes)
        {
            for (long wanted = epoch; wanted <= epoch + 1; wanted++)
            {
                if (!keys.Exists(key => key.PolicyClass == policyClass.Name && key.Epoch == wanted))
                {
                    byte[] avoid = [.. keys.Select(key => SHA256.HashData(key.Spki)[^1])];
                    IssuerKey made = await grains
                        .GetGrain<IIssuerKeyGrain>(IssuerKeys.Of(policyClass, wanted))
                        .CreateAsync(avoid, CancellationToken.None);
                    keys.Add(new(policyClass.Name, wanted, made.NotBefore, made.Spki.ToArray(), made.Handle, made.AccountHandle));
                }
            }
        }
        // Also those whose list was lost on the way: retiring twice changes nothing.
        foreach (StoredIssuerKey over in keys.Where(key => key.Epoch < epoch && !key.Retired).ToList())
        {
            if (PolicyClass.TryParse(over.PolicyClass, out PolicyClass policyClass))
            {
                await grains.GetGrain<IIssuerKeyGrain>(IssuerKeys.Of(policyClass, over.Epoch)).RetireAsync(CancellationToken.None);
            }
            keys[keys.IndexOf(over)] = over with { Retired = true };
        }
        keys.RemoveAll(key => key.Epoch < epoch - TokenOptions.RedeemableEpochs);
        await stored.CommitAsync(new IssuerDirectoryState { Keys = [.. keys] });

        DateTimeOffset endsAt = options.Value.StartOf(epoch + 1);
        TimeSpan left = endsAt - clock.GetUtcNow();
        TimeSpan length = TimeSpan.FromSeconds(options.Value.EpochSeconds);
        TimeSpan period =
            length < MostOften ? MostOften
            : length > LeastOften ? LeastOften
            : length;
        await this.RegisterOrUpdateReminder(EpochEnd, left < period ? left : period, period);
        return new(
            [.. keys.OrderBy(key => key.PolicyClass, StringComparer.Ordinal).ThenBy(key => Rank(key.Epoch - epoch)).Select(Read)],
            epoch,
            endsAt
        );
    }

    // The current key is preferred, then the next, then the previous ones.
    private static long Rank(long distance) => distance >= 0 ? distance : 1 - distance;

    private static IssuerKey Read(StoredIssuerKey key) =>
        PolicyClass.TryParse(key.PolicyClass, out PolicyClass policyClass)
            ? new(policyClass, key.Epoch, key.NotBefore, key.Spki, SHA256.HashData(key.Spki), key.Handle, key.AccountHandle, key.Retired)
            : throw new InvalidOperationException("No class.");
}

/// <summary>The live keys of a cell.</summary>
[GenerateSerializer, Immutable, Alias("issuer-directory-state")]
internal sealed record IssuerDirectoryState
{
    [Id(0)]
    public ImmutableArray<StoredIssuerKey> Keys { get; init; } = [];
}

/// <summary>A live key: public half and names only.</summary>
[GenerateSerializer, Immutable, Alias("stored-issuer-key")]
internal sealed record StoredIssuerKey(
    [property: Id(0)] string PolicyClass,
    [property: Id(1)] long Epoch,
    [property: Id(2)] long NotBefore,
    [property: Id(3)] byte[] Spki,
    [property: Id(4)] string Handle,
    [property: Id(5)] string AccountHandle
)
{
    [Id(6)]
    public bool Retired { get; init; }
}
