using System.Security.Cryptography;
using Lethe.Contracts;
using Lethe.Contracts.Directory;
using Lethe.Contracts.Tenants;
using Lethe.Control.Hosting;
using Lethe.Control.Identity;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Moves;

/// <summary>How a change of region stands after a step.</summary>
internal enum MoveProgress
{
    /// <summary>The old cell has no pending move: it is through, was given up, or never was.</summary>
    Done,

    /// <summary>A step was taken; the next one waits.</summary>
    Stepped,

    /// <summary>The other cell did not answer: to be tried again.</summary>
    Waiting,
}

/// <summary>
/// Drives changes of region from the old cell's side, one durable step at a time. Each step may be repeated by anybody at any
/// time: what counts is what the tenant's grains in both cells have stored.
/// </summary>
/// <param name="grains">The records silos.</param>
/// <param name="link">The way to other cells.</param>
/// <param name="signatures">Everybody's keys.</param>
/// <param name="accounts">Accounts of our own.</param>
/// <param name="control">This cell.</param>
/// <param name="metrics">Counts what is through.</param>
/// <param name="logger">For progress.</param>
internal sealed partial class MoveDriver(
    IGrainFactory grains,
    ICellLink link,
    CellSignatures signatures,
    MovedAccounts accounts,
    IOptions<ControlOptions> control,
    ControlMetrics metrics,
    ILogger<MoveDriver> logger
)
{
    /// <summary>Begins a change of region.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="caller">The acting owner.</param>
    /// <param name="to">The new region.</param>
    /// <param name="cancellationToken">Observed until the move is written.</param>
    /// <returns>Null when it has begun; otherwise why not, and nothing was changed.</returns>
    public async Task<Problem?> BeginAsync(TenantId tenant, Caller caller, Region to, CancellationToken cancellationToken)
    {
        if (control.Value.Cell(to)?.CellUrl is null)
        {
            return Problems.RegionNotAvailable;
        }
        string question = signatures.Sign(
            CellMessage.Account,
            await accounts.DescribeAsync(caller, tenant, to),
            CellJson.Default.AccountClaims
        );
        CellAnswer? answer = await link.SendAsync(to, CellMessage.Account, question, cancellationToken);
        if (answer is null)
        {
            return Problems.OtherCellUnavailable;
        }
        if (!answer.Accepted || !AccountId.TryParse(answer.Value, out AccountId there))
        {
            return Problems.RegionNotAvailable;
        }
        UInt128 id = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(RandomNumberGenerator.GetBytes(16));
        return await grains
            .GetGrain<ITenantGrain>(tenant.GrainKey)
            .PrepareMoveAsync(new(id, to, caller.Account, there), cancellationToken) switch
        {
            MoveStands => null,
            MoveRefused { Reason: MoveRefusal.HasData } => Problems.TenantHasData,
            MoveRefused { Reason: MoveRefusal.NotOwner } => Problems.RoleRequired,
            MoveRefused => Problems.RegionNotAvailable,
            var elsewhere => TenantProblems.Of(elsewhere, control.Value),
        };
    }

    /// <summary>Drives a move until it is through or the other cell does not answer.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="cancellationToken">Observed between steps.</param>
    /// <returns>Whether nothing is pending any more.</returns>
    public async Task<bool> DriveAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        MoveProgress progress;
        do
        {
            progress = await StepAsync(tenant, cancellationToken);
        } while (progress == MoveProgress.Stepped);
        return progress == MoveProgress.Done;
    }

    /// <summary>Takes one step of a move.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="cancellationToken">Observed.</param>
    /// <returns>How it stands.</returns>
    public async Task<MoveProgress> StepAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        ITenantGrain grain = grains.GetGrain<ITenantGrain>(tenant.GrainKey);
        if (await grain.PendingMoveAsync(cancellationToken) is not MoveStands move)
        {
            return MoveProgress.Done;
        }
        MoveStep? next = move.Phase switch
        {
            MovePhase.Prepared => await HandOverAsync(move.Transfer, cancellationToken) switch
            {
                null => null,
                { Accepted: true } => MoveStep.Commit,
                _ => MoveStep.Cancel,
            },
            MovePhase.Committed => await ActivateAsync(move.Transfer, cancellationToken) ? MoveStep.Finish : null,
            MovePhase.Cancelling => await EndAsync(move.Transfer, CellMessage.Cancellation, cancellationToken) ? MoveStep.Resume : null,
            _ => null,
        };
        if (next is not { } step)
        {
            LogStuck(move.Phase);
            return MoveProgress.Waiting;
        }
        if (step == MoveStep.Finish)
        {
            await accounts.EraseAsync(tenant, cancellationToken);
        }
        await grain.StepMoveAsync(move.Transfer.Id, step, cancellationToken);
        LogStepped(step);
        if (step == MoveStep.Finish)
        {
            metrics.MoveFinished();
        }
        return MoveProgress.Stepped;
    }

    private Task<CellAnswer?> HandOverAsync(TenantTransfer transfer, CancellationToken cancellationToken)
    {
        string signed = signatures.Sign(CellMessage.Transfer, CellClaims.Of(transfer), CellJson.Default.TransferClaims);
        return link.SendAsync(transfer.To, CellMessage.Transfer, signed, cancellationToken);
    }

    // The new cell's record goes into this cell's directory before the new cell serves.
    private async Task<bool> ActivateAsync(TenantTransfer transfer, CancellationToken cancellationToken)
    {
        CellAnswer? answer = await HandOverAsync(transfer, cancellationToken);
        if (
            answer is not { Accepted: true, Value: { } signed }
            || signatures.Open(CellMessage.Record, transfer.To, signed, CellJson.Default.RecordClaims) is not { } claims
            || CellClaims.Read(claims, signed) is not { } record
            || record.Tenant != transfer.Tenant
            || record.Region != transfer.To
        )
        {
            return false;
        }
        DirectoryPut put = await grains.GetGrain<IDirectoryGrain>(record.Tenant.GrainKey).PutAsync(record, cancellationToken);
        return put is DirectoryPut.Stored or DirectoryPut.Known or DirectoryPut.Superseded
            && await EndAsync(transfer, CellMessage.Activation, cancellationToken);
    }

    private async Task<bool> EndAsync(TenantTransfer transfer, CellMessage kind, CancellationToken cancellationToken)
    {
        EndClaims claims = new(transfer.Id.ToString("x32"), transfer.Tenant.Value, transfer.To.ToName(), transfer.Version);
        CellAnswer? answer = await link.SendAsync(
            transfer.To,
            kind,
            signatures.Sign(kind, claims, CellJson.Default.EndClaims),
            cancellationToken
        );
        return answer is { Accepted: true };
    }

    [LoggerMessage(EventIds.MoveStepped, LogLevel.Information, "A change of region took its step {Step}")]
    private partial void LogStepped(MoveStep step);

    [LoggerMessage(EventIds.MoveStuck, LogLevel.Warning, "A change of region waits for the other cell: {Phase}")]
    private partial void LogStuck(MovePhase phase);
}
