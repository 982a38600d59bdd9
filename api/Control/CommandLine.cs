using Lethe.Control.Hosting;
using Lethe.Control.Identity.Accounts;
using Lethe.Control.Identity.Accounts.Storage;
using Npgsql;

namespace Lethe.Control;

/// <summary>How the program was called.</summary>
/// <param name="Migrate">Whether to migrate instead of to serve.</param>
/// <param name="Configuration">The file, then the environment, then the command line; the later wins.</param>
internal sealed record CommandLine(bool Migrate, IConfiguration Configuration)
{
    /// <summary>Reads the arguments.</summary>
    /// <param name="arguments">An optional command, then <c>--name value</c> pairs.</param>
    /// <returns>What they say.</returns>
    public static CommandLine Parse(string[] arguments)
    {
        bool migrate = arguments is ["migrate", ..];
        string[] values = migrate ? arguments[1..] : arguments;
        ConfigurationBuilder configuration = new();
        if (new ConfigurationBuilder().AddCommandLine(values).Build()["config"] is { } file)
        {
            configuration.AddJsonFile(Path.GetFullPath(file), optional: false);
        }
        return new(migrate, configuration.AddEnvironmentVariables("LETHE_").AddCommandLine(values).Build());
    }

    /// <summary>The command <c>migrate</c>: brings the accounts database to this build's schema, as its owner.</summary>
    /// <param name="output">Told what was done.</param>
    /// <param name="cancellationToken">Ends the attempt; nothing is changed then.</param>
    /// <returns>When it is.</returns>
    /// <exception cref="StartRefusedException">It could not be migrated.</exception>
    public async Task MigrateAsync(TextWriter output, CancellationToken cancellationToken)
    {
        AccountsDatabaseOptions database = Configuration.GetSection("Accounts:Database").Get<AccountsDatabaseOptions>() ?? new();
        if (database.Provider != AccountsDatabaseOptions.PostgreSql)
        {
            throw new StartRefusedException("Only PostgreSQL is migrated: a SQLite file gets its schema at its first start.");
        }
        string owner =
            database.OwnerConnectionString ?? throw new StartRefusedException("Accounts:Database:OwnerConnectionString is missing.");
        await using NpgsqlDataSource server = AccountsDatabase.Server(owner);
        int applied = await AccountsSchema.MigrateAsync(server, cancellationToken);
        await output.WriteLineAsync($"accounts: {(applied == 0 ? "up to date" : $"{applied} applied")}");
    }
}
