using Lethe.Contracts.Tenants;
using Microsoft.AspNetCore.Authorization;

namespace Lethe.Control.Identity;

/// <summary>Who may call a group of routes. Roles come from the tenant's member list.</summary>
internal static class Policies
{
    /// <summary>Any member of a tenant that this cell serves.</summary>
    public const string Member = nameof(Member);

    /// <summary>The tenant's owner or a policy admin: reads settings and use.</summary>
    public const string TenantAdmin = nameof(TenantAdmin);

    /// <summary>The tenant's owner: changes the region.</summary>
    public const string Owner = nameof(Owner);

    /// <summary>Invites and removes members.</summary>
    public const string UserAdmin = nameof(UserAdmin);

    /// <summary>Reads the ledger.</summary>
    public const string Auditor = nameof(Auditor);

    /// <summary>An account of the operator's own issuer.</summary>
    public const string Support = nameof(Support);

    /// <summary>Adds the policies.</summary>
    /// <param name="options">The options.</param>
    public static void Add(AuthorizationOptions options)
    {
        Tenant(options, Member, Role.None);
        Tenant(options, TenantAdmin, Role.Owner | Role.PolicyAdmin);
        Tenant(options, Owner, Role.Owner);
        Tenant(options, UserAdmin, Role.Owner | Role.UserAdmin);
        Tenant(options, Auditor, Role.Owner | Role.Auditor);
        options.AddPolicy(
            Support,
            policy =>
                policy
                    .RequireAuthenticatedUser()
                    .RequireAssertion(asked => (asked.Resource as HttpContext)?.Features.Get<StaffContext>() is not null)
        );
        options.FallbackPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build();
    }

    private static void Tenant(AuthorizationOptions options, string name, Role anyOf) =>
        options.AddPolicy(
            name,
            policy =>
                policy
                    .RequireAuthenticatedUser()
                    .RequireAssertion(asked =>
                        (asked.Resource as HttpContext)?.Features.Get<TenantContext>() is { } tenant
                        && (anyOf == Role.None || (tenant.Roles & anyOf) != Role.None)
                    )
        );
}
