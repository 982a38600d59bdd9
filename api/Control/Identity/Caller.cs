using Lethe.Contracts.Tenants;

namespace Lethe.Control.Identity;

/// <summary>Whom a valid access token names.</summary>
/// <param name="Issuer">Its issuer.</param>
/// <param name="Subject">Its subject; goes no further than this request.</param>
/// <param name="Account">The pseudonym.</param>
internal sealed record Caller(TrustedIssuer Issuer, string Subject, AccountId Account)
{
    /// <summary>Gets the tenant: the issuer's, or for our own issuer the account's. Null for the operator's staff.</summary>
    public TenantId? Tenant { get; init; } = Issuer.Tenant;

    /// <summary>Gets the scopes of a token of ours; null for a tenant's own issuer, whose tokens have none of ours.</summary>
    public IReadOnlySet<string>? Scopes { get; init; }

    /// <inheritdoc/>
    public override string ToString() => nameof(Caller);
}

/// <summary>
/// For whom a request is done: the tenant of the validated token's issuer, the account, and its roles from our own store. Null
/// for an account that is no member.
/// </summary>
/// <param name="Tenant">The tenant, served by this cell.</param>
/// <param name="Account">The account.</param>
/// <param name="Roles">What it may do.</param>
/// <param name="PolicyClass">The tenant's policy class.</param>
internal sealed record TenantContext(TenantId Tenant, AccountId Account, Role Roles, PolicyClass PolicyClass)
{
    /// <summary>Gets the issuer of the tenant's own identity provider for somebody who is no member; null for members.</summary>
    public string? VisitorOf { get; init; }

    /// <summary>Binds a handler's parameter.</summary>
    /// <param name="context">The request, of a route of members in the <see cref="RoleMatrix"/>.</param>
    /// <returns>The context.</returns>
    public static ValueTask<TenantContext> BindAsync(HttpContext context) =>
        ValueTask.FromResult(context.Features.Get<TenantContext>() ?? throw new InvalidOperationException("The route is none of members."));

    /// <inheritdoc/>
    public override string ToString() => nameof(TenantContext);
}

/// <summary>For which of the operator's own accounts a request is done. What it may do is on file with its grain.</summary>
/// <param name="Account">The account, of the operator's issuer.</param>
internal sealed record StaffContext(AccountId Account)
{
    /// <summary>Binds a handler's parameter.</summary>
    /// <param name="context">The request, of a route of the staff in the <see cref="RoleMatrix"/>.</param>
    /// <returns>The context.</returns>
    public static ValueTask<StaffContext> BindAsync(HttpContext context) =>
        ValueTask.FromResult(
            context.Features.Get<StaffContext>() ?? throw new InvalidOperationException("The route is none of the staff.")
        );

    /// <inheritdoc/>
    public override string ToString() => nameof(StaffContext);
}
