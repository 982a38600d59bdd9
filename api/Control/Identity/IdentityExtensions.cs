using Lethe.Contracts.Tenants;
using Lethe.Control.Identity.OpenId;
using Lethe.Control.Identity.Providers;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Lethe.Control.Identity;

/// <summary>Adds sign-in by access token.</summary>
internal static class IdentityExtensions
{
    private const int LongestToken = 8 * 1024;

    /// <summary>Adds validation of access tokens. Who may call what is in the <see cref="RoleMatrix"/>.</summary>
    /// <param name="services">The host's services.</param>
    public static void AddIdentity(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<IdentityOptions, IdentityOptionsValidator>().BindConfiguration("Identity");
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<IdentityOptions>, IssuerRules>());
        services.AddSingleton<OtherCellKeys>().AddHostedService(provider => provider.GetRequiredService<OtherCellKeys>());
        services.AddSingleton<CellIssuers>().AddSingleton<IssuerRegistry>().AddSingleton<AccessTokens>().AddSingleton<Pseudonyms>();
        services
            .AddAuthentication(ProviderAuthentication.Scheme)
            .AddJwtBearer()
            .AddScheme<AuthenticationSchemeOptions, ProviderAuthentication>(ProviderAuthentication.Scheme, null);
        services.AddIdentityProviders();
        services.AddAuthorization(options =>
            options.FallbackPolicy = new AuthorizationPolicyBuilder(ProviderAuthentication.Scheme).RequireAuthenticatedUser().Build()
        );
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
                        OnTokenValidated = context => ValidatedAsync(context, issuers, pseudonyms),
                        OnChallenge = ChallengeAsync,
                        OnForbidden = context => Forbidden(context.HttpContext).ExecuteAsync(context.HttpContext),
                    };
                }
            );
    }

    private static async Task ValidatedAsync(TokenValidatedContext context, IssuerRegistry issuers, Pseudonyms pseudonyms)
    {
        if (
            context.SecurityToken is not JsonWebToken token
            || issuers.Find(token.Issuer) is not { } issuer
            || AccessTokens.SubjectOf(token) is not { } subject
        )
        {
            context.Fail("No subject.");
            return;
        }
        Caller caller = new(issuer, subject, pseudonyms.Of(issuer.PseudonymName, subject));
        switch (issuer.Kind)
        {
            case IssuerKind.Own:
                AccessTokenEntries entries = context.HttpContext.RequestServices.GetRequiredService<AccessTokenEntries>();
                if (await entries.FindAsync(AccessTokens.IdOf(token), subject, context.HttpContext.RequestAborted) is not { } holder)
                {
                    context.Fail("Ended.");
                    return;
                }
                caller = caller with { Tenant = holder.Tenant, Scopes = AccessTokens.ScopesOf(token) };
                break;
            case IssuerKind.OtherCell:
                if (AccessTokens.TenantOf(token) is not { } tenant)
                {
                    context.Fail("Another cell's staff.");
                    return;
                }
                caller = caller with { Tenant = tenant };
                break;
        }
        context.HttpContext.Features.Set(caller);
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
