using Lethe.Control.Hosting;
using Lethe.Control.Identity.Accounts;
using Lethe.Control.Identity.Accounts.Keys;
using Lethe.Control.Identity.Accounts.Storage;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Lethe.Control.Identity.OpenId;

/// <summary>Control's own OpenID Connect server: code with PKCE S256, device code, rotating refresh tokens, ES256.</summary>
internal static class OpenIdServer
{
    /// <summary>The <c>aud</c> of access tokens.</summary>
    public const string Audience = "control";

    /// <summary>The claim that names the tenant.</summary>
    public const string TenantClaim = "tenant";

    private const int UserCodeDigits = 12; // 40 bits: typed on any keyboard, and beyond what DeviceCodeGuesses lets anybody try
    private static readonly TimeSpan CodeLifetime = TimeSpan.FromMinutes(1);

    /// <summary>Adds the server.</summary>
    /// <param name="services">The host's services.</param>
    public static void AddOpenIdServer(this IServiceCollection services)
    {
        services
            .AddOpenIddict()
            .AddCore(core => core.UseEntityFrameworkCore().UseDbContext<AccountsDbContext>())
            .AddServer(server =>
            {
                server
                    .SetAuthorizationEndpointUris("connect/authorize")
                    .SetTokenEndpointUris("connect/token")
                    .SetDeviceAuthorizationEndpointUris("connect/device")
                    .SetEndUserVerificationEndpointUris("connect/verify")
                    .SetRevocationEndpointUris("connect/revoke")
                    .SetIntrospectionEndpointUris("connect/introspect")
                    .SetEndSessionEndpointUris("connect/logout");
                server.AllowAuthorizationCodeFlow().RequireProofKeyForCodeExchange();
                server.AllowRefreshTokenFlow().AllowDeviceAuthorizationFlow();
                server.RegisterScopes(Scopes.OfflineAccess, TokenScopes.Issue, TokenScopes.Support, TokenScopes.Admin);
                server.UseReferenceRefreshTokens().DisableAccessTokenEncryption();
                server
                    .UseAspNetCore()
                    .EnableErrorPassthrough() // a person gets a page; Office replaces answers of 400
                    .EnableAuthorizationEndpointPassthrough()
                    .EnableTokenEndpointPassthrough()
                    .EnableEndUserVerificationEndpointPassthrough()
                    .EnableEndSessionEndpointPassthrough();
            });
        services.AddSingleton<IConfigureOptions<OpenIddictServerOptions>, ServerSettings>();
        services.AddSingleton<IOptionsChangeTokenSource<OpenIddictServerOptions>, KeyChanges>();
        services.AddScoped<Clients>().AddScoped<AccessTokenEntries>();
    }

    private sealed class ServerSettings(TokenKeys keys, IOptions<AccountsOptions> accounts, IOptions<ControlOptions> control)
        : IConfigureOptions<OpenIddictServerOptions>
    {
        public void Configure(OpenIddictServerOptions options)
        {
            AccountsOptions lifetimes = accounts.Value;
            options.Issuer = new Uri(control.Value.PublicUrl);
            options.CodeChallengeMethods.Remove(CodeChallengeMethods.Plain);
            options.AuthorizationCodeLifetime = CodeLifetime;
            options.AccessTokenLifetime = lifetimes.AccessTokenLifetime;
            options.IdentityTokenLifetime = lifetimes.AccessTokenLifetime;
            options.RefreshTokenLifetime = lifetimes.RefreshTokenLifetime;
            options.RefreshTokenReuseLeeway = lifetimes.RefreshReuseLeeway;
            options.DeviceCodeLifetime = lifetimes.DeviceCodeLifetime;
            options.UserCodeLifetime = lifetimes.DeviceCodeLifetime;
            options.UserCodeLength = UserCodeDigits;
            options.SigningCredentials.AddRange(
                keys.SigningKeys.Select(key => new SigningCredentials(key, SecurityAlgorithms.EcdsaSha256))
            );
            options.EncryptionCredentials.AddRange(
                keys.EncryptionKeys.Select(key => new EncryptingCredentials(
                    key,
                    SecurityAlgorithms.Aes256KW,
                    SecurityAlgorithms.Aes256CbcHmacSha512
                ))
            );
        }
    }

    private sealed class KeyChanges(TokenKeys keys) : IOptionsChangeTokenSource<OpenIddictServerOptions>
    {
        public string Name => Options.DefaultName;

        public IChangeToken GetChangeToken() => keys.OnChange();
    }
}
