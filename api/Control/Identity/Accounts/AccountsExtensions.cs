using Lethe.Control.Hosting;
using Lethe.Control.Identity.Accounts.Keys;
using Lethe.Control.Identity.Accounts.Storage;
using Lethe.Control.Identity.OpenId;
using Lethe.Control.Mail;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Identity.Accounts;

/// <summary>Adds our own accounts to the host.</summary>
internal static class AccountsExtensions
{
    /// <summary>Adds accounts, passkeys, cookies, keys and the OpenID Connect server.</summary>
    /// <param name="services">The host's services.</param>
    public static void AddAccounts(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<AccountsOptions, AccountsOptionsValidator>().BindConfiguration("Accounts");
        services.AddOptionsWithValidateOnStart<KekOptions, KekOptionsValidator>().BindConfiguration("Kek");
        services.AddSingleton<AccountKeyRing>().AddSingleton<ColumnProtector>().AddSingleton<TokenKeys>();
        services.AddSingleton<ILookupProtector>(provider => provider.GetRequiredService<ColumnProtector>());
        services.AddSingleton<ILookupProtectorKeyRing>(provider => provider.GetRequiredService<ColumnProtector>());
        services.AddSingleton<IPersonalDataProtector>(provider => provider.GetRequiredService<ColumnProtector>());
        services.AddSingleton<AccountsDatabase>();
        services.AddDbContext<AccountsDbContext>(
            (provider, builder) => provider.GetRequiredService<AccountsDatabase>().Configure(builder),
            optionsLifetime: ServiceLifetime.Singleton
        );
        services.AddSingleton<AccountsStart>().AddHostedService(provider => provider.GetRequiredService<AccountsStart>());
        AddIdentity(services);
        AddCookies(services);
        AddServices(services);
        services.AddOpenIdServer();
    }

    private static void AddServices(IServiceCollection services)
    {
        services.AddSingleton<AttemptLimits>().AddSingleton<DecoyHash>();
        services.AddSingleton<ResetQueue>().AddHostedService(provider => provider.GetRequiredService<ResetQueue>());
        services.AddScoped<AccountLinks>().AddScoped<Attempts>().AddScoped<AccountCredentials>().AddScoped<AccountSessions>();
        services.AddScoped<SignInService>().AddScoped<PasswordService>().AddScoped<PasswordResetService>();
        services.AddScoped<InvitationService>().AddScoped<EmailChangeService>().AddScoped<PasskeyService>();
        services.AddScoped<AccountAdministration>().AddScoped<StrayInvitations>().AddScoped<SignInSettings>().AddScoped<SpentChallenges>();
        services.AddScoped<DeviceCodeGuesses>().AddSingleton<AccountLedger>();
        services.AddSingleton<LockedAccounts>().AddHostedService(provider => provider.GetRequiredService<LockedAccounts>());
        services.AddMail();
        services.AddSingleton<UnsentMails>().AddHostedService(provider => provider.GetRequiredService<UnsentMails>());
        services.AddSingleton<IMailProgress>(provider => provider.GetRequiredService<UnsentMails>());
    }

    private static void AddIdentity(IServiceCollection services)
    {
        services
            .AddIdentityCore<Account>(identity =>
            {
                identity.Stores.SchemaVersion = IdentitySchemaVersions.Version3;
                identity.Stores.ProtectPersonalData = true;
                identity.User.RequireUniqueEmail = true;
                identity.SignIn.RequireConfirmedAccount = true; // asks ActiveAccounts
            })
            .AddEntityFrameworkStores<AccountsDbContext>()
            .AddSignInManager();
        services.RemoveAll<IPasswordValidator<Account>>().AddScoped<IPasswordValidator<Account>, PasswordRules>();
        services.Replace(ServiceDescriptor.Scoped<IUserClaimsPrincipalFactory<Account>, AccountClaims>());
        services.Replace(ServiceDescriptor.Scoped<IUserConfirmation<Account>, ActiveAccounts>());
        services.Replace(ServiceDescriptor.Singleton<IPasswordHasher<Account>, PasswordHasher<Account>>());
        services
            .AddOptions<PasswordHasherOptions>()
            .Configure<IOptions<AccountsOptions>>((hasher, accounts) => hasher.IterationCount = accounts.Value.PasswordIterations);
        services
            .AddOptions<IdentityPasskeyOptions>()
            .Configure<IOptions<ControlOptions>>(
                (passkey, control) =>
                {
                    Uri here = new(control.Value.PublicUrl);
                    string origin = here.GetLeftPart(UriPartial.Authority);
                    passkey.ServerDomain = here.Host;

                    // Not by the Origin header, the default: it is null for forms of pages that send no referrer.
                    passkey.ValidateOrigin = asked => ValueTask.FromResult(!asked.CrossOrigin && asked.Origin == origin);
                    passkey.UserVerificationRequirement = "required";
                    passkey.ResidentKeyRequirement = "required";
                }
            );
    }

