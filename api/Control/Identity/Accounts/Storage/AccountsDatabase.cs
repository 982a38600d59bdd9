using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Lethe.Control.Identity.Accounts.Storage;

/// <summary>Connects to the accounts database. Passwords stay inside; errors quote no values.</summary>
internal sealed class AccountsDatabase : IDisposable
{
    private readonly AccountsDatabaseOptions options;
    private readonly NpgsqlDataSource? server;

    /// <summary>Initializes a new instance of the <see cref="AccountsDatabase"/> class.</summary>
    /// <param name="options">How to connect.</param>
    public AccountsDatabase(IOptions<AccountsOptions> options)
    {
        this.options = options.Value.Database;
        if (this.options.Provider == AccountsDatabaseOptions.PostgreSql)
        {
            server = Server(this.options.ConnectionString);
        }
    }

    /// <summary>Gets the server; null for a file.</summary>
    public NpgsqlDataSource? Source => server;

    /// <summary>Gets how the file is opened.</summary>
    public string FileConnectionString => options.ConnectionString;

    /// <summary>Opens a server.</summary>
    /// <param name="connectionString">How.</param>
    /// <returns>The server.</returns>
    /// <exception cref="Hosting.StartRefusedException">The connection string is malformed.</exception>
    public static NpgsqlDataSource Server(string connectionString)
    {
        try
        {
            NpgsqlDataSourceBuilder builder = new(connectionString);
            builder.ConnectionStringBuilder.IncludeErrorDetail = false;
            builder.ConnectionStringBuilder.PersistSecurityInfo = false;
            return builder.Build();
        }
        catch (ArgumentException fault)
        {
            throw new Hosting.StartRefusedException("Accounts:Database: no PostgreSQL connection string.", fault);
        }
    }

    /// <summary>Tells Entity Framework how to connect.</summary>
    /// <param name="builder">What it is told.</param>
    public void Configure(DbContextOptionsBuilder builder)
    {
        if (server is not null)
        {
            builder.UseNpgsql(server);
        }
        else
        {
            builder.UseSqlite(FileConnectionString).AddInterceptors(DurableFile.Instance);
        }
        builder.ReplaceService<IModelCacheKeyFactory, ModelPerHost>();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        server?.Dispose();
        if (server is null && options.ConnectionString.Length > 0)
        {
            using SqliteConnection connection = new(options.ConnectionString);
            SqliteConnection.ClearPool(connection); // closes the file: the last one to close empties the log
        }
    }
}

/// <summary>Makes what is answered durable and what is deleted overwritten, on each connection to a file.</summary>
internal sealed class DurableFile : DbConnectionInterceptor
{
    private const string Pragmas = """
        PRAGMA busy_timeout = 5000;
        PRAGMA synchronous = FULL;
        PRAGMA foreign_keys = ON;
        PRAGMA secure_delete = ON;
        PRAGMA temp_store = MEMORY;
        """;

    /// <summary>Gets the one there is.</summary>
    public static DurableFile Instance { get; } = new();

    /// <inheritdoc/>
    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using DbCommand command = connection.CreateCommand();
        command.CommandText = Pragmas;
        command.ExecuteNonQuery();
    }

    /// <inheritdoc/>
    public override Task ConnectionOpenedAsync(
        DbConnection connection,
        ConnectionEndEventData eventData,
        CancellationToken cancellationToken = default
    )
    {
        ConnectionOpened(connection, eventData); // the provider has no asynchronous file access
        return Task.CompletedTask;
    }
}

/// <summary>Keeps the model of each host apart: it holds the host's keys, and two cells may run in one process.</summary>
internal sealed class ModelPerHost : IModelCacheKeyFactory
{
    /// <inheritdoc/>
    public object Create(DbContext context, bool designTime) => (context.GetType(), (context as AccountsDbContext)?.Protector, designTime);
}
