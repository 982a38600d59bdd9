using Lethe.Contracts.Tokens;

namespace Lethe.Contracts.Tenants;

/// <summary>
/// One tenant as this cell knows it. Grain key: <see cref="TenantId.GrainKey"/>. Whatever it is asked, a tenant that is not
/// served here answers <see cref="TenantElsewhere"/>, <see cref="TenantMoving"/> or <see cref="TenantUnknown"/>.
/// </summary>
[GrainInterfaceType("tenant")]
public interface ITenantGrain : IGrainWithStringKey
{
    /// <summary>Creates the tenant in this cell. Repeating the same command changes nothing.</summary>
    /// <param name="command">The tenant as configured.</param>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns><see cref="TenantProvisioned"/>, or where the tenant is.</returns>
    [Alias("provision")]
    Task<TenantResult> ProvisionAsync(ProvisionTenant command, CancellationToken cancellationToken);

    /// <summary>Decides where the tenant is served: sign-in, issuance and support follow this answer.</summary>
    /// <param name="cancellationToken">Observed before the answer.</param>
    /// <returns><see cref="TenantHere"/>, <see cref="TenantElsewhere"/>, <see cref="TenantMoving"/> or <see cref="TenantUnknown"/>.</returns>
    [Alias("route")]
    Task<TenantResult> RouteAsync(CancellationToken cancellationToken);

    /// <summary>Looks up what an account may do in this tenant.</summary>
    /// <param name="account">The account.</param>
    /// <param name="cancellationToken">Observed before the answer.</param>
    /// <returns><see cref="MemberFound"/>, <see cref="MemberInvited"/>, <see cref="MemberUnknown"/>, or where the tenant is.</returns>
    [Alias("member")]
    Task<TenantResult> MemberAsync(AccountId account, CancellationToken cancellationToken);

    /// <summary>
    /// Changes the member list, when the actor is an active member who may: owners everything, but never to leave the tenant
    /// without an active owner; user admins what concerns plain members; privacy officers the removal and export of plain
    /// members; everybody his own removal and the acceptance of his own invitation. It is in the ledger before it happens.
    /// </summary>
    /// <param name="command">Who acts, on whom, and what.</param>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns>
    /// <see cref="MemberStands"/>, <see cref="MemberRefused"/>, <see cref="MemberUnknown"/> when the actor is no active member, or
    /// where the tenant is.
    /// </returns>
    [Alias("change-members")]
    Task<TenantResult> ChangeMembersAsync(MemberCommand command, CancellationToken cancellationToken);

    /// <summary>Lists the members, also deactivated ones, for owners, user admins and privacy officers.</summary>
    /// <param name="actor">The member who asks.</param>
    /// <param name="after">The account after which the page begins; null for the first page.</param>
    /// <param name="count">How many at most, 1 to 500.</param>
    /// <param name="cancellationToken">Observed before the answer.</param>
    /// <returns><see cref="MembersListed"/>, <see cref="MemberRefused"/>, <see cref="MemberUnknown"/>, or where the tenant is.</returns>
    [Alias("list-members")]
    Task<TenantResult> ListMembersAsync(AccountId actor, AccountId? after, int count, CancellationToken cancellationToken);

    /// <summary>Reads one member, for those who may list them and for the member itself.</summary>
    /// <param name="actor">The member who asks.</param>
    /// <param name="account">The member.</param>
    /// <param name="cancellationToken">Observed before the answer.</param>
    /// <returns><see cref="MemberStands"/>, <see cref="MemberRefused"/>, <see cref="MemberUnknown"/>, or where the tenant is.</returns>
    [Alias("read-member")]
    Task<TenantResult> ReadMemberAsync(AccountId actor, AccountId account, CancellationToken cancellationToken);

    /// <summary>Describes the tenant.</summary>
    /// <param name="cancellationToken">Observed before the answer.</param>
    /// <returns><see cref="TenantDescribed"/>, or where the tenant is.</returns>
    [Alias("describe")]
    Task<TenantResult> DescribeAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Says that a case or a share of the tenant is about to be stored. To be called before it is: a tenant that is moving
    /// refuses, and a tenant that holds data does not move. Repeating it changes nothing.
    /// </summary>
    /// <param name="kind">What will be stored.</param>
    /// <param name="id">Its random id.</param>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns><see cref="TenantHere"/>, or where the tenant is.</returns>
    [Alias("hold-data")]
    Task<TenantResult> HoldDataAsync(TenantData kind, UInt128 id, CancellationToken cancellationToken);

    /// <summary>Says that a case or a share is gone for good. To be called after it is. Repeating it changes nothing.</summary>
    /// <param name="kind">What was stored.</param>
    /// <param name="id">Its random id.</param>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns><see cref="TenantHere"/>, or where the tenant is.</returns>
    [Alias("drop-data")]
    Task<TenantResult> DropDataAsync(TenantData kind, UInt128 id, CancellationToken cancellationToken);

    /// <summary>Sets tokens of the tenant's quota aside, durably, before any is signed.</summary>
    /// <param name="command">For whom, in which epoch, how many.</param>
    /// <param name="cancellationToken">Observed before the write; a written reservation stays.</param>
    /// <returns><see cref="TokensReserved"/>, <see cref="TokensRefused"/>, <see cref="MemberUnknown"/>, or where the tenant is.</returns>
    [Alias("reserve-tokens")]
    Task<TenantResult> ReserveTokensAsync(ReserveTokens command, CancellationToken cancellationToken);

