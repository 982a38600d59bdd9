using Lethe.Contracts.Tenants;
using Lethe.Control.Console.Shell;
using Lethe.Control.Identity;

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

    /// <summary>Stands before pages of the console.</summary>
    /// <param name="anyOf">The roles of which one is enough.</param>
    /// <returns>A filter that gives the handler its <see cref="TenantContext"/>, or answers with a page.</returns>
    public static Func<EndpointFilterInvocationContext, EndpointFilterDelegate, ValueTask<object?>> For(Role anyOf) =>
        async (invocation, next) =>
        {
            HttpContext context = invocation.HttpContext;
            PageRequest page = await PageRequest.BindAsync(context);
            TenantContext? tenant = context.Features.Get<TenantContext>();
            return tenant is not null && (tenant.Roles & anyOf & Roles.OfTenants) != Role.None
                ? await next(invocation)
                : page.Page<MessagePage>(MessageView.Of("forbidden", "/account"));
        };
}
