using Lethe.Contracts.Sessions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Placement;

namespace Lethe.Sessions;

/// <summary>
/// One anonymous user's session. Everything is in this object's memory: there is no state to persist, to migrate or to bring back.
/// An activation that was never opened, or is over, answers <see cref="SessionGone"/> and goes away at once.
/// </summary>
[GrainType("session")]
[Immovable]
[PreferLocalPlacement]
internal sealed partial class SessionGrain(
    ISpentTokens spentTokens,
    TimeProvider clock,
    IOptions<SessionOptions> options,
    ILogger<SessionGrain> logger
) : Grain, ISessionGrain
{
    private static readonly SessionGone Gone = new();

    private readonly SessionOptions limits = options.Value;
    private readonly SessionItems items = new(options.Value);
    private SessionLeases leases = new(options.Value, 0);
    private Phase phase;
    private DateTimeOffset expiresAt;
    private DateTimeOffset calledAt;
    private IGrainTimer? expiry;

    private enum Phase
    {
        Unopened,
        Opening,
        Open,
        Over,
    }

    private DateTimeOffset IdleExpiresAt => calledAt + limits.IdleLifetime;

    /// <inheritdoc/>
    public async Task<OpenSessionResult> OpenAsync(OpenSession command, CancellationToken cancellationToken)
    {
        if (!SessionId.TryParse(this.GetPrimaryKeyString(), out _) || command.NonceHash.Length != 32 || command.BudgetTokens < 1)
        {
            DeactivateOnIdle();
            throw new ArgumentException("Needs a session id, a nonce hash of 32 bytes and a budget.", nameof(command));
        }
        if (phase != Phase.Unopened)
        {
            return new SessionRefused(SessionRefusal.AlreadyOpen);
        }
        phase = Phase.Opening;
        SpendResult spend = default;
        try
        {
            spend = await spentTokens.SpendAsync(command.Epoch, command.NonceHash, cancellationToken);
        }
        finally
        {
            if (spend != SpendResult.Spent)
            {
                phase = Phase.Over;
                DeactivateOnIdle();
            }
        }
        if (spend != SpendResult.Spent)
        {
            SessionRefusal reason = spend switch
            {
                SpendResult.SpentBefore => SessionRefusal.TokenSpent,
                SpendResult.EpochOver => SessionRefusal.EpochOver,
                _ => SessionRefusal.AdmissionUnavailable,
            };
            LogRefused(reason);
            return new SessionRefused(reason);
        }
        return Open(command.BudgetTokens);
    }

    /// <inheritdoc/>
    public Task<SessionResult> DescribeAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // Looking at a session does not prolong it: a plugin that shows its state must not keep documents alive.
        return Answer(
            IsOpen()
                ? new SessionDescribed(
                    expiresAt,
                    IdleExpiresAt < expiresAt ? IdleExpiresAt : expiresAt,
                    items.Documents,
                    items.Turns,
                    items.SealedBytes,
                    items.Revision,
                    leases.BudgetTokens,
                    leases.TurnRunning,
                    leases.CallsRunning
                )
                : Gone
        );
    }

    /// <inheritdoc/>
    public Task<SessionResult> ReadManifestAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Answer(IsCalled() ? new ManifestRead(items.Revision, items.ReadManifest()) : Gone);
    }

    /// <inheritdoc/>
    public Task<SessionResult> PutItemAsync(PutItem command, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (command.Item.Kind != ItemKind.Document)
        {
            // A turn is put at the end of its lease, so that a holder whose lease has lapsed can put none.
            throw new ArgumentException("Only a document is put without a lease.", nameof(command));
        }
        return Answer(IsCalled() ? Changed(items.Put(command)) : Gone);
    }

    /// <inheritdoc/>
    public Task<SessionResult> RemoveItemAsync(RemoveItem command, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Answer(IsCalled() ? Changed(items.Remove(command)) : Gone);
    }

    /// <inheritdoc/>
    public Task<SessionResult> ReadItemAsync(ItemKind kind, UInt128 id, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Answer(IsCalled() ? items.Read(kind, id) ?? (SessionResult)new ItemMissing() : Gone);
    }

    /// <inheritdoc/>
    public Task<SessionResult> ForgetAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!IsCalled())
        {
            return Answer(Gone);
        }
        SessionForgotten forgotten = new(items.Documents, items.Turns, items.SealedBytes);
        End(SessionEnd.Forgotten);
        return Answer(forgotten);
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (phase == Phase.Open)
        {
            End(SessionEnd.Deactivated);
        }
        return Task.CompletedTask;
    }

    private static Task<SessionResult> Answer(SessionResult result) => Task.FromResult(result);

    private SessionResult Changed(ItemsRefusal? refusal) =>
        refusal is { } reason ? new ItemsRefused(reason) : new ItemsChanged(items.Revision, items.SealedBytes);

    private SessionOpened Open(long budgetTokens)
    {
        phase = Phase.Open;
        leases = new(limits, budgetTokens);
        calledAt = clock.GetUtcNow();
        expiresAt = calledAt + limits.TotalLifetime;
        expiry = this.RegisterGrainTimer(static (grain, _) => grain.ExpireAsync(), this, limits.IdleLifetime, Timeout.InfiniteTimeSpan);
        LogOpened((int)limits.TotalLifetime.TotalSeconds, (int)limits.IdleLifetime.TotalSeconds);
        return new SessionOpened(expiresAt, (int)limits.IdleLifetime.TotalSeconds);
    }

    /// <summary>Ends the session when it is due; otherwise wakes again when it next may be.</summary>
    private Task ExpireAsync()
    {
        if (IsOpen())
        {
            DateTimeOffset due = IdleExpiresAt < expiresAt ? IdleExpiresAt : expiresAt;
            expiry?.Change(due - clock.GetUtcNow(), Timeout.InfiniteTimeSpan);
        }
        return Task.CompletedTask;
    }

    private bool IsCalled()
    {
        bool open = IsOpen();
        if (open)
        {
            calledAt = clock.GetUtcNow();
        }
        return open;
    }

    /// <summary>Tells whether the session is there, after everything that is due has happened.</summary>
    private bool IsOpen()
    {
        DateTimeOffset now = clock.GetUtcNow();
        if (phase == Phase.Open && (now >= expiresAt || now >= IdleExpiresAt))
        {
            End(now >= expiresAt ? SessionEnd.Total : SessionEnd.Idle);
        }
        if (phase == Phase.Open)
        {
            foreach (Lease lapsed in leases.Lapse(now))
            {
                LogLapsed(lapsed.Kind, lapsed.ReservedTokens);
            }
        }
        else if (phase != Phase.Opening)
        {
            DeactivateOnIdle();
        }
        return phase == Phase.Open;
    }

    private void End(SessionEnd cause)
    {
        LogEnded(cause, items.Documents, items.Turns, items.SealedBytes);
        phase = Phase.Over;
        _ = leases.Cancel();
        items.Clear();
        expiry?.Dispose();
        DeactivateOnIdle();
    }
}