    /// <summary>Gives tokens back that were set aside and will not be signed.</summary>
    /// <param name="epoch">The epoch they were reserved in.</param>
    /// <param name="count">How many.</param>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns>When it is written.</returns>
    [Alias("release-tokens")]
    Task ReleaseTokensAsync(long epoch, int count, CancellationToken cancellationToken);

    /// <summary>Sets or removes the tenant's own identity provider, at once. Repeating it changes nothing.</summary>
    /// <param name="command">The provider, and who acts.</param>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns>
    /// <see cref="IdentityProviderStands"/>, <see cref="IdentityProviderTaken"/>, <see cref="MemberUnknown"/>, <see cref="MemberRefused"/>, or
    /// where the tenant is.
    /// </returns>
    [Alias("set-identity-provider")]
    Task<TenantResult> SetIdentityProviderAsync(SetIdentityProvider command, CancellationToken cancellationToken);

    /// <summary>Takes the tenant's identity provider from it: an operator found that it is another's. Repeating it changes nothing.</summary>
    /// <param name="actor">Which of the operator's staff.</param>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns><see cref="IdentityProviderStands"/> without one, or where the tenant is.</returns>
    [Alias("release-identity-provider")]
    Task<TenantResult> ReleaseIdentityProviderAsync(AccountId actor, CancellationToken cancellationToken);

    /// <summary>Reads the tenant's own identity provider.</summary>
    /// <param name="cancellationToken">Observed before the answer.</param>
    /// <returns><see cref="IdentityProviderStands"/>, or where the tenant is.</returns>
    [Alias("read-identity-provider")]
    Task<TenantResult> ReadIdentityProviderAsync(CancellationToken cancellationToken);

    /// <summary>Looks up somebody whose access token is of an identity provider.</summary>
    /// <param name="account">The pseudonym of issuer and subject. It is not stored.</param>
    /// <param name="issuer">The issuer.</param>
    /// <param name="cancellationToken">Observed before the answer.</param>
    /// <returns>
    /// <see cref="MemberFound"/> for a member; <see cref="VisitorFound"/> for somebody else of the tenant's provider as it stands now;
    /// <see cref="MemberUnknown"/>, or where the tenant is.
    /// </returns>
    [Alias("visitor")]
    Task<TenantResult> VisitorAsync(AccountId account, string issuer, CancellationToken cancellationToken);

    /// <summary>Counts one more account that drew its first token of an epoch. Who it was is not told.</summary>
    /// <param name="epoch">The current epoch.</param>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns>When it is written.</returns>
    [Alias("count-drawer")]
    Task CountDrawerAsync(long epoch, CancellationToken cancellationToken);

    /// <summary>Tells how many accounts drew in an epoch; at least so many, should a silo have crashed between a draw and its count.</summary>
    /// <param name="epoch">The current epoch or the one before.</param>
    /// <param name="cancellationToken">Observed before the answer.</param>
    /// <returns>How many; 0 for other epochs, and for a tenant that is not served here.</returns>
    [Alias("drawers")]
    Task<int> DrawersAsync(long epoch, CancellationToken cancellationToken);

    /// <summary>Starts a change of region: from now on both cells refuse until it is resolved.</summary>
    /// <param name="command">Where to, and who acts.</param>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns><see cref="MoveStands"/>, <see cref="MoveRefused"/>, or where the tenant is.</returns>
    [Alias("prepare-move")]
    Task<TenantResult> PrepareMoveAsync(PrepareMove command, CancellationToken cancellationToken);

    /// <summary>Reads the pending move of this, the old cell.</summary>
    /// <param name="cancellationToken">Observed before the answer.</param>
    /// <returns><see cref="MoveStands"/> or <see cref="NoMove"/>.</returns>
    [Alias("pending-move")]
    Task<TenantResult> PendingMoveAsync(CancellationToken cancellationToken);

    /// <summary>Takes the next step of a pending move of this, the old cell. Repeating a step changes nothing.</summary>
    /// <param name="id">The move.</param>
    /// <param name="step">The step.</param>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns><see cref="MoveStands"/>, <see cref="NoMove"/> or <see cref="MoveRefused"/>.</returns>
    [Alias("step-move")]
    Task<TenantResult> StepMoveAsync(UInt128 id, MoveStep step, CancellationToken cancellationToken);

    /// <summary>Takes the tenant over, in this, the new cell, which refuses until it is told to serve. Repeating it changes nothing.</summary>
    /// <param name="transfer">What the old cell hands over.</param>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns><see cref="TenantArrived"/> or <see cref="MoveRefused"/>.</returns>
    [Alias("arrive")]
    Task<TenantResult> ArriveAsync(TenantTransfer transfer, CancellationToken cancellationToken);

    /// <summary>Ends an arrival in this, the new cell: serves, or forgets the tenant. Repeating it changes nothing.</summary>
    /// <param name="id">The move.</param>
    /// <param name="version">The version that the move makes.</param>
    /// <param name="serve">True when the old cell has committed; false when it gave the move up.</param>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns><see cref="ArrivalEnded"/> or <see cref="MoveRefused"/>.</returns>
    [Alias("end-arrival")]
    Task<TenantResult> EndArrivalAsync(UInt128 id, long version, bool serve, CancellationToken cancellationToken);
}