    private static void AddCookies(IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName("lethe-control");
        services.AddSingleton<DataProtectionKeys>();
        services.AddOptions<KeyManagementOptions>().Configure<DataProtectionKeys>((management, keys) => management.XmlRepository = keys);
        services.AddAntiforgery(form =>
        {
            form.Cookie.Name = "__Host-lethe-form";
            form.Cookie.SecurePolicy = CookieSecurePolicy.Always;
            form.Cookie.SameSite = SameSiteMode.Lax;
            form.FormFieldName = "form_token";
            form.SuppressXFrameOptionsHeader = true; // frame-ancestors says it
        });
        services.AddAuthentication().AddCookie(IdentityConstants.ApplicationScheme).AddCookie(IdentityConstants.TwoFactorUserIdScheme);
        services
            .AddOptions<CookieAuthenticationOptions>(IdentityConstants.ApplicationScheme)
            .Configure<IOptions<AccountsOptions>>(
                (cookie, accounts) =>
                {
                    Harden(cookie, "__Host-lethe-account");
                    cookie.ExpireTimeSpan = accounts.Value.CookieLifetime;
                    cookie.SlidingExpiration = false;
                    cookie.LoginPath = AccountPaths.SignIn;
                    cookie.AccessDeniedPath = AccountPaths.SignIn;
                    cookie.ReturnUrlParameter = AccountPaths.ReturnUrl;
                    cookie.Events.OnValidatePrincipal = ValidateAsync;
                }
            );
        services
            .AddOptions<CookieAuthenticationOptions>(IdentityConstants.TwoFactorUserIdScheme)
            .Configure(cookie =>
            {
                Harden(cookie, "__Host-lethe-passkey"); // the question that a passkey answers
                cookie.ExpireTimeSpan = SpentChallenges.QuestionLifetime;
                cookie.SlidingExpiration = false; // a question that is kept open does not grow older than its spent answer
            });
    }

    // At every request, not at intervals: a reset or deactivation ends a browser's session at once. The cookie is not renewed,
    // so that its time of issue stays the time of sign-in.
    private static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        UserManager<Account> users = context.HttpContext.RequestServices.GetRequiredService<UserManager<Account>>();
        string? stamp = context.Principal?.FindFirst(users.Options.ClaimsIdentity.SecurityStampClaimType)?.Value;
        if (
            context.Principal is null
            || await users.GetUserAsync(context.Principal) is not { Status: AccountStatus.Active } account
            || account.SecurityStamp != stamp
        )
        {
            context.RejectPrincipal();
        }
    }

    private static void Harden(CookieAuthenticationOptions options, string name)
    {
        options.Cookie.Name = name;
        options.Cookie.Path = "/";
        options.Cookie.HttpOnly = true;
        options.Cookie.SecurePolicy = CookieSecurePolicy.Always;
        options.Cookie.SameSite = SameSiteMode.Lax;
        options.Cookie.IsEssential = true;
    }
}

/// <summary>The paths of the account pages.</summary>
internal static class AccountPaths
{
    /// <summary>Sign-in.</summary>
    public const string SignIn = "/account/sign-in";

    /// <summary>Proving that it is still the same person.</summary>
    public const string Confirm = "/account/confirm";

    /// <summary>Accepting an invitation; the code is in the fragment.</summary>
    public const string Invitation = "/account/invitation";

    /// <summary>Asking for a reset.</summary>
    public const string Forgotten = "/account/forgotten";

    /// <summary>Setting a new password or passkey; the code is in the fragment.</summary>
    public const string Reset = "/account/reset";

    /// <summary>Confirming a new address; the code is in the fragment.</summary>
    public const string Email = "/account/email";

    /// <summary>After a device was let in.</summary>
    public const string DeviceDone = "/account/device-done";

    /// <summary>The account's own page.</summary>
    public const string Account = "/account";

    /// <summary>The query parameter with where to go after sign-in.</summary>
    public const string ReturnUrl = "returnUrl";

    /// <summary>Links to a page that leads on to another one.</summary>
    /// <param name="page"><see cref="SignIn"/> or <see cref="Confirm"/>.</param>
    /// <param name="next">The other one: a path of ours, with its query.</param>
    /// <returns>The link.</returns>
    public static string Before(string page, string next) => $"{page}?{ReturnUrl}={Uri.EscapeDataString(next)}";
}
