using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using OpenIddict.EntityFrameworkCore.Models;

namespace Lethe.Control.Identity.Accounts.Storage;

/// <summary>Names of tables and columns as people read them, and the columns that are encrypted.</summary>
internal static class AccountsModel
{
    private const int LongestHidden = 512; // 254 bytes of an address, encrypted, in base64url

    /// <summary>Shapes the model.</summary>
    /// <param name="builder">The model.</param>
    /// <param name="context">The database.</param>
    public static void Shape(ModelBuilder builder, AccountsDbContext context)
    {
        // Nobody signs in through another site here, and a cookie carries an id: these tables would stay empty.
        builder.Ignore<IdentityUserClaim<string>>();
        builder.Ignore<IdentityUserLogin<string>>();
        builder.Ignore<IdentityUserToken<string>>();
        if (context.Database.ProviderName?.Contains("Npgsql", StringComparison.Ordinal) == true)
        {
            builder.HasDefaultSchema(AccountsDbContext.Schema);
        }
        builder.Entity<Account>(account =>
        {
            account.ToTable("account");
            account.HasIndex(row => row.NormalizedEmail).IsUnique();
            account.HasIndex(row => row.TenantId);
            account.Property(row => row.TenantId).HasMaxLength(64);
            account.Property(row => row.Language).HasMaxLength(2);
            account.Property(row => row.Email).HasMaxLength(LongestHidden);
            account.Property(row => row.NormalizedEmail).HasMaxLength(LongestHidden);
            account.Ignore(row => row.PhoneNumber).Ignore(row => row.PhoneNumberConfirmed);
            account.Ignore(row => row.TwoFactorEnabled).Ignore(row => row.LockoutEnabled);
            account.Ignore(row => row.LockoutEnd).Ignore(row => row.AccessFailedCount);
        });
        builder.Entity<IdentityUserPasskey<string>>().ToTable("passkey");
        builder.Entity<AccountLink>(link =>
        {
            link.ToTable("link").HasKey(row => row.CodeHash);
            link.Property(row => row.CodeHash).HasMaxLength(64);
            link.HasIndex(row => new { row.AccountId, row.Purpose });
            link.Property(row => row.NewEmail)
                .HasConversion(plain => context.Protector.Protect(plain), hidden => context.Protector.Unprotect(hidden));
            link.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<AttemptRow>(attempt =>
        {
            attempt.ToTable("attempt").HasKey(row => row.AddressHash);
            attempt.Property(row => row.AddressHash).HasMaxLength(64);
        });
        builder.Entity<TokenKeyRow>(key =>
        {
            key.ToTable("token_key").HasKey(row => row.Id);
            key.Property(row => row.Id).HasMaxLength(64);
            key.Property(row => row.Use).HasMaxLength(3);
            key.HasIndex(row => new { row.Use, row.Generation }).IsUnique();
            key.Property(row => row.KekId).HasMaxLength(8);
        });
        builder.Entity<DataProtectionKeyRow>(key =>
        {
            key.ToTable("data_protection_key").HasKey(row => row.Name);
            key.Property(row => row.Name).HasMaxLength(64);
            key.Property(row => row.KekId).HasMaxLength(8);
        });
        builder.Entity<SpentChallengeRow>(challenge =>
        {
            challenge.ToTable("spent_challenge").HasKey(row => row.Hash);
            challenge.Property(row => row.Hash).HasMaxLength(64);
        });
        builder.Entity<SignInSettingsRow>(settings =>
        {
            settings.ToTable("sign_in_settings").HasKey(row => row.TenantId);
            settings.Property(row => row.TenantId).HasMaxLength(64);
        });
        builder.Entity<OpenIddictEntityFrameworkCoreApplication>().ToTable("oidc_client");
        builder.Entity<OpenIddictEntityFrameworkCoreAuthorization>().ToTable("oidc_authorization");
        builder.Entity<OpenIddictEntityFrameworkCoreScope>().ToTable("oidc_scope");
        builder.Entity<OpenIddictEntityFrameworkCoreToken>().ToTable("oidc_token");
        NameColumns(builder.Model);
    }

    private static void NameColumns(IMutableModel model)
    {
        foreach (IMutableEntityType entity in model.GetEntityTypes())
        {
            if (entity.IsMappedToJson())
            {
                entity.SetContainerColumnName("data");
                continue;
            }
            foreach (IMutableProperty property in entity.GetProperties())
            {
                property.SetColumnName(Snake(property.Name));
            }
            foreach (IMutableKey key in entity.GetKeys())
            {
                key.SetName(key.GetDefaultName()?.ToLowerInvariant());
            }
            foreach (IMutableForeignKey reference in entity.GetForeignKeys())
            {
                reference.SetConstraintName(reference.GetDefaultName()?.ToLowerInvariant());
            }
            foreach (IMutableIndex index in entity.GetIndexes())
            {
                index.SetDatabaseName(index.GetDefaultDatabaseName()?.ToLowerInvariant());
            }
        }
    }

    private static string Snake(string name) =>
        string.Concat(
            name.Select(
                (letter, index) =>
                    index > 0 && char.IsUpper(letter) ? "_" + char.ToLowerInvariant(letter) : char.ToLowerInvariant(letter).ToString()
            )
        );
}
