using Lethe.Contracts.Tenants;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Lethe.Control.Identity;

/// <summary>Adds sign-in by access token.</summary>
internal static class IdentityExtensions
{
    private const int LongestToken = 8 * 1024;

    /// <summary>Adds validation of access tokens, and the policies.</summary>
    /// <param name="services">The host's services.</param>
    public static void AddIdentity(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<IdentityOptions, IdentityOptionsValidator>().BindConfiguration("Identity");
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<IdentityOptions>, IssuerRules>());
        services.AddSingleton<IssuerRegistry>().AddSingleton<AccessTokens>().AddSingleton<Pseudonyms>();
        services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer();
        services.AddAuthorization(Policies.Add);
        services
            .AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme)
            .Configure<AccessTokens, IssuerRegistry, Pseudonyms>(
                (bearer, tokens, issuers, pseudonyms) =>
                {
                    bearer.MapInboundClaims = false;
                    bearer.SaveToken = false;
                    bearer.IncludeErrorDetails = false;
                    bearer.TokenHandlers.Clear();
                    bearer.TokenHandlers.Add(new JsonWebTokenHandler { MapInboundClaims = false, MaximumTokenSizeInBytes = LongestToken });
                    bearer.TokenValidationParameters = tokens.Parameters();
                    bearer.Events = new()
                    {
                        OnTokenValidated = context => Validated(context, issuers, pseudonyms),
                        OnChallenge = ChallengeAsync,
                        OnForbidden = context => Forbidden(context.HttpContext).ExecuteAsync(context.HttpContext),
                    };
                }
            );
    }

    private static Task Validated(TokenValidatedContext context, IssuerRegistry issuers, Pseudonyms pseudonyms)
    {
        if (issuers.Find(context.SecurityToken.Issuer) is { } issuer && AccessTokens.SubjectOf(context.SecurityToken) is { } subject)
        {
            context.HttpContext.Features.Set(new Caller(issuer, subject, pseudonyms.Of(issuer.Name, subject)));
        }
        else
        {
            context.Fail("No subject.");
        }
        return Task.CompletedTask;
    }

    private static Task ChallengeAsync(JwtBearerChallengeContext context)
    {
        context.HandleResponse();
        Problem problem = context.AuthenticateFailure is null ? Problems.AccessTokenRequired : Problems.AccessTokenInvalid;
        return problem.ExecuteAsync(context.HttpContext);
    }

    private static Problem Forbidden(HttpContext context) =>
        context.Features.Get<TenantContext>() is { Roles: not Role.None } || context.Features.Get<StaffContext>() is not null
            ? Problems.RoleRequired
            : Problems.NotAMember;
}
