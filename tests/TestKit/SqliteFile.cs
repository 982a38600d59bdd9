using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Lethe.TestKit;

/// <summary>An SQLite file of a test, with a schema, unpooled so that its folder can be deleted.</summary>
public sealed class SqliteFile : IDisposable
{
    private readonly TempFolder folder = new();

    public SqliteFile(string schema)
    {
        ConnectionString = new SqliteConnectionStringBuilder { DataSource = folder.File("test.db"), Pooling = false }.ConnectionString;
        Source = SqliteFactory.Instance.CreateDataSource(ConnectionString);
        Run("PRAGMA journal_mode = WAL;" + schema);
    }

    public string ConnectionString { get; }

    public DbDataSource Source { get; }

    public object? Scalar(string sql)
    {
        using DbCommand command = Source.CreateCommand(sql);
        return command.ExecuteScalar();
    }

    public void Run(string sql) => Scalar(sql);

    public void Dispose()
    {
        Source.Dispose();
        folder.Dispose();
    }
}
