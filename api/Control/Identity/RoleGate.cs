using Lethe.Contracts.Support;
using Lethe.Contracts.Tenants;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;

namespace Lethe.Control.Identity;

/// <summary>Lets a request pass when the <see cref="RoleMatrix"/> has a row for its route and the caller is in it.</summary>
/// <param name="next">What follows.</param>
internal sealed class RoleGate(RequestDelegate next)
{
    /// <summary>Runs the request.</summary>
    /// <param name="context">The request, after <see cref="TenantGate"/>.</param>
    /// <param name="grains">The records silos.</param>
    /// <returns>When it is answered.</returns>
    public async Task InvokeAsync(HttpContext context, IGrainFactory grains)
    {
        Caller? caller = context.Features.Get<Caller>();
        bool passes = context.GetEndpoint() is RouteEndpoint route
            ? await PassesAsync(RoleMatrix.Find(context.Request.Method, RoleMatrix.PatternOf(route)), context, grains)
            : caller is not null; // that there is no such route (404, 405) is told to those only who have an access token
        if (passes)
        {
            await next(context);
        }
        else if (caller is null)
        {
            await context.ChallengeAsync(JwtBearerDefaults.AuthenticationScheme);
        }
        else
        {
            await context.ForbidAsync(JwtBearerDefaults.AuthenticationScheme);
        }
    }

    private static async ValueTask<bool> PassesAsync(RoleRow? row, HttpContext context, IGrainFactory grains) =>
        row switch
        {
            null => false,
            { Audience: Audience.Roles } => await IsAmongAsync(row.AnyOf, context, grains),
            _ => true,
        };

    private static async Task<bool> IsAmongAsync(Role anyOf, HttpContext context, IGrainFactory grains)
    {
        if (context.Features.Get<TenantContext>() is { } member)
        {
            return (member.Roles & anyOf & Roles.OfTenants) != Role.None;
        }
        if (context.Features.Get<StaffContext>() is not { } staff)
        {
            return false;
        }
        // Whether an undertaking is in force is for the grain to say, to which it matters.
        foreach (Role role in (Role[])[Role.Support, Role.Operator])
        {
            if (
                anyOf.HasFlag(role)
                && await grains.GetGrain<IStaffGrain>(staff.Account.ToGrainKey()).CheckAsync(role, context.RequestAborted)
                    is not { Reason: StaffRefusal.NotStaff }
            )
            {
                return true;
            }
        }
        return false;
    }
}
