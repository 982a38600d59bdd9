using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Identity.Providers;

/// <summary>
/// Chooses by the issuer that a bearer token claims: one that a tenant set is validated here, by that tenant's rules; everything else goes to
/// <see cref="JwtBearerHandler"/>, which knows our own and the configured issuers only.
/// </summary>
internal sealed class ProviderAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    UrlEncoder encoder,
    ProviderRegistry registry,
    ProviderTokens tokens,
    IssuerRegistry issuers,
    Pseudonyms pseudonyms
) : AuthenticationHandler<AuthenticationSchemeOptions>(options, NullLoggerFactory.Instance, encoder) // the framework's texts may quote a token
{
    /// <summary>The name of the scheme; also <c>AuthenticationType</c> of such a caller.</summary>
    public new const string Scheme = "AnyIssuer";

    private const string Prefix = "Bearer ";

    /// <inheritdoc/>
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        string header = Request.Headers.Authorization.ToString();
        if (
            !header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
            || ProviderTokens.ClaimedIssuer(header[Prefix.Length..].Trim()) is not { Length: > 0 } issuer
            || issuers.Find(issuer) is not null
            || await registry.FindAsync(issuer, Context.RequestAborted) is not { } found
        )
        {
            return await Context.AuthenticateAsync(JwtBearerDefaults.AuthenticationScheme);
        }
        string? subject = await tokens.ValidateAsync(header[Prefix.Length..].Trim(), found.Provider, Context.RequestAborted);
        if (subject is null)
        {
            return AuthenticateResult.Fail("No valid token of the tenant's issuer.");
        }
        TrustedIssuer trusted = new(
            new IssuerOptions
            {
                Issuer = issuer,
                Audience = found.Provider.Audience,
                Tenant = found.Tenant.Value,
            },
            IssuerKind.TenantProvider
        );
        Context.Features.Set(new Caller(trusted, subject, pseudonyms.Of(issuer, subject)));
        return AuthenticateResult.Success(new(new(new System.Security.Claims.ClaimsIdentity(Scheme)), Scheme));
    }

    /// <inheritdoc/>
    protected override Task HandleChallengeAsync(AuthenticationProperties properties) =>
        Context.ChallengeAsync(JwtBearerDefaults.AuthenticationScheme, properties);

    /// <inheritdoc/>
    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        Context.ForbidAsync(JwtBearerDefaults.AuthenticationScheme, properties);
}

/// <summary>Adds tenants' own identity providers.</summary>
internal static class ProviderServices
{
    /// <summary>Adds the services.</summary>
    /// <param name="services">The host's services.</param>
    public static void AddIdentityProviders(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<ProviderOptions, ProviderOptionsValidator>().BindConfiguration("IdentityProviders");
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ProviderOptions>, ProviderRules>());
        services.AddSingleton<ProviderHttp>().AddSingleton<ProviderKeys>().AddSingleton<ProviderTokens>().AddSingleton<ProviderRegistry>();
        services.AddSingleton<ProviderProof>();
        services.TryAddSingleton<IDomainRecords, DomainRecords>();
    }
}
