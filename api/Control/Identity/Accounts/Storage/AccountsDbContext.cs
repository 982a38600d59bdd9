using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using OpenIddict.EntityFrameworkCore.Models;

namespace Lethe.Control.Identity.Accounts.Storage;

/// <summary>The accounts database: accounts with their passkeys, OpenIddict's tables, our keys. Its tables are made by scripts, never by this.</summary>
/// <param name="options">How to connect.</param>
/// <param name="protector">Encrypts the columns that tell who somebody is.</param>
internal sealed class AccountsDbContext(DbContextOptions<AccountsDbContext> options, IPersonalDataProtector protector)
    : IdentityUserContext<Account>(options)
{
    /// <summary>The schema of the tables in PostgreSQL.</summary>
    public const string Schema = "accounts";

    /// <summary>Gets what encrypts columns.</summary>
    public IPersonalDataProtector Protector => protector;

    /// <summary>Gets the links that are still good.</summary>
    public DbSet<AccountLink> Links => Set<AccountLink>();

    /// <summary>Gets the counted attempts.</summary>
    public DbSet<AttemptRow> Attempts => Set<AttemptRow>();

    /// <summary>Gets the keys that sign and encrypt tokens.</summary>
    public DbSet<TokenKeyRow> TokenKeys => Set<TokenKeyRow>();

    /// <summary>Gets the data-protection keys.</summary>
    public DbSet<DataProtectionKeyRow> DataProtectionKeys => Set<DataProtectionKeyRow>();

    /// <summary>Gets the questions that passkeys have answered.</summary>
    public DbSet<SpentChallengeRow> SpentChallenges => Set<SpentChallengeRow>();

    /// <summary>Gets the tenants' own sign-in settings.</summary>
    public DbSet<SignInSettingsRow> SignInSettings => Set<SignInSettingsRow>();

    /// <summary>Gets the entries of issued tokens.</summary>
    public DbSet<OpenIddictEntityFrameworkCoreToken> Tokens => Set<OpenIddictEntityFrameworkCoreToken>();

    /// <summary>Gets the entries of authorizations: a signed-in client each.</summary>
    public DbSet<OpenIddictEntityFrameworkCoreAuthorization> Authorizations => Set<OpenIddictEntityFrameworkCoreAuthorization>();

    /// <inheritdoc/>
    protected override Version SchemaVersion => IdentitySchemaVersions.Version3; // passkeys

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.UseOpenIddict();
        AccountsModel.Shape(builder, this);
    }
}
