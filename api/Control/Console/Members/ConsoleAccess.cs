using Lethe.Contracts.Tenants;
using Lethe.Control.Console.Shell;
using Lethe.Control.Identity;
using Lethe.Control.Identity.Accounts;

namespace Lethe.Control.Console.Members;

/// <summary>
/// Lets somebody into the console whose account is a member of its tenant with one of the roles. The roles come from the
/// tenant, as for an access token; the browser's cookie only tells which account it is.
/// </summary>
/// <param name="pseudonyms">Makes pseudonyms.</param>
/// <param name="grains">The records silos.</param>
internal sealed class ConsoleAccess(Pseudonyms pseudonyms, IGrainFactory grains)
{
    /// <summary>Finds out for whom a page is made.</summary>
    /// <param name="page">The request.</param>
    /// <returns>The member; null for an account that is none here, or not active.</returns>
    public async Task<TenantContext?> FindAsync(PageRequest page)
    {
        if (page.Account is not { } account || !TenantId.TryParse(account.TenantId, out TenantId tenant))
        {
            return null;
        }
        AccountId id = pseudonyms.Of(TrustedIssuer.OwnName, account.Id);
        ITenantGrain grain = grains.GetGrain<ITenantGrain>(tenant.GrainKey);
        TenantResult result = await grain.MemberAsync(id, page.Context.RequestAborted);
        if (result is MemberInvited)
        {
            // An active account has accepted: that it could sign in says so.
            await grain.ChangeMembersAsync(new AcceptInvitation(id, id), page.Context.RequestAborted);
            result = await grain.MemberAsync(id, page.Context.RequestAborted);
        }
        return result is MemberFound member ? new(tenant, id, member.Roles, member.PolicyClass) : null;
    }

    /// <summary>Stands before pages of the console: lets in whom the <see cref="RoleMatrix"/> names, and answers others with a page.</summary>
    /// <param name="invocation">The request.</param>
    /// <param name="next">The page.</param>
    /// <returns>What the page answers, which has its <see cref="TenantContext"/>.</returns>
    public static async ValueTask<object?> EnterAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        HttpContext context = invocation.HttpContext;
        PageRequest page = await PageRequest.BindAsync(context);
        RoleRow? row = context.GetEndpoint() is RouteEndpoint route
            ? RoleMatrix.Find(context.Request.Method, RoleMatrix.PatternOf(route))
            : null;
        if (
            row is not { Audience: Audience.Browser }
            || await context.RequestServices.GetRequiredService<ConsoleAccess>().FindAsync(page) is not { } tenant
            || (tenant.Roles & row.AnyOf & Roles.OfTenants) == Role.None
        )
        {
            return page.Page<MessagePage>(MessageView.Of("forbidden", AccountPaths.Account));
        }
        context.Features.Set(tenant);
        return await next(invocation);
    }
}
