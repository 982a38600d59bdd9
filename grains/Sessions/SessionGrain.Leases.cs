using Lethe.Contracts;
using Lethe.Contracts.Sessions;

namespace Lethe.Sessions;

/// <summary>The session's running turn and calls.</summary>
internal sealed partial class SessionGrain
{
    /// <inheritdoc/>
    public Task<SessionResult> TakeLeaseAsync(TakeLease command, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (command.LeastTokens < 1 || command.ReserveTokens < command.LeastTokens || !Enum.IsDefined(command.Kind))
        {
            throw new ArgumentException("Needs a kind and a reservation.", nameof(command));
        }
        EndedCall[] ended = command.Ended ?? [];
        if (ended.Length > TakeLease.MostEnded || Array.Exists(ended, call => call.UsedTokens < 0))
        {
            throw new ArgumentException("Used tokens are 0 or more, and not too many calls end at once.", nameof(command));
        }
        if (!IsCalled())
        {
            return Answer(Gone);
        }
        foreach (EndedCall call in ended)
        {
            if (leases.Find(call.Fence) is { Kind: LeaseKind.Call } over)
            {
                leases.Settle(over, call.UsedTokens);
            }
        }
        Lease? lease = leases.Take(command, calledAt, items.Turns, out LeaseRefused? refused);
        if (lease is null)
        {
            return Answer(refused!);
        }
        Sealed? manifest = lease.Kind == LeaseKind.Turn ? items.ReadManifest() : null;
        return Answer(new LeaseTaken(lease.Fence, (int)limits.LeaseLifetime.TotalSeconds, items.Revision, manifest, lease.ReservedTokens));
    }

    /// <inheritdoc/>
    public async Task<SessionResult> KeepLeaseAsync(long fence, CancellationToken cancellationToken)
    {
        if (!IsCalled())
        {
            return Gone;
        }
        if (leases.Find(fence) is not { } lease)
        {
            return new LeaseEnded(leases.EndingOf(fence));
        }
        if (lease.Cancelled)
        {
            return new LeaseEnded(LeaseEnding.Cancelled);
        }
        lease.ExpiresAt = calledAt + limits.LeaseLifetime;
        // The time running out and the caller going away are no faults here: either way the lease stands as it is.
        await lease
            .Over.WaitAsync(limits.LeaseLifetime / 3, clock, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
        return phase != Phase.Open ? Gone
            : lease.Cancelled ? new LeaseEnded(LeaseEnding.Cancelled)
            : leases.Find(fence) is null ? new LeaseEnded(leases.EndingOf(fence))
            : new LeaseHeld();
    }

    /// <inheritdoc/>
    public Task<SessionResult> EndLeaseAsync(EndLease command, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (command.UsedTokens < 0 || command.Remember is { Item.Kind: not ItemKind.Turn })
        {
            throw new ArgumentException("Used tokens are 0 or more, and what is remembered is a turn.", nameof(command));
        }
        if (!IsCalled())
        {
            return Answer(Gone);
        }
        if (leases.Find(command.Fence) is not { } lease)
        {
            return Answer(new LeaseEnded(leases.EndingOf(command.Fence)));
        }
        if (lease.Cancelled)
        {
            leases.Settle(lease, command.UsedTokens);
            return Answer(new LeaseEnded(LeaseEnding.Cancelled));
        }
        if (command.Remember is not null && lease.Kind != LeaseKind.Turn)
        {
            throw new ArgumentException("Only a turn is remembered.", nameof(command));
        }
        ItemsRefusal? refusal = command.Remember is { } turn ? items.Put(turn) : null;
        if (refusal != ItemsRefusal.ManifestMoved)
        {
            leases.Settle(lease, command.UsedTokens);
        }
        return Answer(Changed(refusal));
    }

    /// <inheritdoc/>
    public Task<SessionResult> CancelAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!IsCalled())
        {
            return Answer(Gone);
        }
        int cancelled = leases.Cancel();
        LogCancelled(cancelled);
        return Answer(new LeasesCancelled(cancelled));
    }
}
