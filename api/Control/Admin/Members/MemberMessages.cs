using Lethe.Contracts.Tenants;
using Lethe.Control.Identity.Accounts;

namespace Lethe.Control.Admin.Members;

/// <summary>Whom to invite.</summary>
/// <param name="Email">The address; at most 254 characters.</param>
/// <param name="Roles">What the person may do: <c>member</c>, <c>userAdmin</c>, …</param>
/// <param name="Language">The language of mails and pages: <c>de</c>, <c>en</c>, <c>fr</c> or <c>it</c>; default <c>en</c>.</param>
internal sealed record InviteMemberRequest(string? Email, IReadOnlyList<string>? Roles, string? Language = null)
{
    /// <inheritdoc/>
    public override string ToString() => nameof(InviteMemberRequest);
}

/// <summary>What a member may do from now on.</summary>
/// <param name="Roles">One role or more.</param>
internal sealed record ChangeRolesRequest(IReadOnlyList<string>? Roles);

/// <summary>How a member stands.</summary>
internal enum MemberStatus
{
    /// <summary>Has not accepted yet.</summary>
    Invited,

    /// <summary>May do what its roles allow.</summary>
    Active,

    /// <summary>May do nothing.</summary>
    Deactivated,
}

/// <summary>A member.</summary>
/// <param name="Id">Its pseudonym, as it stands in the ledger.</param>
/// <param name="Email">Its address; null for an account of the tenant's own identity provider, of which we keep none.</param>
/// <param name="Language">Its language; null when it has no account with us.</param>
/// <param name="Status">How it stands.</param>
/// <param name="Roles">Its roles.</param>
/// <param name="InvitedAt">Since when it is invited; null once it has accepted.</param>
/// <param name="DeactivatedAt">Since when it is deactivated; null when it is not.</param>
/// <param name="TokensUsableUntil">Until when session tokens that it has drawn can open a session; null when there are none.</param>
internal sealed record MemberResponse(
    string Id,
    string? Email,
    string? Language,
    MemberStatus Status,
    IReadOnlyList<string> Roles,
    DateTimeOffset? InvitedAt,
    DateTimeOffset? DeactivatedAt,
    DateTimeOffset? TokensUsableUntil
)
{
    /// <summary>Writes a member.</summary>
    /// <param name="member">As its tenant knows it.</param>
    /// <param name="account">Its account with us; null when it has none.</param>
    /// <returns>Its written form.</returns>
    public static MemberResponse Of(MemberEntry member, Account? account) =>
        new(
            member.Account.Value,
            account?.Email,
            account?.Language,
            member.DeactivatedAt is not null ? MemberStatus.Deactivated
                : member.InvitedAt is not null || account is { Status: AccountStatus.Invited } ? MemberStatus.Invited
                : MemberStatus.Active,
            Contracts.Tenants.Roles.ToNames(member.Roles),
            member.InvitedAt,
            member.DeactivatedAt,
            member.TokensUsableUntil
        );

    /// <inheritdoc/>
    public override string ToString() => nameof(MemberResponse);
}

/// <summary>A page of the member list.</summary>
/// <param name="Members">The members.</param>
/// <param name="Next">What to send as <c>after</c> for the next page; null at the end.</param>
internal sealed record MembersResponse(IReadOnlyList<MemberResponse> Members, string? Next)
{
    /// <inheritdoc/>
    public override string ToString() => nameof(MembersResponse);
}

/// <summary>A member is gone.</summary>
/// <param name="TokensUsableUntil">Until when session tokens that it has drawn can open a session; null when there are none.</param>
internal sealed record MemberRemovedResponse(DateTimeOffset? TokensUsableUntil);
