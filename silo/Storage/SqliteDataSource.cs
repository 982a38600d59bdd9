using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Lethe.Silo.Storage;

/// <summary>
/// Opens connections to a SQLite file so that what is answered is durable (<c>synchronous=FULL</c>) and what is deleted is
/// overwritten (<c>secure_delete</c>).
/// </summary>
internal sealed class SqliteDataSource(string connectionString) : DbDataSource
{
    private const string Pragmas = """
        PRAGMA busy_timeout = 5000;
        PRAGMA synchronous = FULL;
        PRAGMA foreign_keys = ON;
        PRAGMA secure_delete = ON;
        PRAGMA temp_store = MEMORY;
        """;

    /// <inheritdoc/>
    public override string ConnectionString => connectionString;

    /// <inheritdoc/>
    protected override DbConnection CreateDbConnection() => new SqliteConnection(connectionString);

    /// <inheritdoc/>
    protected override DbConnection OpenDbConnection()
    {
        SqliteConnection connection = new(connectionString);
        try
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = Pragmas;
            command.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    protected override ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(OpenDbConnection()); // the provider has no asynchronous file access
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        using SqliteConnection connection = new(connectionString);
        SqliteConnection.ClearPool(connection); // closes the file: the last one to close empties the log
        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    protected override ValueTask DisposeAsyncCore()
    {
        Dispose(disposing: true);
        return base.DisposeAsyncCore();
    }
}
