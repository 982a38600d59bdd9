using System.Globalization;
using Lethe.Contracts.Directory;
using Lethe.Contracts.Ledger;
using Lethe.Contracts.Tenants;
using Lethe.Records.Storage;
using Microsoft.Extensions.Logging;

namespace Lethe.Records.Tenants;

/// <content>
/// A change of region. The old cell refuses from the first step on; the new one refuses until the old one has given the tenant
/// up durably and says so. Whatever stops in between, both refuse, and every step may be repeated.
/// </content>
internal sealed partial class TenantGrain
{
    private IMoveIndexGrain Index => grains.GetGrain<IMoveIndexGrain>(IMoveIndexGrain.Key);

    /// <inheritdoc/>
    public async Task<TenantResult> PrepareMoveAsync(PrepareMove command, CancellationToken cancellationToken)
    {
        if (State.Move is { } pending && pending.Id == Name(command.Id))
        {
            return Stands();
        }
        if (await ElsewhereAsync(cancellationToken) is { } route)
        {
            return route;
        }
        Role roles = State.RolesOf(command.Owner);
        if (Refusal(command, roles) is { } reason)
        {
            return new MoveRefused(reason);
        }
        cancellationToken.ThrowIfCancellationRequested();
        await Index.AddAsync(Id, CancellationToken.None); // first, so that no pending move is ever forgotten
        await RecordAsync(LedgerEvent.RegionChangeRequested, command.Owner, command.To);
        await CommitPhaseAsync(
            new(Name(command.Id), command.To, State.Version + 1, MovePhase.Prepared, command.OwnerThere.Value, roles),
            State
        );
        return Stands();
    }

    /// <inheritdoc/>
    public async Task<TenantResult> PendingMoveAsync(CancellationToken cancellationToken)
    {
        if (State.Move is not null)
        {
            return Stands();
        }
        await Index.RemoveAsync(Id, cancellationToken); // within this turn: no move can begin meanwhile
        return new NoMove();
    }

    /// <inheritdoc/>
    public async Task<TenantResult> StepMoveAsync(UInt128 id, MoveStep step, CancellationToken cancellationToken)
    {
        if (State.Move is not { } move || move.Id != Name(id))
        {
            return new NoMove();
        }
        cancellationToken.ThrowIfCancellationRequested();
        switch (step, move.Phase)
        {
            case (MoveStep.Commit, MovePhase.Prepared):
                await RecordAsync(LedgerEvent.RegionChangeCommitted, actor: null, move.To);
                TenantState gone = new()
                {
                    Standing = TenantStanding.Elsewhere,
                    Region = move.To,
                    Version = move.Version,
                    Domains = State.Domains, // until the new cell serves
                    CancelledVersion = State.CancelledVersion,
                };
                await CommitPhaseAsync(move with { Phase = MovePhase.Committed }, gone);
                return Stands();
            case (MoveStep.Cancel, MovePhase.Prepared):
                await CommitPhaseAsync(move with { Phase = MovePhase.Cancelling }, State);
                return Stands();
            case (MoveStep.Resume, MovePhase.Cancelling):
                await RecordAsync(LedgerEvent.RegionChangeAbandoned, actor: null, cell.Value.Here);
                await stored.CommitAsync(State with { Move = null, Version = move.Version });
                return new NoMove();
            case (MoveStep.Finish, MovePhase.Committed):
                await stored.CommitAsync(State with { Move = null, Domains = [] });
                return new NoMove();
            case (MoveStep.Commit, MovePhase.Committed) or (MoveStep.Cancel, MovePhase.Cancelling):
                return Stands();
            default:
                return new MoveRefused(MoveRefusal.OutOfOrder);
        }
    }

    /// <inheritdoc/>
    public async Task<TenantResult> ArriveAsync(TenantTransfer transfer, CancellationToken cancellationToken)
    {
        if (transfer.Tenant != Id || transfer.To != cell.Value.Here || transfer.From == cell.Value.Here)
        {
            throw new ArgumentException("The transfer is for another cell or tenant.", nameof(transfer));
        }
        string name = Name(transfer.Id);
        if (State.Arrival?.Id == name || State.LastArrival == name)
        {
            return Arrived();
        }
        if (await IsSupersededAsync(transfer, cancellationToken))
        {
            return new MoveRefused(MoveRefusal.Superseded);
        }
        cancellationToken.ThrowIfCancellationRequested();
        if (transfer.Provider is { } provider && !await Issuers.ClaimAsync(Id, provider, CancellationToken.None))
        {
            return new MoveRefused(MoveRefusal.IssuerTaken);
        }
        await stored.CommitAsync(
            new TenantState
            {
                Standing = TenantStanding.Arriving,
                Region = cell.Value.Here,
                Version = transfer.Version,
                PolicyClass = cell.Value.Classes[0].Name,
                Domains = [.. transfer.Domains.Select(domain => domain.Value)],
                Members = [new(transfer.Owner.Value, transfer.OwnerRoles & Roles.OfTenants) { LastDraw = transfer.OwnerLastDraw }],
                Quota = transfer.Quota is { } quota ? new(quota.PerAccount, quota.PerTenant) : null,
                Epoch = transfer.Epoch,
                Drawn = transfer.Drawn,
                Arrival = new(name, transfer.From),
                IdentityProvider = transfer.Provider,
                CancelledVersion = State.CancelledVersion,
            }
        );
        return Arrived();
    }

