using System.Collections.Immutable;
using System.Security.Cryptography;
using Lethe.Contracts.Support;
using Lethe.Contracts.Tenants;
using Lethe.Records.Storage;

namespace Lethe.Records.Support;

/// <summary>Someone of the operator's staff, as it is stored. No row: nobody.</summary>
[GenerateSerializer, Immutable, Alias("staff-state")]
internal sealed record StaffState
{
    /// <summary>Gets what they may do.</summary>
    [Id(0)]
    public Role Roles { get; init; }

    /// <summary>Gets the undertaking on file.</summary>
    [Id(1)]
    public StoredUndertaking? Undertaking { get; init; }
}

/// <summary>An undertaking as it is stored.</summary>
/// <param name="SignedOn">From this day on.</param>
/// <param name="ValidUntil">The last day (UTC).</param>
/// <param name="Sha256">SHA-256 of the signed paper.</param>
[GenerateSerializer, Immutable, Alias("stored-undertaking")]
internal sealed record StoredUndertaking(
    [property: Id(0)] DateOnly SignedOn,
    [property: Id(1)] DateOnly ValidUntil,
    [property: Id(2)] byte[] Sha256
);

/// <summary>Decides whether someone of the staff may look, by the clock of the silo.</summary>
[GrainType("staff")]
internal sealed class StaffGrain([PersistentState("staff", StorageNames.Records)] IPersistentState<StaffState> stored, TimeProvider clock)
    : Grain,
        IStaffGrain
{
    /// <inheritdoc/>
    public Task<StaffRefused?> CheckAsync(Role role, CancellationToken cancellationToken)
    {
        StaffRefusal? refusal = null;
        DateOnly today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        if (!stored.RecordExists || role == Role.None || (stored.State.Roles & role) != role)
        {
            refusal = StaffRefusal.NotStaff;
        }
        else if (stored.State.Undertaking is not { Sha256.Length: SHA256.HashSizeInBytes } undertaking)
        {
            refusal = StaffRefusal.UndertakingMissing;
        }
        else if (today < undertaking.SignedOn || today > undertaking.ValidUntil)
        {
            refusal = StaffRefusal.UndertakingNotInForce;
        }
        return Task.FromResult(refusal is { } reason ? new StaffRefused(reason) : null);
    }

    /// <inheritdoc/>
    public Task ProvisionAsync(StaffEntry entry, CancellationToken cancellationToken)
    {
        if (entry.Account.ToGrainKey() != this.GetPrimaryKeyString() || (entry.Roles & ~Roles.OfOperator) != Role.None)
        {
            throw new ArgumentException("Another account's entry, or a role that is not the operator's to give.", nameof(entry));
        }
        cancellationToken.ThrowIfCancellationRequested(); // the last point at which nothing has happened
        return stored.CommitAsync(
            new StaffState
            {
                Roles = entry.Roles,
                Undertaking = entry.Undertaking is { } paper
                    ? new StoredUndertaking(paper.SignedOn, paper.ValidUntil, paper.Sha256.ToArray())
                    : null,
            }
        );
    }

    /// <inheritdoc/>
    public Task RevokeAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested(); // the last point at which nothing has happened
        return stored.RecordExists ? stored.EraseAsync() : Task.CompletedTask;
    }
}

/// <summary>The accounts that the roster has put, as they are stored.</summary>
[GenerateSerializer, Immutable, Alias("staff-roster-state")]
internal sealed record StaffRosterState
{
    /// <summary>Gets the accounts, pseudonyms.</summary>
    [Id(0)]
    public ImmutableArray<string> Accounts { get; init; } = [];
}

/// <summary>Keeps the staff as the operator's configuration has it.</summary>
[GrainType("staff-roster")]
internal sealed class StaffRosterGrain([PersistentState("staff-roster", StorageNames.Records)] IPersistentState<StaffRosterState> stored)
    : Grain,
        IStaffRosterGrain
{
    /// <inheritdoc/>
    public async Task ReplaceAsync(ImmutableArray<StaffEntry> staff, CancellationToken cancellationToken)
    {
        ImmutableArray<string> named =
        [
            .. staff.Select(entry => entry.Account.Value).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
        ];
        ImmutableArray<string> before = stored.State.Accounts;
        foreach (string gone in before.Except(named, StringComparer.Ordinal))
        {
            await GrainFactory.GetGrain<IStaffGrain>("u/" + gone).RevokeAsync(cancellationToken);
        }
        if (!before.SequenceEqual(named, StringComparer.Ordinal))
        {
            // Before the rights are given: nobody has any whom the roster could not find to revoke.
            await stored.CommitAsync(new StaffRosterState { Accounts = named });
        }
        foreach (StaffEntry entry in staff)
        {
            await GrainFactory.GetGrain<IStaffGrain>(entry.Account.ToGrainKey()).ProvisionAsync(entry, cancellationToken);
        }
    }
}
