using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Lethe.Contracts;
using Lethe.Contracts.Directory;
using Lethe.Contracts.Ledger;
using Lethe.Contracts.Tenants;
using Lethe.Records.Storage;
using Lethe.Records.Tokens;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Lethe.Records.Tenants;

/// <inheritdoc cref="ITenantGrain"/>
[GrainType("tenant")]
internal sealed partial class TenantGrain(
    [PersistentState("tenant", StorageNames.Records)] IPersistentState<TenantState> stored,
    IGrainFactory grains,
    TimeProvider clock,
    IOptions<CellOptions> cell,
    IOptions<TenantOptions> options,
    IOptions<TokenOptions> tokens,
    ILogger<TenantGrain> logger
) : Grain, ITenantGrain
{
    private TenantState State => stored.State;

    private TenantId Id => TenantId.FromGrainKey(this.GetPrimaryKeyString());

    /// <inheritdoc/>
    public async Task<TenantResult> ProvisionAsync(ProvisionTenant command, CancellationToken cancellationToken)
    {
        Check(command);
        if (State.Standing is not TenantStanding.Unknown && await ElsewhereAsync(cancellationToken) is { } route)
        {
            return route;
        }
        string from = Digest(command);
        if (State.Standing is TenantStanding.Here && State.ProvisionedFrom == from)
        {
            return new TenantProvisioned(Changed: false, State.Version);
        }
        DirectoryRecord? record = await Directory.FindAsync(cancellationToken);
        if (record is not null && record.Region != cell.Value.Here)
        {
            return new TenantElsewhere(record.Region);
        }
        ImmutableArray<string> domains = [.. command.Domains.Select(domain => domain.Value).Order(StringComparer.Ordinal)];
        bool moved = State.Standing is TenantStanding.Unknown || !domains.SequenceEqual(State.Domains, StringComparer.Ordinal);
        TenantState next = State with
        {
            Standing = TenantStanding.Here,
            Region = cell.Value.Here,
            Version = moved ? Math.Max(State.Version, record?.Version ?? 0) + 1 : State.Version,
            PolicyClass = command.PolicyClass.Name,
            Domains = domains,
            Members = Merge(State, command.Members),
            Configured = [.. command.Members.Select(Digest)],
            Quota = command.Quota is { } quota ? new(quota.PerAccount, quota.PerTenant) : null,
            ProvisionedFrom = from,
        };
        cancellationToken.ThrowIfCancellationRequested();
        await RecordAsync(
            State.Standing is TenantStanding.Unknown ? LedgerEvent.TenantProvisioned : LedgerEvent.TenantChanged,
            actor: null,
            region: null
        );
        await stored.CommitAsync(next);
        LogProvisioned(next.Version, next.Members.Length);
        return new TenantProvisioned(Changed: true, next.Version);
    }

    /// <inheritdoc/>
    public async Task<TenantResult> RouteAsync(CancellationToken cancellationToken) => await ElsewhereAsync(cancellationToken) ?? Here();

    /// <inheritdoc/>
    public async Task<TenantResult> MemberAsync(AccountId account, CancellationToken cancellationToken)
    {
        if (await ElsewhereAsync(cancellationToken) is { } route)
        {
            return route;
        }
        return State.Find(account) switch
        {
            { IsActive: true } member => new MemberFound(member.Roles, Class()),
            { DeactivatedAt: null } => new MemberInvited(),
            _ => new MemberUnknown(),
        };
    }

    /// <inheritdoc/>
    public async Task<TenantResult> DescribeAsync(CancellationToken cancellationToken) =>
        await ElsewhereAsync(cancellationToken)
        ?? new TenantDescribed(
            Class(),
            State.Version,
            State.Members.Length,
            State.Domains.Length,
            State.Cases.Length,
            State.Shares.Length,
            [.. State.Days.Select(day => new DayOfUse(day.Day, day.Tokens))]
        );

    /// <inheritdoc/>
    public async Task<TenantResult> HoldDataAsync(TenantData kind, UInt128 id, CancellationToken cancellationToken)
    {
        if (await ElsewhereAsync(cancellationToken) is { } route)
        {
            return route;
        }
        string name = Name(id);
        ImmutableArray<string> held = Held(kind);
        if (!held.Contains(name, StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            await stored.CommitAsync(With(kind, held.Add(name)));
        }
        return Here();
    }

    /// <inheritdoc/>
    public async Task<TenantResult> DropDataAsync(TenantData kind, UInt128 id, CancellationToken cancellationToken)
    {
        if (await ElsewhereAsync(cancellationToken) is { } route)
        {
            return route;
        }
        ImmutableArray<string> held = Held(kind);
        ImmutableArray<string> left = held.Remove(Name(id), StringComparer.Ordinal);
        if (left.Length != held.Length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await stored.CommitAsync(With(kind, left));
        }
        return Here();
    }

    private static string Name(UInt128 id) => id.ToString("x32", CultureInfo.InvariantCulture);

    // What the configuration says anew: what it said before, the tenant may have changed since.
    private static ImmutableArray<StoredMember> Merge(TenantState before, IReadOnlyList<Member> configured)
    {
        Dictionary<string, StoredMember> members = before.Members.ToDictionary(member => member.Account, StringComparer.Ordinal);
        foreach (Member member in configured.Where(member => !before.Configured.Contains(Digest(member), StringComparer.Ordinal)))
        {
            string account = member.Account.Value;
            members[account] = members.TryGetValue(account, out StoredMember? known)
                ? known with
                {
                    Roles = member.Roles,
                }
                : new(account, member.Roles);
        }
        return [.. members.Values.OrderBy(member => member.Account, StringComparer.Ordinal)];
    }

    private static string Digest(Member member) =>
        Convert.ToHexStringLower(
            SHA256.HashData(Encoding.ASCII.GetBytes($"{member.Account.Value} {((int)member.Roles).ToString(CultureInfo.InvariantCulture)}"))
        );

    private static string Digest(ProvisionTenant command)
    {
        StringBuilder text = new();
        text.Append(command.PolicyClass.Name)
            .Append('\n')
            .Append(command.Quota?.PerAccount)
            .Append('/')
            .Append(command.Quota?.PerTenant)
            .Append('\n');
        foreach (string domain in command.Domains.Select(domain => domain.Value).Order(StringComparer.Ordinal))
        {
            text.Append(domain).Append('\n');
        }
        foreach (Member member in command.Members.OrderBy(member => member.Account.Value, StringComparer.Ordinal))
        {
            text.Append(member.Account.Value).Append(' ').Append((int)member.Roles).Append('\n');
        }
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text.ToString())));
    }

    private void Check(ProvisionTenant command)
    {
        if (OperatorLedger.IsReserved(Id))
        {
            throw new ArgumentException("The name is the operator's.", nameof(command));
        }
        if (!cell.Value.Classes.Contains(command.PolicyClass) && cell.Value.OwnerOf(command.PolicyClass) != Id)
        {
            throw new ArgumentException("The cell has no such policy class.", nameof(command));
        }
        if (command.Members.Any(member => member.Roles == Role.None || (member.Roles & ~Roles.OfTenants) != Role.None))
        {
            throw new ArgumentException("A member's roles are not a tenant's to give.", nameof(command));
        }
        if (!command.Members.Any(member => member.Roles.HasFlag(Role.Owner)))
        {
            throw new ArgumentException("A tenant has an owner.", nameof(command));
        }
    }

    private IDirectoryGrain Directory => grains.GetGrain<IDirectoryGrain>(Id.GrainKey);

    private TenantHere Here() => new(Class(), State.Version);

    private PolicyClass Class() =>
        PolicyClass.TryParse(State.PolicyClass, out PolicyClass parsed) ? parsed : throw new InvalidOperationException("No class.");

    // Null when the tenant is served here.
    private async Task<TenantResult?> ElsewhereAsync(CancellationToken cancellationToken)
    {
        if (State.Standing is TenantStanding.Arriving || State.Move is { Phase: MovePhase.Prepared or MovePhase.Cancelling })
        {
            return new TenantMoving(options.Value.MoveRetryAfterSeconds);
        }
        if (State.Standing is not TenantStanding.Unknown)
        {
            return State.Standing is TenantStanding.Here ? null : new TenantElsewhere(State.Region);
        }
        DirectoryRecord? record = await Directory.FindAsync(cancellationToken);
        return record is not null && record.Region != cell.Value.Here ? new TenantElsewhere(record.Region) : new TenantUnknown();
    }

    private ImmutableArray<string> Held(TenantData kind) =>
        kind switch
        {
            TenantData.Case => State.Cases,
            TenantData.Share => State.Shares,
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };

    private TenantState With(TenantData kind, ImmutableArray<string> held) =>
        kind is TenantData.Case ? State with { Cases = held } : State with { Shares = held };

    // Recorded first: what is recorded may fail to happen, but nothing happens unrecorded.
    private Task<LedgerAppended> RecordAsync(LedgerEvent happened, AccountId? actor, Region? region) =>
        grains.GetGrain<ILedgerGrain>(Id.GrainKey).AppendAsync(new(happened, actor, Subject: null, region), CancellationToken.None);

    [LoggerMessage(EventIds.TenantProvisioned, LogLevel.Information, "A tenant is provisioned: version {Version}, {Members} members")]
    private partial void LogProvisioned(long version, int members);
}
