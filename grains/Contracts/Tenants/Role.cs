namespace Lethe.Contracts.Tenants;

/// <summary>What an account may do. Comes from our own store, never from a token.</summary>
[Flags]
[GenerateSerializer, Alias("role")]
public enum Role
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Works with Lethe: draws tokens, opens cases.</summary>
    Member = 1,

    /// <summary>Answers for the tenant: chooses its region, closes it.</summary>
    Owner = 2,

    /// <summary>Invites and removes members.</summary>
    UserAdmin = 4,

    /// <summary>Chooses policy class, quotas and support policy.</summary>
    PolicyAdmin = 8,

    /// <summary>Answers data subjects: access, export, erasure.</summary>
    PrivacyOfficer = 16,

    /// <summary>Reads the ledger.</summary>
    Auditor = 32,

    /// <summary>Support staff of the operator; never a tenant's account.</summary>
    Support = 64,

    /// <summary>Operator of the cell; never a tenant's account.</summary>
    Operator = 128,
}

/// <summary>Which roles may be given where.</summary>
public static class Roles
{
    private static readonly (string Name, Role Role)[] Names =
    [
        ("member", Role.Member),
        ("owner", Role.Owner),
        ("userAdmin", Role.UserAdmin),
        ("policyAdmin", Role.PolicyAdmin),
        ("privacyOfficer", Role.PrivacyOfficer),
        ("auditor", Role.Auditor),
        ("support", Role.Support),
        ("operator", Role.Operator),
    ];

    /// <summary>The roles that a tenant may give.</summary>
    public const Role OfTenants = Role.Member | Role.Owner | Role.UserAdmin | Role.PolicyAdmin | Role.PrivacyOfficer | Role.Auditor;

    /// <summary>The roles that only the operator's own issuer may carry.</summary>
    public const Role OfOperator = Role.Support | Role.Operator;

    /// <summary>The roles whose holders see the member list.</summary>
    public const Role ThatSeeMembers = Role.Owner | Role.UserAdmin | Role.PrivacyOfficer;

    /// <summary>
    /// Says which roles a holder may give to others and take from them. A user admin's are the plain members' alone: whoever
    /// could make himself an auditor would read the log of his own deeds.
    /// </summary>
    /// <param name="roles">The holder's roles.</param>
    /// <returns>The roles; none for most.</returns>
    public static Role GivenBy(Role roles) =>
        roles.HasFlag(Role.Owner) ? OfTenants
        : roles.HasFlag(Role.UserAdmin) ? Role.Member
        : Role.None;

    /// <summary>Says the data of which roles' holders may be exported by a holder.</summary>
    /// <param name="roles">The holder's roles.</param>
    /// <returns>The roles; none for most.</returns>
    public static Role ExportedBy(Role roles) =>
        roles.HasFlag(Role.Owner) ? OfTenants
        : roles.HasFlag(Role.PrivacyOfficer) ? Role.Member
        : Role.None;

    /// <summary>Says the holders of which roles may be removed by a holder.</summary>
    /// <param name="roles">The holder's roles.</param>
    /// <returns>The roles; none for most.</returns>
    public static Role RemovedBy(Role roles) => roles.HasFlag(Role.PrivacyOfficer) ? GivenBy(roles) | Role.Member : GivenBy(roles);

    /// <summary>Writes roles as <see cref="TryParse"/> reads them.</summary>
    /// <param name="roles">Any roles.</param>
    /// <returns>A name each.</returns>
    public static IReadOnlyList<string> ToNames(Role roles) =>
        [.. Names.Where(named => roles.HasFlag(named.Role)).Select(named => named.Name)];

    /// <summary>Reads a role's written form: <c>owner</c>, <c>userAdmin</c>, <c>policyAdmin</c>, …</summary>
    /// <param name="name">The written form.</param>
    /// <param name="role">The role, when true.</param>
    /// <returns>Whether the name is a role's.</returns>
    public static bool TryParse(string? name, out Role role)
    {
        role = Names.FirstOrDefault(named => string.Equals(named.Name, name, StringComparison.Ordinal)).Role;
        return role != Role.None;
    }
}
