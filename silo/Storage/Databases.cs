using System.Data.Common;
using Lethe.Records.Keys;
using Lethe.Records.Storage;
using Lethe.Silo.Settings;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Lethe.Silo.Storage;

/// <summary>Opens the databases that the settings name. Passwords stay inside the data sources: neither options nor logs hold them.</summary>
internal static class Databases
{
    /// <summary>Adds the plane's <see cref="DbDataSource"/>, and for the identity plane those of quotas and keys.</summary>
    /// <param name="services">The silo's services.</param>
    /// <param name="settings">The settings.</param>
    public static void AddDatabases(this IServiceCollection services, SiloSettings settings)
    {
        DatabaseSettings database = settings.Database;
        bool postgres = database.Provider == DatabaseSettings.PostgreSql;
        services.AddSingleton<DbDataSource>(_ => Open(database.Provider, database.ConnectionString, "Database:ConnectionString"));
        if (settings.Plane != Plane.Identity)
        {
            return;
        }

        services.AddKeyedSingleton<DbDataSource>(
            StorageNames.Quota,
            (provider, _) =>
                postgres
                    ? PostgreSql(
                        database.QuotaConnectionString ?? database.ConnectionString,
                        "Database:QuotaConnectionString",
                        schema: "quota"
                    )
                    : provider.GetRequiredService<DbDataSource>()
        );
        services.AddKeyedSingleton<DbDataSource>(
            KeyStoreExtensions.DatabaseName,
            static (provider, _) =>
                PostgreSql(
                    provider.GetRequiredService<IOptions<KeyStoreOptions>>().Value.ConnectionString!,
                    "KeyStore:ConnectionString",
                    schema: null
                )
        );
        if (postgres)
        {
            services.AddSingleton<IStorageErasure, PostgreSqlErasure>();
        }
        else
        {
            services.AddSingleton<IStorageErasure, SqliteErasure>();
        }
    }

    /// <summary>Opens a database.</summary>
    /// <param name="provider">Which kind.</param>
    /// <param name="connectionString">How to reach it.</param>
    /// <param name="setting">The setting's name, for the error.</param>
    /// <returns>The data source.</returns>
    /// <exception cref="StartRefusedException">The connection string is malformed.</exception>
    public static DbDataSource Open(string provider, string connectionString, string setting) =>
        provider == DatabaseSettings.PostgreSql
            ? PostgreSql(connectionString, setting, schema: null)
            : new SqliteDataSource(connectionString);

    private static NpgsqlDataSource PostgreSql(string connectionString, string setting, string? schema)
    {
        try
        {
            NpgsqlDataSourceBuilder builder = new(connectionString);
            builder.ConnectionStringBuilder.IncludeErrorDetail = false; // details quote keys and values
            builder.ConnectionStringBuilder.PersistSecurityInfo = false;
            if (schema is not null)
            {
                builder.ConnectionStringBuilder.SearchPath = schema;
            }

            return builder.Build();
        }
        catch (ArgumentException exception)
        {
            throw new StartRefusedException($"{setting} is not a PostgreSQL connection string.", exception);
        }
    }
}
