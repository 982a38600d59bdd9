using System.Diagnostics;
using Lethe.Contracts;
using Lethe.Contracts.Tenants;
using Lethe.Control.Hosting;
using Lethe.Control.Identity.OpenId;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Identity;

/// <summary>
/// Decides from the access token alone, before anything of a body is read, whether this cell serves the caller's tenant: if
/// not, 421 with the right cell. If it does, the request gets its <see cref="TenantContext"/>.
/// </summary>
/// <param name="next">What follows.</param>
/// <param name="options">The cells.</param>
/// <param name="metrics">Counts what was misdirected.</param>
internal sealed class TenantGate(RequestDelegate next, IOptions<ControlOptions> options, ControlMetrics metrics)
{
    /// <summary>Runs the request.</summary>
    /// <param name="context">The request, authenticated or not.</param>
    /// <param name="grains">The records silos.</param>
    /// <returns>When it is answered.</returns>
    public async Task InvokeAsync(HttpContext context, IGrainFactory grains)
    {
        bool anonymous = context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null;
        if (anonymous || context.Features.Get<Caller>() is not { } caller)
        {
            await next(context);
            return;
        }
        if (
            caller.Scopes is { } scopes
            && context.GetEndpoint()?.Metadata.GetMetadata<RequiredScope>() is { } required
            && !scopes.Contains(required.Scope)
        )
        {
            await Problems.ScopeRequired.ExecuteAsync(context);
            return;
        }
        if (caller.Tenant is not { } tenant)
        {
            context.Features.Set(new StaffContext(caller.Account));
            await next(context);
            return;
        }
        ITenantGrain grain = grains.GetGrain<ITenantGrain>(tenant.GrainKey);
        if (caller.Issuer.Kind == IssuerKind.OtherCell)
        {
            TenantResult route = await grain.RouteAsync(context.RequestAborted);
            await (route is TenantHere ? Problems.NotAMember : Refusal(route)).ExecuteAsync(context);
            return;
        }
        TenantResult result =
            caller.Issuer.Kind == IssuerKind.TenantProvider
                ? await grain.VisitorAsync(caller.Account, caller.Issuer.Name, context.RequestAborted)
                : await grain.MemberAsync(caller.Account, context.RequestAborted);
        if (result is VisitorFound visitor)
        {
            if (context.GetEndpoint()?.Metadata.GetMetadata<OpenToVisitors>() is null)
            {
                await Problems.NotAMember.ExecuteAsync(context);
                return;
            }
            context.Features.Set(
                new TenantContext(tenant, caller.Account, Role.Member, visitor.PolicyClass) { VisitorOf = caller.Issuer.Name }
            );
            await next(context);
            return;
        }
        if (result is MemberInvited)
        {
            // Nobody gets an access token before the invitation is accepted: that there is one says that it was.
            await grain.ChangeMembersAsync(new AcceptInvitation(caller.Account, caller.Account), context.RequestAborted);
            result = await grain.MemberAsync(caller.Account, context.RequestAborted);
        }
        if (result is MemberFound member)
        {
            context.Features.Set(new TenantContext(tenant, caller.Account, member.Roles, member.PolicyClass));
            await next(context);
            return;
        }
        await Refusal(result).ExecuteAsync(context);
    }

    /// <summary>Makes the problem of a tenant that does not serve the caller here.</summary>
    /// <param name="result">What the tenant answered.</param>
    /// <returns>The problem.</returns>
    public Problem Refusal(TenantResult result)
    {
        if (result is TenantElsewhere)
        {
            metrics.Misdirected();
        }
        return TenantProblems.Of(result, options.Value);
    }
}

/// <summary>Marks a route that people of a tenant's own identity provider may call without being members.</summary>
internal sealed class OpenToVisitors;

/// <summary>The problems of a tenant that is not served here, and of an account that is none of its.</summary>
internal static class TenantProblems
{
    /// <summary>Makes the problem.</summary>
    /// <param name="result">What the tenant answered.</param>
    /// <param name="options">The cells.</param>
    /// <returns>The problem.</returns>
    public static Problem Of(TenantResult result, ControlOptions options) =>
        result switch
        {
            TenantElsewhere elsewhere => Problems.Misdirected(elsewhere.Region.ToName(), options.Cell(elsewhere.Region)?.ControlUrl),
            TenantMoving moving => Problems.RegionChangePending with { RetryAfterSeconds = moving.RetryAfterSeconds },
            TenantUnknown => Problems.TenantUnknown,
            MemberUnknown or MemberInvited => Problems.NotAMember,
            _ => throw new UnreachableException(),
        };
}
