namespace Lethe.Contracts.Tenants;

/// <summary>
/// Changes the member list. A closed set. The tenant itself checks what the actor may do: whoever calls is no authority.
/// </summary>
/// <param name="Actor">The member who acts.</param>
/// <param name="Account">The account that it is about.</param>
[GenerateSerializer, Immutable, Alias("member-command")]
public abstract record MemberCommand([property: Id(0)] AccountId Actor, [property: Id(1)] AccountId Account)
{
    /// <inheritdoc/>
    public sealed override string ToString() => nameof(MemberCommand);
}

/// <summary>
/// Offers membership to an account. It may do nothing, and counts as nobody, until it accepts. Repeating it changes nothing.
/// </summary>
/// <param name="Actor">The member who acts.</param>
/// <param name="Account">The account.</param>
/// <param name="Roles">What it may do once it has accepted.</param>
[GenerateSerializer, Immutable, Alias("invite-member")]
public sealed record InviteMember(AccountId Actor, AccountId Account, [property: Id(0)] Role Roles) : MemberCommand(Actor, Account);

/// <summary>Accepts an offered membership. Nobody can do that for somebody else.</summary>
/// <param name="Actor">The account.</param>
/// <param name="Account">The same account.</param>
[GenerateSerializer, Immutable, Alias("accept-invitation")]
public sealed record AcceptInvitation(AccountId Actor, AccountId Account) : MemberCommand(Actor, Account);

/// <summary>Gives a member other roles.</summary>
/// <param name="Actor">The member who acts.</param>
/// <param name="Account">The member.</param>
/// <param name="Roles">What it may do from now on: one role or more.</param>
[GenerateSerializer, Immutable, Alias("change-roles")]
public sealed record ChangeRoles(AccountId Actor, AccountId Account, [property: Id(0)] Role Roles) : MemberCommand(Actor, Account);

/// <summary>Takes everything from a member until it is reactivated.</summary>
/// <param name="Actor">The member who acts.</param>
/// <param name="Account">The member.</param>
[GenerateSerializer, Immutable, Alias("deactivate-member")]
public sealed record DeactivateMember(AccountId Actor, AccountId Account) : MemberCommand(Actor, Account);

/// <summary>Gives a deactivated member its roles back.</summary>
/// <param name="Actor">The member who acts.</param>
/// <param name="Account">The member.</param>
[GenerateSerializer, Immutable, Alias("reactivate-member")]
public sealed record ReactivateMember(AccountId Actor, AccountId Account) : MemberCommand(Actor, Account);

/// <summary>Forgets a member. Everybody may remove himself, but for the last active owner.</summary>
/// <param name="Actor">The member who acts.</param>
/// <param name="Account">The member.</param>
[GenerateSerializer, Immutable, Alias("remove-member")]
public sealed record RemoveMember(AccountId Actor, AccountId Account) : MemberCommand(Actor, Account);

/// <summary>
/// Records that something is done for a member's account that is not stored with the tenant, before it is. Checks the
/// actor as every other command does, and changes nothing.
/// </summary>
/// <param name="Actor">The member who acts.</param>
/// <param name="Account">The member.</param>
/// <param name="Deed">What is done.</param>
[GenerateSerializer, Immutable, Alias("serve-member")]
public sealed record ServeMember(AccountId Actor, AccountId Account, [property: Id(0)] MemberDeed Deed) : MemberCommand(Actor, Account);

/// <summary>What is done for a member's account.</summary>
[GenerateSerializer, Alias("member-deed")]
public enum MemberDeed
{
    /// <summary>The mail with which a forgotten password is reset is sent to its address.</summary>
    ResetMail = 1,

    /// <summary>What is stored of it is exported.</summary>
    Export = 2,

    /// <summary>The mail with its invitation is sent again.</summary>
    InvitationMail = 3,
}

/// <summary>A member as its tenant knows it.</summary>
/// <param name="Account">The account.</param>
/// <param name="Roles">What it may do while it is active.</param>
/// <param name="DeactivatedAt">Since when it may do nothing; null while it is active.</param>
/// <param name="InvitedAt">Since when it is invited; null once it has accepted.</param>
/// <param name="TokensUsableUntil">
/// Until when tokens that it has drawn can open a session: the end of the last epoch in which those of its last draw can be
/// redeemed. Null when there are none.
/// </param>
[GenerateSerializer, Immutable, Alias("member-entry")]
public sealed record MemberEntry(
    [property: Id(0)] AccountId Account,
    [property: Id(1)] Role Roles,
    [property: Id(2)] DateTimeOffset? DeactivatedAt,
    [property: Id(3)] DateTimeOffset? InvitedAt,
    [property: Id(4)] DateTimeOffset? TokensUsableUntil
)
{
    /// <inheritdoc/>
    public override string ToString() => nameof(MemberEntry);
}

/// <summary>The member as the command leaves it; after a removal, as it was.</summary>
/// <param name="Member">The member.</param>
/// <param name="Changed">False when there was nothing to change.</param>
[GenerateSerializer, Immutable, Alias("member-stands")]
public sealed record MemberStands([property: Id(0)] MemberEntry Member, [property: Id(1)] bool Changed) : TenantResult;

/// <summary>A page of the member list.</summary>
/// <param name="Members">In the order of their accounts.</param>
/// <param name="Next">The account to go on after; null at the end.</param>
[GenerateSerializer, Immutable, Alias("members-listed")]
public sealed record MembersListed([property: Id(0)] IReadOnlyList<MemberEntry> Members, [property: Id(1)] AccountId? Next) : TenantResult
{
    /// <inheritdoc/>
    public override string ToString() => nameof(MembersListed);
}

/// <summary>Nothing was changed.</summary>
/// <param name="Reason">Why not.</param>
[GenerateSerializer, Immutable, Alias("member-refused")]
public sealed record MemberRefused([property: Id(0)] MemberRefusal Reason) : TenantResult;

/// <summary>Why the member list is not changed.</summary>
[GenerateSerializer, Alias("member-refusal")]
public enum MemberRefusal
{
    /// <summary>The actor may not do this, or not to this member, or not give or take one of the roles.</summary>
    NotAllowed = 1,

    /// <summary>The tenant would be left without an active owner.</summary>
    LastOwner = 2,

    /// <summary>The account is no member of this tenant.</summary>
    NoSuchMember = 3,

    /// <summary>The account is a member already, or invited to other roles.</summary>
    Exists = 4,

    /// <summary>The tenant has as many members as it may have.</summary>
    TooMany = 5,

    /// <summary>The member is deactivated: nothing is sent to it.</summary>
    Deactivated = 6,
}

/// <summary>The account is invited, and has not accepted yet.</summary>
[GenerateSerializer, Immutable, Alias("member-invited")]
public sealed record MemberInvited : TenantResult;
