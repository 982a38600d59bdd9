using System.Collections.Immutable;
using System.Security.Cryptography;
using Lethe.Contracts;
using Lethe.Contracts.Tenants;
using Lethe.Contracts.Tokens;
using Lethe.Records.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Lethe.Records.Tokens;

/// <inheritdoc cref="IIssuerDirectoryGrain"/>
/// <remarks>
/// A key is planned durably before its pair is made, and off the list durably before its pair is destroyed: whatever a crash
/// leaves, the next turn knows of every private key there may be. <see cref="EpochTurn"/> sees to it that turns are on time.
/// </remarks>
[GrainType("issuer-directory")]
internal sealed partial class IssuerDirectoryGrain(
    [PersistentState("issuer-directory", StorageNames.Records)] IPersistentState<IssuerDirectoryState> stored,
    IGrainFactory grains,
    TimeProvider clock,
    IOptions<CellOptions> cell,
    IOptions<TokenOptions> options,
    ILogger<IssuerDirectoryGrain> logger
) : Grain, IIssuerDirectoryGrain
{
    private IssuerKeyList? live;

    private IssuerDirectoryState State => stored.State;

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
    public async Task<bool> CloseEpochAsync(PolicyClass policyClass, long epoch, CancellationToken cancellationToken)
    {
        IssuerKeyList list = await ListAsync(cancellationToken);
        if (State.Keys.FirstOrDefault(key => key.PolicyClass == policyClass.Name && key.Epoch == epoch) is not { } closed)
        {
            return false;
        }
        cancellationToken.ThrowIfCancellationRequested(); // the last point at which nothing has happened
        live = null;
        IssuerDirectoryState without = State with { Keys = State.Keys.Remove(closed) };
        await stored.CommitAsync(
            epoch < list.Epoch
                ? without
                : without with
                {
                    Planned = State.Planned.Add(new(closed.PolicyClass, epoch, closed.Generation + 1)),
                }
        );
        LogClosed(epoch);
        await ListAsync(CancellationToken.None); // destroys the private key and makes the next one
        return true;
    }

    private async Task<IssuerKeyList> TurnAsync(long epoch)
    {
        await PlanAsync(epoch);
        await RetireAsync(epoch);
        foreach (StoredPlan plan in State.Planned)
        {
            IssuerKey made = await KeyOf(plan.PolicyClass, plan.Epoch)
                .CreateAsync([.. State.Keys.Select(key => SHA256.HashData(key.Spki)[^1])], plan.Generation, CancellationToken.None);
            await stored.CommitAsync(
                State with
                {
                    Planned = State.Planned.Remove(plan),
                    Keys = State.Keys.Add(
                        new(plan.PolicyClass, plan.Epoch, made.NotBefore, made.Spki.ToArray(), made.Handle, made.AccountHandle)
                        {
                            Generation = plan.Generation,
                        }
                    ),
                }
            );
        }
        return new(
            [.. State.Keys.OrderBy(key => key.PolicyClass, StringComparer.Ordinal).ThenBy(key => Rank(key.Epoch - epoch)).Select(Read)],
            epoch,
            options.Value.StartOf(epoch + 1)
        );
    }

    private async Task PlanAsync(long epoch)
    {
        List<StoredPlan> planned = [.. State.Planned];
        void Want(PolicyClass policyClass, long wanted)
        {
            if (
                !State.Keys.Any(key => key.PolicyClass == policyClass.Name && key.Epoch == wanted)
                && !planned.Exists(plan => plan.PolicyClass == policyClass.Name && plan.Epoch == wanted)
            )
            {
                planned.Add(new(policyClass.Name, wanted, 0));
            }
        }
        foreach (PolicyClass policyClass in cell.Value.Classes)
        {
            Want(policyClass, epoch);
            Want(policyClass, epoch + 1);
        }
        if (State.OwnDecidedEpoch != epoch) // once: a class that changed within an epoch would renew its accounts' quotas
        {
            foreach ((PolicyClass policyClass, TenantId tenant) in cell.Value.Own)
            {
                if (await DrawersAsync(tenant, epoch - 1) >= TokenOptions.OwnClassAccounts)
                {
                    Want(policyClass, epoch);
                }
            }
        }
        if (planned.Count > State.Planned.Length || State.OwnDecidedEpoch != epoch)
        {
            await stored.CommitAsync(State with { Planned = [.. planned], OwnDecidedEpoch = epoch });
        }
    }

    // Fails closed: a tenant that does not answer gets the shared class.
    private async Task<int> DrawersAsync(TenantId tenant, long epoch)
    {
        try
        {
            return await grains.GetGrain<ITenantGrain>(tenant.GrainKey).DrawersAsync(epoch, CancellationToken.None);
        }
        catch (Exception fault) when (fault is GrainFault or OrleansException or TimeoutException)
        {
            LogOwnClassUnknown(fault.GetType().Name);
            return 0;
        }
    }

    private async Task RetireAsync(long epoch)
    {
        // Also those that were planned only, or whose retirement was not confirmed: retiring twice changes nothing.
        IEnumerable<(string PolicyClass, long Epoch)> over =
        [
            .. State.Keys.Where(key => key.Epoch < epoch && !key.Retired).Select(key => (key.PolicyClass, key.Epoch)),
            .. State.Planned.Where(plan => plan.Epoch < epoch).Select(plan => (plan.PolicyClass, plan.Epoch)),
        ];
        foreach ((string policyClass, long ended) in over)
        {
            await KeyOf(policyClass, ended).RetireAsync(CancellationToken.None);
        }
        if (over.Any() || State.Keys.Any(key => key.Epoch < epoch - TokenOptions.RedeemableEpochs))
        {
            await stored.CommitAsync(
                State with
                {
                    Planned = State.Planned.RemoveAll(plan => plan.Epoch < epoch),
                    Keys =
                    [
                        .. State
                            .Keys.Where(key => key.Epoch >= epoch - TokenOptions.RedeemableEpochs)
                            .Select(key => key with { Retired = key.Epoch < epoch }),
                    ],
                }
            );
        }
    }

    private IIssuerKeyGrain KeyOf(string name, long epoch) =>
        PolicyClass.TryParse(name, out PolicyClass policyClass)
            ? grains.GetGrain<IIssuerKeyGrain>(IssuerKeys.Of(policyClass, epoch))
            : throw new InvalidOperationException("No class.");

    // The current key is preferred, then the next, then the previous ones.
    private static long Rank(long distance) => distance >= 0 ? distance : 1 - distance;

    private static IssuerKey Read(StoredIssuerKey key) =>
        PolicyClass.TryParse(key.PolicyClass, out PolicyClass policyClass)
            ? new(
                policyClass,
                key.Epoch,
                key.NotBefore,
                key.Spki,
                SHA256.HashData(key.Spki),
                key.Handle,
                key.AccountHandle,
                key.Retired,
                key.Generation
            )
            : throw new InvalidOperationException("No class.");

    [LoggerMessage(EventIds.EpochClosed, LogLevel.Warning, "Epoch {Epoch} of a policy class is closed by the operator")]
    private partial void LogClosed(long epoch);

    [LoggerMessage(EventIds.OwnClassUnknown, LogLevel.Warning, "An own policy class stays closed, its tenant did not answer: {Fault}")]
    private partial void LogOwnClassUnknown(string fault);
}

/// <summary>The live keys of a cell.</summary>
[GenerateSerializer, Immutable, Alias("issuer-directory-state")]
internal sealed record IssuerDirectoryState
{
    [Id(0)]
    public ImmutableArray<StoredIssuerKey> Keys { get; init; } = [];

    /// <summary>Gets the keys that are to be made; their pairs may be there already.</summary>
    [Id(1)]
    public ImmutableArray<StoredPlan> Planned { get; init; } = [];

    /// <summary>Gets the epoch for which it is decided which tenants' own classes issue.</summary>
    [Id(2)]
    public long OwnDecidedEpoch { get; init; }
}

/// <summary>A key that is to be made.</summary>
[GenerateSerializer, Immutable, Alias("stored-key-plan")]
internal sealed record StoredPlan([property: Id(0)] string PolicyClass, [property: Id(1)] long Epoch, [property: Id(2)] int Generation);

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

    [Id(7)]
    public int Generation { get; init; }
}
