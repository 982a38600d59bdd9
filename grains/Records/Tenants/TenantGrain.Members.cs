using System.Collections.Immutable;
using System.Diagnostics;
using Lethe.Contracts.Ledger;
using Lethe.Contracts.Tenants;
using Lethe.Records.Storage;
using Lethe.Records.Tokens;
using Microsoft.Extensions.Logging;

namespace Lethe.Records.Tenants;

/// <content>
/// The member list. Each command is judged by what is stored here, of the actor too: two owners who remove each other at once
/// come one after the other, and the second is no member any more.
/// </content>
internal sealed partial class TenantGrain
{
    private const int LongestPage = 500;

    /// <inheritdoc/>
    public async Task<TenantResult> ChangeMembersAsync(MemberCommand command, CancellationToken cancellationToken)
    {
        if (await ElsewhereAsync(cancellationToken) is { } route)
        {
            return route;
        }
        Role acting = State.RolesOf(command.Actor);
        if (acting == Role.None && command is not AcceptInvitation)
        {
            return new MemberUnknown();
        }
        StoredMember? before = State.Find(command.Account);
        if (Refusal(command, acting, before) is { } reason)
        {
            LogRefused(reason);
            return new MemberRefused(reason);
        }
        StoredMember? after = After(command, before);
        if (after == before && command is not ServeMember)
        {
            return new MemberStands(Entry(after!), Changed: false);
        }
        ImmutableArray<StoredMember> members = With(State.Members, before, after);
        if (!members.Any(static member => member.IsActive && member.Roles.HasFlag(Role.Owner)))
        {
            LogRefused(MemberRefusal.LastOwner);
            return new MemberRefused(MemberRefusal.LastOwner);
        }
        cancellationToken.ThrowIfCancellationRequested(); // the last point at which nothing has happened
        LedgerEvent happened = Event(command);
        await RecordAsync(happened, command, after);
        if (after != before)
        {
            await stored.CommitAsync(State with { Members = members });
        }
        LogChanged(happened, members.Length);
        return new MemberStands(Entry(after ?? before!), Changed: after != before);
    }

