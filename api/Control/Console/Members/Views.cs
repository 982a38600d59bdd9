using Lethe.Control.Console.Accounts;

namespace Lethe.Control.Console.Members;

/// <summary>What the console's first page shows.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Region">The region.</param>
/// <param name="Roles">The names of the caller's roles.</param>
/// <param name="SeesMembers">Whether the caller sees the member list.</param>
public sealed record ConsoleView(string Tenant, string Region, IReadOnlyList<string> Roles, bool SeesMembers);

/// <summary>What the page of members shows.</summary>
/// <param name="Members">A page of the list.</param>
/// <param name="Next">After which member the next page begins; null at the end.</param>
/// <param name="MayGive">The names of the roles that the caller may give; none for one who only reads.</param>
/// <param name="Outcome">What happened just before.</param>
/// <param name="TokensUntil">Until when a deactivated member's tokens can open a session, when that just happened.</param>
/// <param name="Email">The address as typed, when it was refused.</param>
/// <param name="ConfirmsFirst">Whether the caller may change members, but signed in too long ago.</param>
public sealed record MembersView(
    IReadOnlyList<MemberRow> Members,
    string? Next,
    IReadOnlyList<string> MayGive,
    Outcome Outcome,
    DateTimeOffset? TokensUntil,
    string? Email,
    bool ConfirmsFirst
)
{
    /// <inheritdoc/>
    public override string ToString() => nameof(MembersView);
}

/// <summary>One member.</summary>
/// <param name="Id">Its pseudonym.</param>
/// <param name="Email">Its address; null for an account of the tenant's own identity provider.</param>
/// <param name="Status">How it stands: <c>invited</c>, <c>active</c>, <c>deactivated</c>.</param>
/// <param name="Roles">The names of its roles.</param>
/// <param name="TokensUntil">Until when drawn tokens can open a session; null when there are none.</param>
/// <param name="IsCaller">Whether it is who looks.</param>
/// <param name="MayChange">Whether who looks may change it.</param>
public sealed record MemberRow(
    string Id,
    string? Email,
    string Status,
    IReadOnlyList<string> Roles,
    DateTimeOffset? TokensUntil,
    bool IsCaller,
    bool MayChange
)
{
    /// <inheritdoc/>
    public override string ToString() => nameof(MemberRow);
}
