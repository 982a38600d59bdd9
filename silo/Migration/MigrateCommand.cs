using Lethe.Silo.Settings;
using Npgsql;

namespace Lethe.Silo.Migration;

/// <summary>The command <c>migrate</c>: brings the plane's databases to this build's schema, as their owner.</summary>
internal static class MigrateCommand
{
    /// <summary>Migrates the plane's database and, if it is one, the key store's.</summary>
    /// <param name="configuration">The silo's configuration, with the owner's connection strings.</param>
    /// <param name="output">Told what was done.</param>
    /// <param name="cancellationToken">Ends the attempt; a database is migrated whole or not at all.</param>
    /// <returns>When all are.</returns>
    /// <exception cref="StartRefusedException">A database could not be migrated.</exception>
    public static async Task RunAsync(IConfiguration configuration, TextWriter output, CancellationToken cancellationToken)
    {
        SiloSettings settings = SiloSettings.Read(configuration);
        if (settings.Database.Provider != DatabaseSettings.PostgreSql)
        {
            throw new StartRefusedException("Only PostgreSQL is migrated: a SQLite file gets its schema at its first start.");
        }

        bool content = settings.Plane == Plane.Content;
        string folder = content ? SchemaFolders.Content : SchemaFolders.Identity;
        await MigrateAsync(settings.Database.OwnerConnectionString, "Database:OwnerConnectionString", folder, output, cancellationToken);
        if (!content && string.Equals(configuration["KeyStore:Provider"], "database", StringComparison.Ordinal))
        {
            string? owner = configuration["KeyStore:OwnerConnectionString"];
            await MigrateAsync(owner, "KeyStore:OwnerConnectionString", SchemaFolders.Keys, output, cancellationToken);
        }
    }

    private static async Task MigrateAsync(
        string? connectionString,
        string setting,
        string folder,
        TextWriter output,
        CancellationToken cancellationToken
    )
    {
        if (string.IsNullOrWhiteSpace(connectionString))
        {
            throw new StartRefusedException($"{setting} is missing.");
        }

        NpgsqlDataSource owner;
        try
        {
            owner = NpgsqlDataSource.Create(connectionString);
        }
        catch (ArgumentException exception)
        {
            throw new StartRefusedException($"{setting} is not a PostgreSQL connection string.", exception);
        }

        await using (owner)
        {
            int applied = await PostgreSqlSchema.MigrateAsync(owner, folder, cancellationToken);
            await output.WriteLineAsync($"{folder.TrimEnd('/')}: {(applied == 0 ? "up to date" : $"{applied} applied")}");
        }
    }
}