    /// <inheritdoc/>
    public async Task<TenantResult> EndArrivalAsync(UInt128 id, long version, bool serve, CancellationToken cancellationToken)
    {
        string name = Name(id);
        cancellationToken.ThrowIfCancellationRequested();
        if (State.LastArrival == name)
        {
            return serve ? new ArrivalEnded(Serving: true, State.Version, Domains()) : new MoveRefused(MoveRefusal.OutOfOrder);
        }
        bool pending = State.Arrival?.Id == name && State.Version == version;
        if (serve)
        {
            if (!pending)
            {
                return new MoveRefused(MoveRefusal.OutOfOrder);
            }
            await RecordAsync(LedgerEvent.RegionChangeArrived, actor: null, cell.Value.Here);
            await stored.CommitAsync(State with { Standing = TenantStanding.Here, Arrival = null, LastArrival = name });
            LogArrived(version);
            return new ArrivalEnded(Serving: true, State.Version, Domains());
        }
        if (pending)
        {
            await stored.CommitAsync(
                new TenantState
                {
                    Standing = TenantStanding.Elsewhere,
                    Region = State.Arrival!.From,
                    Version = version - 1,
                    CancelledVersion = Math.Max(State.CancelledVersion, version),
                }
            );
        }
        else if (State.CancelledVersion < version && State.Standing is not TenantStanding.Here)
        {
            await stored.CommitAsync(State with { CancelledVersion = version }); // a late arrival of this move is refused
        }
        if (State.Standing is not TenantStanding.Here)
        {
            await Issuers.ReleaseAsync(Id, CancellationToken.None);
        }
        return new ArrivalEnded(Serving: false, State.Version, []);
    }

    private MoveRefusal? Refusal(PrepareMove command, Role roles) =>
        command switch
        {
            _ when !roles.HasFlag(Role.Owner) => MoveRefusal.NotOwner,
            _ when command.To == cell.Value.Here => MoveRefusal.SameRegion,
            _ when State.HasDataBeside(command.Owner) => MoveRefusal.HasData,
            _ => null,
        };

    private async Task<bool> IsSupersededAsync(TenantTransfer transfer, CancellationToken cancellationToken)
    {
        if (State.Standing is TenantStanding.Here || State.Move is not null || transfer.Version <= State.CancelledVersion)
        {
            return true;
        }
        if (State.Version >= transfer.Version)
        {
            return true;
        }
        DirectoryRecord? record = await Directory.FindAsync(cancellationToken);
        return record is not null && record.Version >= transfer.Version;
    }

    private Task CommitPhaseAsync(StoredMove move, TenantState next)
    {
        LogMove(move.Phase, move.Version);
        return stored.CommitAsync(next with { Move = move });
    }

    private TenantArrived Arrived() => new(State.Version, Domains());

    private DomainId[] Domains() =>
        [
            .. State.Domains.Select(text =>
                DomainId.TryParse(text, out DomainId domain) ? domain : throw new InvalidOperationException("No domain.")
            ),
        ];

    private MoveStands Stands()
    {
        StoredMove move = State.Move ?? throw new InvalidOperationException("No move.");
        if (!AccountId.TryParse(move.OwnerThere, out AccountId owner))
        {
            throw new InvalidOperationException("No account.");
        }
        TokenQuota? quota = State.Quota is { } own ? new(own.PerAccount, own.PerTenant) : null;
        return new(
            move.Phase,
            new(
                UInt128.Parse(move.Id, NumberStyles.HexNumber, CultureInfo.InvariantCulture),
                Id,
                cell.Value.Here,
                move.To,
                move.Version,
                Domains(),
                owner,
                move.OwnerRoles,
                quota,
                State.Epoch,
                State.Drawn,
                State.Members.Length == 1 ? State.Members[0].LastDraw : null, // the owner alone moves
                State.IdentityProvider
            )
        );
    }

    [LoggerMessage(EventIds.MovePhase, LogLevel.Information, "A change of region is {Phase}: version {Version}")]
    private partial void LogMove(MovePhase phase, long version);

    [LoggerMessage(EventIds.MoveArrived, LogLevel.Information, "A tenant has arrived: version {Version}")]
    private partial void LogArrived(long version);
}