    /// <inheritdoc/>
    public async Task<TenantResult> ListMembersAsync(AccountId actor, AccountId? after, int count, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, LongestPage);
        if (await ElsewhereAsync(cancellationToken) is { } route)
        {
            return route;
        }
        Role acting = State.RolesOf(actor);
        if (acting == Role.None)
        {
            return new MemberUnknown();
        }
        if ((acting & Roles.ThatSeeMembers) == Role.None)
        {
            return new MemberRefused(MemberRefusal.NotAllowed);
        }
        StoredMember[] left =
        [
            .. State
                .Members.OrderBy(static member => member.Account, StringComparer.Ordinal)
                .Where(member => after is not { } begin || string.CompareOrdinal(member.Account, begin.Value) > 0)
                .Take(count + 1),
        ];
        MemberEntry[] page = [.. left.Take(count).Select(Entry)];
        return new MembersListed(page, left.Length > count ? page[^1].Account : null);
    }

    /// <inheritdoc/>
    public async Task<TenantResult> ReadMemberAsync(AccountId actor, AccountId account, CancellationToken cancellationToken)
    {
        if (await ElsewhereAsync(cancellationToken) is { } route)
        {
            return route;
        }
        Role acting = State.RolesOf(actor);
        if (acting == Role.None)
        {
            return new MemberUnknown();
        }
        if (actor != account && (acting & Roles.ThatSeeMembers) == Role.None)
        {
            return new MemberRefused(MemberRefusal.NotAllowed);
        }
        return State.Find(account) is { } member
            ? new MemberStands(Entry(member), Changed: false)
            : new MemberRefused(MemberRefusal.NoSuchMember);
    }

    private MemberRefusal? Refusal(MemberCommand command, Role acting, StoredMember? before)
    {
        Role givable = Roles.GivenBy(acting);
        bool self = command.Actor == command.Account;
        bool allowed = command switch
        {
            InviteMember invite => AreWithin(invite.Roles, givable),
            AcceptInvitation => self && before is { DeactivatedAt: null },
            RemoveMember => self || Touches(before, Roles.RemovedBy(acting)), // everybody may go
            ServeMember { Deed: MemberDeed.Export } => self || Touches(before, Roles.ExportedBy(acting)),
            ChangeRoles change => AreWithin(change.Roles, Roles.OfTenants)
                && givable != Role.None
                && ((change.Roles ^ (before?.Roles ?? change.Roles)) & ~givable & ~GivenUp(change, before, self)) == Role.None,
            _ => Touches(before, givable),
        };
        return (command, before) switch
        {
            _ when !allowed => MemberRefusal.NotAllowed,
            (InviteMember, null) => State.Members.Length >= options.Value.MaxMembers ? MemberRefusal.TooMany : null,
            (InviteMember invite, { InvitedAt: not null, DeactivatedAt: null }) when before.Roles == invite.Roles => null,
            (InviteMember, _) => MemberRefusal.Exists,
            (_, null) => MemberRefusal.NoSuchMember,
            (ServeMember { Deed: not MemberDeed.Export }, { DeactivatedAt: not null }) => MemberRefusal.Deactivated,
            _ => null,
        };
    }

    // Nobody needs another's leave to give up a role of his own.
    private static Role GivenUp(ChangeRoles change, StoredMember? before, bool self) =>
        self && before is not null ? before.Roles & ~change.Roles : Role.None;

    private static bool AreWithin(Role roles, Role limits) => roles != Role.None && (roles & ~limits) == Role.None;

    // Whoever is not there is refused as such, but only to those who may touch somebody.
    private static bool Touches(StoredMember? member, Role limits) =>
        limits != Role.None && (member is null || (member.Roles & ~limits) == Role.None);

    private StoredMember? After(MemberCommand command, StoredMember? before) =>
        command switch
        {
            InviteMember invite => before ?? new(invite.Account.Value, invite.Roles) { InvitedAt = clock.GetUtcNow() },
            AcceptInvitation => before! with { InvitedAt = null },
            ChangeRoles change => before! with { Roles = change.Roles },
            DeactivateMember => before!.DeactivatedAt is null ? before with { DeactivatedAt = clock.GetUtcNow() } : before,
            ReactivateMember => before! with { DeactivatedAt = null },
            RemoveMember => null,
            ServeMember => before,
            _ => throw new UnreachableException(),
        };

    private static LedgerEvent Event(MemberCommand command) =>
        command switch
        {
            InviteMember => LedgerEvent.MemberInvited,
            AcceptInvitation => LedgerEvent.MemberAdded,
            ChangeRoles => LedgerEvent.MemberRolesChanged,
            DeactivateMember => LedgerEvent.MemberDeactivated,
            ReactivateMember => LedgerEvent.MemberReactivated,
            RemoveMember => LedgerEvent.MemberRemoved,
            ServeMember { Deed: MemberDeed.ResetMail } => LedgerEvent.ResetMailSent,
            ServeMember { Deed: MemberDeed.Export } => LedgerEvent.MemberExported,
            ServeMember { Deed: MemberDeed.InvitationMail } => LedgerEvent.InvitationMailSent,
            _ => throw new UnreachableException(),
        };

    private static ImmutableArray<StoredMember> With(ImmutableArray<StoredMember> members, StoredMember? before, StoredMember? after) =>
        (before, after) switch
        {
            (null, null) => members,
            (null, { } added) => members.Add(added),
            ({ } gone, null) => members.Remove(gone),
            ({ } old, { } changed) => members.Replace(old, changed),
        };

    private Task<LedgerAppended> RecordAsync(LedgerEvent happened, MemberCommand command, StoredMember? after)
    {
        Role? roles = command is InviteMember or AcceptInvitation or ChangeRoles or ReactivateMember ? after?.Roles : null;
        return grains
            .GetGrain<ILedgerGrain>(Id.GrainKey)
            .AppendAsync(new(happened, command.Actor, command.Account.Value, Region: null, Reason: null, roles), CancellationToken.None);
    }

    private MemberEntry Entry(StoredMember member) =>
        new(
            AccountId.TryParse(member.Account, out AccountId account) ? account : throw new InvalidOperationException("No account."),
            member.Roles,
            member.DeactivatedAt,
            member.InvitedAt,
            UsableUntil(member)
        );

    private DateTimeOffset? UsableUntil(StoredMember member) =>
        member.LastDraw is { } epoch && EndOf(epoch) is var end && end > clock.GetUtcNow() ? end : null;

    private DateTimeOffset EndOf(long epoch) => tokens.Value.StartOf(epoch + TokenOptions.RedeemableEpochs + 1);

    // With the draw of one member; what is over for others is forgotten by the way.
    private ImmutableArray<StoredMember> Drew(AccountId account, long epoch) =>
        [
            .. State.Members.Select(member =>
                member.Account == account.Value ? member with { LastDraw = epoch }
                : member.LastDraw + TokenOptions.RedeemableEpochs < epoch ? member with { LastDraw = null }
                : member
            ),
        ];

    [LoggerMessage(EventIds.MembersChanged, LogLevel.Information, "Members: {Event}, {Members} members now")]
    private partial void LogChanged(LedgerEvent @event, int members);

    [LoggerMessage(EventIds.MembersRefused, LogLevel.Information, "A change of members is refused: {Reason}")]
    private partial void LogRefused(MemberRefusal reason);
}
